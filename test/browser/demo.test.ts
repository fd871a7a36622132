import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Request } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { prepareDemo } from '../../sdk/cli/demo'
import { findChrome } from '../chrome'
import { call, graph, total } from '../flow/api'
import { startServer, temporaryFolder } from '../flow/server'
import { writeMmdb } from '../../demo/rain/mmdb'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Playwright marks its browsers, and the script obeys the mark.
  '--disable-blink-features=AutomationControlled',
]

/** Where our visitor is said to come from: the proxy's header, and a file that knows the network. */
const ADDRESS = '81.2.69.160'
const PLACE = { country: { iso_code: 'SE' }, subdivisions: [{ iso_code: 'AB' }], city: { names: { en: 'Stockholm' } } }

test('a real visit of the demo is counted exactly, and moves the graph within two seconds', {
  timeout: 120_000,
}, async () => {
  const geoFolder = temporaryFolder()
  mkdirSync(geoFolder, { recursive: true })
  writeFileSync(join(geoFolder, 'test.mmdb'), writeMmdb([{ network: '81.2.69.0/24', record: PLACE }]))
  const server = await startServer({
    geoFolder,
    env: { GRAUPEL_DEMO: '1', GRAUPEL_GEO_FILE: 'test.mmdb', GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' },
  })
  const { origin, admin, dataFolder } = server
  const shop = origin + (await prepareDemo({ origin, shown: origin, token: admin }, dataFolder))
  const { sites } = (await call<{ sites: { site: number }[] }>(server, 'GET', '/api/sites')).body
  const { site } = sites[0]!

  const browser = await chromium.launch({ executablePath: findChrome()!, args: ARGS })
  onTestFinished(() => browser.close())
  const truth = await whoIs(browser)
  const context = await browser.newContext({
    // It is the browser it says it is, but for the word that marks it as a robot.
    userAgent: truth.agent.replace('Headless', ''),
    extraHTTPHeaders: { 'x-forwarded-for': ADDRESS },
    acceptDownloads: true,
  })
  const sent: Request[] = []
  context.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/p/')) sent.push(request)
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))

  await page.goto(`${shop}spa.html`)
  await expect.poll(() => total(server, site), { timeout: 2_000 }).toBe(1)
  await page.getByRole('link', { name: 'Hail', exact: true }).click()
  await expect.poll(() => total(server, site), { timeout: 2_000 }).toBe(2)
  await page.goto(`${shop}product.html`)
  await expect.poll(() => total(server, site), { timeout: 2_000 }).toBe(3)
  // The browser tells of its requests when it finds time, maybe after they were counted.
  await expect.poll(() => sent.filter((request) => !isLeave(request)).length, { timeout: 2_000 }).toBe(3)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'size chart' }).click()
  await download
  await expect.poll(() => total(server, site, 'downloads', [], { type: 'download' }), { timeout: 2_000 }).toBe(1)
  await page.waitForTimeout(1_200)
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => total(server, site, 'leaves'), { timeout: 5_000 }).toBeGreaterThan(0)

  const host = new URL(server.origin).host
  const at = (dimension: string[], metric = 'hits') => total(server, site, metric, dimension)
  expect(await at([])).toBe(3)
  expect(await at([], 'sessions')).toBe(1)
  expect(await at([], 'engaged')).toBe(1)
  expect(await at([], 'bounce_rate')).toBe(0)
  expect(await at([], 'visitors_day')).toBe(1)
  expect(await at([], 'seconds')).toBeGreaterThanOrEqual(1)
  expect(await at(['browser', truth.brand, truth.version])).toBe(3)
  expect(await at(['os', truth.system])).toBe(3)
  expect(await at(['device', 'desktop'])).toBe(3)
  expect(await at(['country', 'SE', 'AB', 'Stockholm'])).toBe(3)
  expect(await at(['page', host, '/demo/product.html'])).toBe(1)
  expect(await at(['page', host, '/demo/spa.html'])).toBe(1)
  expect(await at(['entry', host, '/demo/spa.html'], 'sessions')).toBe(1)
  const files = await graph(server, site, { type: 'download', dimension: '["file"]', depth: '2' })
  expect(files.series.map(({ dimension }) => dimension)).toContainEqual(['file', host, '/demo/size-chart.pdf'])

  const live = await context.newPage()
  live.on('pageerror', (error) => errors.push(String(error)))
  await live.goto(`${shop}live.html`)
  await live.locator('graupel-graph .g-line').first().waitFor({ state: 'attached', timeout: 5_000 })
  await live.close()

  expect(errors).toEqual([])
  expect(sent.filter((request) => request.method() === 'OPTIONS')).toEqual([])
  for (const request of sent) {
    expect(new URL(request.url()).pathname).toMatch(/^\/p\/[\w-]*$/)
    expect(new URL(request.url()).search).toBe('')
    expect(request.postData() ?? '').toMatch(/^[\w\n-]*$/)
  }
  expect(await context.cookies()).toEqual([])
})

test('the front page shows the headline that is decided, who buys rewards it, and the shop shows what came of it', {
  timeout: 120_000,
}, async () => {
  const server = await startServer({ env: { GRAUPEL_DEMO: '1' } })
  const { origin, admin, dataFolder } = server
  const shop = origin + (await prepareDemo({ origin, shown: origin, token: admin }, dataFolder))
  const { site } = (await call<{ sites: { site: number }[] }>(server, 'GET', '/api/sites')).body.sites[0]!
  const browser = await chromium.launch({ executablePath: findChrome()!, args: ARGS })
  onTestFinished(() => browser.close())
  const { agent } = await whoIs(browser)
  const context = await browser.newContext({ userAgent: agent.replace('Headless', '') })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  const counted = (metric: string) => total(server, site, metric, [], { type: 'decision.front_page' })

  // A busy machine may not answer in the time that a page waits: the next load asks again.
  await expect
    .poll(
      async () => {
        await page.goto(`${shop}index.html`)
        return counted('decisions')
      },
      { timeout: 30_000, interval: 1_000 },
    )
    .toBe(1)
  const headline = await page.locator('h1').textContent()
  await page.reload()
  await expect.poll(() => page.locator('h1.deciding').count()).toBe(0)
  expect(await page.locator('h1').textContent()).toBe(headline)

  await page.goto(`${shop}product.html`)
  await page.getByRole('button', { name: 'Buy it' }).click()
  await page.getByRole('heading', { name: 'Thank you' }).waitFor()
  await expect.poll(() => counted('rewards'), { timeout: 5_000 }).toBe(1)
  await page.reload()

  const asked: URL[] = []
  page.on('request', (request) => asked.push(new URL(request.url())))
  await page.goto(`${shop}decide.html`)
  const figures = page.locator('graupel-results')
  await figures.getByRole('heading', { name: 'Results' }).waitFor({ timeout: 5_000 })
  expect(await figures.locator('dd').first().textContent()).toBe('1')
  expect(await figures.locator('b', { hasText: '100.00%' }).count()).toBe(1)
  // By the share alone: no key, no cookie.
  const read = asked.filter(({ pathname }) => /^\/(experiments|graph)/.test(pathname))
  expect(read.length).toBeGreaterThan(1)
  expect(read.filter(({ searchParams }) => !searchParams.get('share'))).toEqual([])
  expect([await counted('decisions'), await counted('rewards')]).toEqual([1, 1])
  expect(errors).toEqual([])
  expect(await context.cookies()).toEqual([])
})

/** Made as a page went away; how long a page stood decides whether there is one. */
const isLeave = (request: Request): boolean => request.resourceType() === 'ping'

/** What the browser says of itself to a page. */
async function whoIs(browser: Browser): Promise<{ agent: string; brand: string; version: string; system: string }> {
  const page = await browser.newPage()
  const agent = await page.evaluate(() => navigator.userAgent)
  await page.close()
  const isChrome = /Google Chrome/.test(findChrome() ?? '')
  return {
    agent,
    brand: isChrome ? 'Chrome' : 'Chromium',
    version: browser.version().split('.')[0]!,
    system: /Mac/.test(agent) ? 'macOS' : 'Linux',
  }
}
