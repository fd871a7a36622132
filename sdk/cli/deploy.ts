/**
 * `graupel deploy`: the very bundle that `start` serves, to Cloudflare, with its secrets the first time, and the proof that
 * it counts there. The secrets are made once and kept in a folder of the clone, since whoever loses them can open nothing
 * that was sealed: so they are made where the Worker has none, and never over what it has.
 */
import type { Command } from 'commander'
import { arrive, healthy, type Arrived } from './arrival'
import { login, originIn, type Place, rehearse, upload } from './cloudflare'
import { type Copy, NAMES, type Name, type Secrets } from './copy'
import { Patience } from './patience'
import { FOLDER, type Options, type Plan, planOf } from './plan'
import { remember, secretsFor, some } from './provision'
import { plain, say, speaks } from './say'
import type { Why } from './sending'
import { readSettings } from './settings'
import { Stop } from './stop'

async function deploy(words: string[], options: Options): Promise<void> {
  const plan = planOf(words, options, readSettings(process.env))
  if (options.dryRun) return dryRun(plan, options)
  // Cloudflare's own builds begin with a bare clone and keep what is said: no copy is looked for, and no link is shown.
  if (process.env.WORKERS_CI === '1') return byBuild(plan, options)
  const place = { account: await login(), worker: plan.worker }
  const { secrets, sending } = await secretsFor(plan, place)
  const origin = originAmong(plan, await upload({ ...plan, secrets: some(secrets, sending) }, place.account))
  remember(plan, place, secrets, sending.keys())
  await finish({ plan, place, secrets, sending, origin }, options)
}

async function dryRun(plan: Plan, options: Options): Promise<void> {
  await rehearse(plan)
  const { worker, copy } = plan
  const secrets = Object.fromEntries(NAMES.map((name) => [name, fateOf(name, plan)]))
  say(options, { dryRun: true, worker, folder: copy.folder, secrets }, () => [
    `Nothing was changed. To deploy this to the Worker ${worker}, Cloudflare is asked who is logged in, and what it has:`,
    ...NAMES.map((name) => `  ${name}  ${secrets[name]}`),
  ])
}

function fateOf(name: Name, { given, copy, all }: Plan): string {
  if (given[name]) return 'sent, from the environment'
  if (!copy.has(name)) return `made in ${copy.folder} and sent, where the Worker has no secrets`
  if (all) return `sent, from ${copy.folder}`
  return `sent from ${copy.folder}, where the Worker has none or an older one from here`
}

function originAmong({ url }: Plan, targets: readonly string[]): string {
  const origin = url || originIn(targets)
  if (!origin) throw new Stop(`it is deployed, at ${targets.join(', ')}: say where browsers reach it in GRAUPEL_URL`)
  return origin
}

/** What the Worker has stays as it is, and whoever has its admin token looks further. */
async function byBuild(plan: Plan, options: Options): Promise<void> {
  const origin = originAmong(plan, await upload({ ...plan, secrets: { ...plan.given } }))
  await waiting(plan, options)
    .with(() => healthy(origin))
    .catch(deployedBut(plan))
  const { worker, given } = plan
  say(options, { url: origin, worker, secrets: { folder: null, sent: Object.keys(given) } }, () => [
    `address    ${origin}`,
    `dashboard  GRAUPEL_ADMIN=… npx graupel login --server ${origin}`,
  ])
}

const waiting = ({ wait }: Plan, { json }: Options): Patience =>
  new Patience(wait, (line) => (json ? console.error(plain(line)) : say({}, undefined, () => line)))

const deployedBut =
  ({ worker }: Plan, more = '') =>
  (error: unknown): never => {
    throw error instanceof Stop ? new Stop(`the Worker ${worker} is deployed, but: ${error.message}${more}`) : error
  }

interface Deployed {
  plan: Plan
  place: Place
  secrets: Secrets
  sending: Map<Name, Why>
  origin: string
}

async function finish(deployed: Deployed, options: Options): Promise<void> {
  const { plan, place, secrets, sending, origin } = deployed
  const fromOf = (name: Name) => (plan.given[name] ? name : plan.copy.fileOf(name))
  const server = { origin, shown: origin, token: secrets.GRAUPEL_ADMIN, tokenFrom: fromOf('GRAUPEL_ADMIN') }
  const tell = (line: string) => {
    if (!options.json) say({}, undefined, () => line)
  }
  tell(`address    ${origin}`)
  tell(`secrets    ${toldOf(sending, plan.copy)}`)
  const reach = `${plan.given.GRAUPEL_ADMIN ? 'GRAUPEL_ADMIN=…' : `GRAUPEL_DATA=${plan.copy.folder}`} npx graupel`
  const arrived = await arrive(
    {
      server,
      master: secrets.GRAUPEL_MASTER,
      masterFrom: fromOf('GRAUPEL_MASTER'),
      site: plan.site,
      isChanged: sending.size > 0,
      // Whoever reads a build's log must not become the admin.
      wantsLogin: !process.env.CI,
    },
    waiting(plan, options),
    {
      site: ({ name, site, snippet }, made) => {
        remember(plan, place, secrets, NAMES)
        tell(`site       ${name}, ${site}${made ? ', made just now' : ''}`)
        tell(`snippet    ${snippet}`)
      },
      login: (link) => tell(`dashboard  ${link ? `${link}  (opens once)` : `${reach} login --server ${origin}`}`),
      counted: (ms) => tell(`checked    a sealed event was sent twice and counted once (${Math.round(ms)} ms)`),
    },
  ).catch(
    deployedBut(
      plan,
      `\nAnother deploy goes on from here; what is wrong, this may say:\n  ${reach} doctor --server ${origin}`,
    ),
  )
  if (options.json) say(options, documentOf(deployed, arrived), () => [])
}

function toldOf(sending: Map<Name, Why>, { folder }: Copy): string {
  if (!sending.size) return `as they were; their copy is in ${folder}`
  const reasons = [...sending].map(([name, why]) => `${name} (${why})`).join(', ')
  const isHere = [...sending.values()].some((why) => why !== 'from the environment')
  return `sent: ${reasons}${isHere ? `. Keep a copy of ${folder} in a safe place` : ''}`
}

function documentOf({ plan, place, sending, origin }: Deployed, { login, site, made, ms }: Arrived) {
  return {
    url: origin,
    worker: place.worker,
    account: place.account.id,
    secrets: { folder: plan.copy.folder, sent: [...sending.keys()] },
    login,
    site: { site: site.site, name: site.name, made },
    snippet: site.snippet,
    probe: { counted: 1, ms },
  }
}

const HELP = `
The first time it makes the deployment's master keys and admin token in ${FOLDER} and sends them along. Later it sends
none, but what was changed there. Cloudflare shows them to nobody: keep a copy of that folder.

Environment
  GRAUPEL_URL                    the public origin, where it is another than wrangler's; with each deploy
  GRAUPEL_MASTER, GRAUPEL_ADMIN  the secrets, instead of the folder's; sent each time
  CLOUDFLARE_API_TOKEN           instead of  npx wrangler login;  from the template "Edit Cloudflare Workers"
  CLOUDFLARE_ACCOUNT_ID          where the login reaches several accounts

Examples
  $ npm run deploy
  $ npm run deploy -- --name stats --site shop
  $ npx graupel deploy -- --domain stats.example.com`

export function addDeploy(program: Command): void {
  const verb = program
    .command('deploy')
    .description('put the built Worker on Cloudflare, and see it count')
    .option('--name <worker>', "the Worker's name, instead of the one in wrangler.jsonc")
    .option('--site <name>', 'the site to show, made where there is none; else the first, or a new one named "site"')
    .option('--keys <folder>', `the folder of its secrets, instead of ${FOLDER}`)
    .option('--secrets', 'send the secrets, whatever the Worker has')
    .option('--wait <seconds>', 'how long it may take until the Worker answers', '120')
    .option('--dry-run', 'change nothing and ask nobody: show what would be sent')
    .argument('[wrangler...]', 'further words for `wrangler deploy`, after --')
  speaks(verb, 'what was done as JSON: url, worker, account, secrets, login, site, snippet, probe')
    .addHelpText('after', HELP)
    .action(deploy)
}
