/**
 * `graupel doctor`: follows the way of an event from a page to its count, and names what is wrong on it and what to do. It
 * makes no site; what it counts is one event of type `doctor`.
 */
import type { Command } from 'commander'
import type { Check } from './doctor/check'
import { ok, note, wrong } from './doctor/check'
import { clockCheck, dateAt } from './doctor/clock'
import { eventChecks } from './doctor/event'
import { pageChecks } from './doctor/page'
import { isHere, isHttps, type Site } from './doctor/patient'
import { placesCheck, proxyCheck, seenBy } from './doctor/proxy'
import { urlCheck } from './doctor/url'
import type { Answer } from './explain'
import { paint, plain, say, type Spoken, speaks } from './say'
import { ask, REACHES, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Stop, Usage } from './stop'

type Listed = Pick<Site, 'site' | 'name'>
type Options = Spoken & Reach & { page?: URL }

const HELP = `
It ends with 0 if nothing is wrong, else with 1. SITE is a number or a name, and may be left out where there is only one.
${REACHES}

Examples
  $ npx graupel doctor
  $ npx graupel doctor shop --server https://stats.example.com --page https://shop.example/`

export function addDoctor(program: Command): void {
  const verb = program
    .command('doctor')
    .description('send a sealed event as a browser would, read its count back, name what is wrong')
    .argument('[site]', 'number or name')
    .option('--page <url>', 'look at this page, too: its tag, its policy, its origin', pageIn)
  speaks(reaches(verb), 'the checks as JSON: check, state (ok, note, wrong), says, mend')
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: Options) => {
      const server = serverOf(readSettings(process.env), options)
      const checks: Check[] = []
      for await (const check of examined(server, name, options.page)) {
        checks.push(check)
        if (!options.json) say({}, check, () => lineOf(check))
      }
      const bad = checks.filter(({ state }) => state === 'wrong').length
      say(options, { server: server.origin, wrong: bad, checks }, () => summaryOf(bad, checks.length))
      if (bad) process.exitCode = 1
    })
}

function pageIn(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Usage(`--page must be a page's address, http or https, not "${text}"`)
}

/** One after the other: what a check needs, the ones before it have found. */
async function* examined(server: Server, name: string | undefined, page?: URL): AsyncGenerator<Check> {
  const started = performance.now()
  const health = await tried('server', () => ask(server, 'GET', '/healthz', undefined, { has: 'ok' }))
  if ('check' in health) return yield withKeys(health.check)
  yield ok('server', `${server.origin} is a Graupel with its master keys, and answers in ${sinceOf(started)} ms`)
  const sites = await tried('token', () =>
    ask<{ sites: Listed[] }>(server, 'GET', '/api/sites', undefined, { has: 'sites' }),
  )
  if ('check' in sites) return yield sites.check
  yield ok(
    'token',
    `the admin token ${server.tokenFrom === undefined ? '' : `from ${server.tokenFrom} `}is this server's`,
  )
  const known = chosen(sites.answer.sites, name)
  const site = known && (await ask<Site>(server, 'GET', `/api/sites/${known.site}`))
  yield site
    ? ok('site', `${site.name}, ${site.site}`)
    : note('site', 'there is none yet, so no event is sent', 'make one: npx graupel site add NAME')
  const asked = Date.now()
  const seen = await tried('server', () => ask<Answer>(server, 'POST', '/api/explain', {}, { has: 'client' }))
  if ('check' in seen) return yield { ...seen.check, mend: 'is it of an older release than this command?' }
  const here = (asked + Date.now()) / 2
  const { client } = seen.answer
  const { check, at } = await urlCheck(server.origin, client, site)
  yield check
  yield* await wayChecks({ here, server: client.now, at }, server)
  if (!site) return
  const patient = { server, site, at }
  yield* eventChecks(patient, page)
  if (page) yield* pageChecks(patient, page)
}

/** What lies between browsers and the server. */
async function wayChecks(
  { at, ...times }: { at: string; here: number; server: number },
  server: Server,
): Promise<Check[]> {
  // A token goes nowhere in clear but to this machine, or to where the operator himself has sent it.
  const way = { at: isHttps(at) || isHere(at) ? at : server.origin, token: server.token }
  const looked = await tried('way', async () => {
    const seen = await seenBy(way)
    const clock = clockCheck({ ...times, date: await dateAt(at) })
    return [clock, await proxyCheck(way, seen), placesCheck(seen)]
  })
  return 'check' in looked ? [looked.check] : looked.answer
}

/** What can be expected to go wrong, as a check that says so. */
async function tried<Answered>(
  check: string,
  act: () => Promise<Answered>,
): Promise<{ answer: Answered } | { check: Check }> {
  try {
    return { answer: await act() }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { check: wrong(check, error.message) }
  }
}

const withKeys = (check: Check): Check =>
  check.says.startsWith('no master key')
    ? { ...check, check: 'keys', mend: 'give it GRAUPEL_MASTER: without the keys it was deployed with, nothing opens' }
    : check

function chosen(sites: readonly Listed[], name: string | undefined): Listed | undefined {
  const list = sites.map((site) => `${site.name} (${site.site})`).join(', ')
  if (name === undefined) {
    if (sites.length > 1) throw new Usage(`name a site, there are several: ${list}`)
    return sites[0]
  }
  const known = sites.find((site) => site.name === name || String(site.site) === name)
  if (!known) throw new Stop(`there is no site "${name}"${list && `, but ${list}`}`)
  return known
}

const sinceOf = (started: number): number => Math.round(performance.now() - started)

const COLOURS = { ok: 'green', note: 'yellow', wrong: 'red' } as const
const STATE = 7
const NAME = 9

/** What to do stands below what is wrong. */
function lineOf({ check, state, says, mend }: Check): string[] {
  const line = `${paint(COLOURS[state], state.padEnd(STATE))}${check.padEnd(NAME)}${plain(says)}`
  return mend === undefined ? [line] : [line, `${' '.repeat(STATE + NAME)}→ ${plain(mend)}`]
}

const summaryOf = (bad: number, all: number): string =>
  bad ? paint('red', `\n${bad} of ${all} checks: wrong`) : paint('green', `\n${all} checks, and nothing is wrong`)
