/** The script against a whole server: what a visit without storage counts as, and a count of what was dropped. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { makeSite, statusOf, total } from '../flow/api'
import { type Server, startServer } from '../flow/server'
import { launch } from './beacon-site'

/** Pages on any host of this machine, each with the script's tag in it. */
async function pagesWith(tag: string): Promise<number> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' })
    response.end(`<!doctype html><meta name="referrer" content="unsafe-url">${tag}<a href="/two">two</a>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return (server.address() as AddressInfo).port
}

async function visitor(): Promise<Page> {
  const browser = await launch()
  onTestFinished(() => browser.close())
  const probe = await browser.newPage()
  const agent = await probe.evaluate(() => navigator.userAgent)
  // It is the browser it says it is, but for the word that marks it as a robot.
  const context = await browser.newContext({ userAgent: agent.replace('Headless', '') })
  return context.newPage()
}

const counted = (server: Server, site: number, metric: string, value: number) =>
  expect.poll(() => total(server, site, metric), { timeout: 5000 }).toBe(value)

test('a visit that keeps nothing is one session by its referrer, and in no bounce rate', {
  timeout: 60_000,
}, async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const port = await pagesWith(`<script defer src="${server.origin}/b/${site}.js" data-storage="none"></script>`)
  const page = await visitor()
  await page.addInitScript(() => {
    const { getItem } = Storage.prototype
    Object.assign(window, { read: [] })
    Storage.prototype.getItem = function (name) {
      ;(window as unknown as { read: string[] }).read.push(name)
      return getItem.call(this, name)
    }
  })
  const shop = `http://shop.example:${port}`
  await page.goto(`${shop}/one`, { referer: 'http://news.example/item' })
  await counted(server, site, 'hits', 1)
  await page.evaluate(() => history.pushState({}, '', '/router'))
  await counted(server, site, 'hits', 2)
  await page.click('a')
  await counted(server, site, 'hits', 3)
  await page.reload()
  // What keeps nothing loses what a page could not send before it was gone.
  await counted(server, site, 'hits', 4)
  await page.goto(`${shop}/direct`)
  await counted(server, site, 'hits', 5)
  expect(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([[], []])
  expect(await page.context().cookies()).toEqual([])

  const at = (metric: string, dimension: string[] = []) => total(server, site, metric, dimension)
  expect(await at('sessions')).toBe(1)
  expect(await at('sessions', ['referrer', 'news.example'])).toBe(1)
  expect(await at('sessions', ['entry', `shop.example:${port}`, '/one'])).toBe(1)
  expect(await at('sessions_by_referrer')).toBe(1)
  expect(await at('engaged')).toBe(0)
  expect(await at('visitors_day')).toBe(0)
  expect(await at('bounce_rate')).toBe(0)

  // Beside it an ordinary visit that bounces: the rate is its alone.
  const other = await pagesWith(`<script defer src="${server.origin}/b/${site}.js"></script>`)
  await page.goto(`http://shop.example:${other}/`, { referer: 'http://news.example/item' })
  await expect.poll(() => at('sessions'), { timeout: 5000 }).toBe(2)
  expect(await at('bounce_rate')).toBe(1)
})

test('what a browser dropped while the server was away is told in /status', { timeout: 60_000 }, async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const port = await pagesWith(`<script defer src="${server.origin}/b/${site}.js"></script>`)
  const page = await visitor()
  await page.route('**/p/**', (route) => route.abort())
  await page.goto(`http://shop.example:${port}/`)
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBe(2)
  await page.evaluate(async () => {
    for (let n = 0; n < 110; n++) {
      window.graupel!.count!('thing')
      // Each by itself, in an envelope of its own.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBe(101)
  await page.unroute('**/p/**')
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage)), { timeout: 10_000 }).toEqual(['graupel'])
  await page.evaluate(() => window.graupel!.count!('last'))
  // A view and 110 more, of which a hundred were kept.
  await expect
    .poll(async () => (await statusOf(server, site)).refusals.map(({ reason, events }) => [reason, events]), {
      timeout: 10_000,
    })
    .toEqual([['dropped', 11]])
  expect(await total(server, site, 'hits', [], { type: '_' })).toBe(100 + 1)
})
