/** Decisions from a page to the results, and back: real pages, a whole server, and nothing that stands in for either. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { sha1 } from '../../sdk/wire/sha1'
import { ARMS, KEYS } from '../arms'
import { call, makeSite } from '../flow/api'
import { type Server, startServer } from '../flow/server'
import { launch } from './beacon-site'
import { openShop, OWN_PREFIXES, OWN_TAG } from './shop'

let browser: Browser
beforeAll(async () => {
  const probe = await launch()
  const page = await probe.newPage()
  // It is the browser it says it is, but for the word that marks it as a robot; said to it as a whole, since what it
  // sends as a page goes away is no page's.
  const agent = (await page.evaluate(() => navigator.userAgent)).replace('Headless', '')
  await probe.close()
  browser = await launch([`--user-agent=${agent}`])
})
afterAll(() => browser.close())

const newVisitor = async (): Promise<Page> => {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  return context.newPage()
}

/** A site with pages on any host of this machine, each with this head. */
async function pagesWith(head: (script: string) => string, files: Record<string, string> = {}) {
  const server = await startServer()
  const { site } = await makeSite(server)
  const pages = createServer((request, response) => {
    const file = files[request.url ?? '']
    response.writeHead(200, { 'Content-Type': file ? 'text/javascript' : 'text/html' })
    response.end(file ?? `<!doctype html><head>${head(`${server.origin}/b/${site}.js`)}</head>`)
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void pages.close().closeAllConnections())
  return { server, site, url: `http://shop.example:${(pages.address() as AddressInfo).port}/` }
}
const tag = (script: string) => `<script defer src="${script}"></script>`

/** Made, and known to the Worker: one that has not heard of it in time draws by itself, and learns nothing from it. */
async function begin(server: Server, site: number, experiment: { decision: string } & Record<string, unknown>) {
  const made = await call(server, 'POST', '/experiments', { site, ...experiment })
  expect(made).toMatchObject({ status: 201 })
  const query = new URLSearchParams({ site: String(site), decision: experiment.decision })
  const known = () => call<{ id: string | null }>(server, 'GET', `/decide?${query}`)
  await expect.poll(async () => (await known()).body.id, { timeout: 10_000 }).toEqual(expect.any(String))
}

interface Arm {
  id: string
  trials: number
  num: number
}
async function armsOf(server: Server, site: number, decision: string): Promise<Record<string, [number, number]>> {
  const { body } = await call<{ arms: Arm[] }>(server, 'GET', `/experiments/${decision}?site=${site}`)
  return Object.fromEntries(body.arms.map(({ id, trials, num }) => [id, [trials, num]]))
}

/** Milliseconds. How soon the first option stands in is shown in decide.test; here a busy machine may take its time. */
const PATIENCE = 20_000

const decide = (page: Page, name = 'headline', options = ['short', 'long']) =>
  page.evaluate(([name, options, within]) => window.graupel!.decide!(name, options, { within }), [
    name,
    options,
    PATIENCE,
  ] as const)

test('a visitor meets one option over reloads, and it counts once with what came of it', {
  timeout: 60_000,
}, async () => {
  const { server, site, url } = await pagesWith(tag)
  await begin(server, site, { decision: 'headline', options: ['short', 'long'] })
  const page = await newVisitor()
  await page.goto(url)
  const first = await decide(page)
  expect(first).toMatchObject({ propensity: 0.5, id: expect.any(String), ttl: 30 * 86_400 })
  for (let n = 0; n < 5; n++) {
    await page.reload()
    expect(await decide(page)).toMatchObject({ option: first.option, id: first.id })
  }
  await page.evaluate(() => window.graupel!.reward!('headline'))
  await page.evaluate(() => window.graupel!.reward!('headline'))
  const other = first.option === 'short' ? 'long' : 'short'
  await expect
    .poll(() => armsOf(server, site, 'headline'), { timeout: 10_000 })
    .toEqual({ [first.option]: [1, 1], [other]: [0, 0] })
})

test('what nobody knows has an option, and nothing is learnt from it', { timeout: 60_000 }, async () => {
  const { server, site, url } = await pagesWith(tag)
  const page = await newVisitor()
  await page.goto(url)
  expect(await decide(page)).toMatchObject({ propensity: 0.5, id: null })
  await page.evaluate(() => window.graupel!.reward!('headline'))
  expect((await call<{ experiments: [] }>(server, 'GET', `/experiments?site=${site}`)).body.experiments).toEqual([])
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('=')))).toEqual([])
})

test('a server that ends between two pages leaves what a visitor has, and gives others the first', {
  timeout: 60_000,
}, async () => {
  const { server, site, url } = await pagesWith(tag)
  await begin(server, site, { decision: 'headline', options: ['short', 'long'], weights: [0, 1], policy: 'split' })
  const page = await newVisitor()
  await page.goto(url)
  expect((await decide(page)).option).toBe('long')
  await server.stop()
  expect((await decide(page)).option).toBe('long')
  expect(await decide(page, 'other')).toEqual({ option: 'short', propensity: null, id: null })
})

test('a page whose host hands on its own prefixes alone decides there, and under no name of a decision', {
  timeout: 60_000,
}, async () => {
  const server = await startServer()
  const shop = await openShop(server, { prefixes: OWN_PREFIXES })
  onTestFinished(() => shop.close())
  shop.page.head = OWN_TAG
  await begin(server, shop.site, { decision: 'headline', options: ['short', 'long'], weights: [0, 1], policy: 'split' })
  const page = await newVisitor()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(shop.pages)
  expect(await decide(page)).toMatchObject({ option: 'long', propensity: 1, id: expect.any(String) })
  await page.evaluate(() => window.graupel!.reward!('headline'))
  await expect.poll(() => armsOf(server, shop.site, 'headline'), { timeout: 10_000 }).toMatchObject({ long: [1, 1] })
  expect(asked.filter((path) => !/^\/((js|dots)\/.*|favicon.ico)?$/.test(path))).toEqual([])
  expect(asked.join()).not.toMatch(/decide|experiment/)
})

test('an experiment that a page splits by itself has its results too', { timeout: 60_000 }, async () => {
  const { server, site, url } = await pagesWith(tag)
  await begin(server, site, { decision: 'button', options: ['blue', 'red'], policy: 'split', conversion: 'signup' })
  const page = await newVisitor()
  const run = () =>
    page.evaluate(async () => {
      const [signup, click] = await Promise.all([
        window.graupel!.goal!('signup'),
        window.graupel!.goal!('click', { unique: false }),
      ])
      const { variant } = await window.graupel!.experiment!({
        name: 'button',
        variants: { blue: {}, red: {} },
        weights: [0, 1],
        goals: [signup, click],
      })
      click.complete()
      signup.complete()
      return variant
    })
  for (let n = 0; n < 3; n++) {
    await page.goto(url)
    expect(await run()).toBe('red')
  }
  await expect.poll(() => armsOf(server, site, 'button'), { timeout: 10_000 }).toEqual({ blue: [0, 0], red: [1, 1] })
})

describe('10,000 keys', () => {
  /** Over HTTP; in the Worker's own runtime all of them are drawn in test/worker/routes/choice. */
  const ASKED = 500
  const IMPORT = `<script type="module">import * as door from '/door.js'; window.door = door</script>`

  /** The arm of each key, as the built door draws it in a browser. */
  const inBrowser = async (page: Page, hash: 'murmur' | 'alephbet', weights: readonly number[]) =>
    page.evaluate(
      ({ keys, hash, weights }) => {
        const { door } = window as unknown as { door: typeof import('../../sdk/index') }
        const tracking_adapter = { experiment_start: () => undefined, goal_complete: () => undefined }
        const variants = Object.fromEntries(weights.map((_, arm) => [`arm ${arm}`, {}]))
        return keys.map((user_id) => {
          const storage_adapter = { get: () => undefined, set: () => undefined }
          const options = { name: 'Page', variants, weights, hash, user_id, storage_adapter, tracking_adapter }
          return door.experiment(options).variant!.replace('arm ', '')
        })
      },
      { keys: KEYS, hash, weights },
    )

  /** And as a Worker says. */
  async function overHttp(server: Server, site: number, keys: string[]) {
    const query = new URLSearchParams({ site: String(site), decision: 'Page' })
    const answers: string[] = []
    for (let at = 0; at < keys.length; at += 32) {
      const asked = keys
        .slice(at, at + 32)
        .map((unit) => call<{ option: string }>(server, 'GET', `/decide?${query}&unit=${unit}`))
      answers.push(...(await Promise.all(asked)).map(({ body }) => body.option))
    }
    return answers
  }

  test.each(ARMS)('get in a browser the arms that everybody gives, by $hash', { timeout: 60_000 }, async (arms) => {
    const { hash, weights, digest } = arms
    const door = readFileSync(join(inject('built'), 'sdk/index.js'), 'utf8')
    const { server, site, url } = await pagesWith(() => IMPORT, { '/door.js': door })
    const options = weights.map((_, arm) => String(arm))
    await begin(server, site, { decision: 'Page', options, weights, policy: 'split', hash })
    const page = await newVisitor()
    await page.goto(url)
    await page.waitForFunction('window.door')
    const drawn = await inBrowser(page, hash, weights)
    expect(sha1(new TextEncoder().encode(drawn.join('')))).toBe(digest)
    expect(await overHttp(server, site, KEYS.slice(0, ASKED))).toEqual(drawn.slice(0, ASKED))
  })
})

test('HailWhale’s three pages: what sells in a country is shown there', { timeout: 60_000 }, async () => {
  const PAGES = ['a', 'b', 'c']
  const SELLS: Record<string, string> = { US: 'b', SE: 'c' }
  // Each load is another visitor, since nothing is kept.
  const { server, site, url } = await pagesWith(
    (script) => `<script defer data-storage="none" src="${script}"></script>`,
  )
  await begin(server, site, {
    decision: 'PageVariation',
    options: PAGES,
    dimensions: ['country'],
    personalise: 'strong',
    warm: 4,
    holdout: 0,
  })
  const tabs = await Promise.all([newVisitor(), newVisitor(), newVisitor(), newVisitor()])
  /** Visits of each tab; what was shown to whom. */
  const visits = async (count: number) => {
    const shown: [country: string, option: string][] = []
    const visit = async (tab: Page) => {
      for (let n = 0; n < count; n++) {
        await tab.goto(url)
        const country = Object.keys(SELLS)[n % 2]!
        const option = await tab.evaluate(
          async ({ country, pages, sells, within }) => {
            const ask = { dimensions: { country }, within }
            const { option } = await window.graupel!.decide!('PageVariation', pages, ask)
            document.body.textContent = `page ${option}`
            if (option === sells) window.graupel!.reward!('PageVariation')
            return option
          },
          { country, pages: PAGES, sells: SELLS[country], within: PATIENCE },
        )
        shown.push([country, option])
      }
    }
    await Promise.all(tabs.map(visit))
    return shown
  }
  // Enough that each page was often tried in each country, and chance does not pass for a habit.
  await visits(30)
  await expect
    .poll(async () => Object.values(await armsOf(server, site, 'PageVariation')).reduce((sum, [n]) => sum + n, 0))
    .toBe(120)
  // The weights that an isolate has are a second old.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const shown = await visits(10)
  const share = (country: string) => {
    const own = shown.filter(([each]) => each === country)
    return own.filter(([, option]) => option === SELLS[country]).length / own.length
  }
  for (const country of ['US', 'SE']) expect(share(country)).toBeGreaterThan(0.5)
})
