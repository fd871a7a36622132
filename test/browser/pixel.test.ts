/**
 * Minted pixels in a real browser: a shop's page shows them through a server that counts what reaches it, since what a
 * browser's own cache answers never does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { call, makeSite, total } from '../flow/api'
import { type Server, startServer } from '../flow/server'
import { launch } from './beacon-site'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

interface Shop {
  /** `http://shop.example:…` */
  origin: string
  /** What stands in its pages. */
  body: string
  /** Requests for pixels that reached it. */
  arrived: number
}

/** A shop in front of the server: pixels go through it, everything else is its page. */
async function openShop(server: Server): Promise<Shop> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!request.url!.startsWith('/p/')) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><body>${shop.body}</body>`)
      return
    }
    shop.arrived += 1
    const { referer = '', 'user-agent': agent = '' } = request.headers
    const from = await fetch(server.origin + request.url, {
      headers: { 'User-Agent': agent, ...(referer && { referer }) },
    })
    response.writeHead(from.status, Object.fromEntries(from.headers)).end(Buffer.from(await from.arrayBuffer()))
  }
  const http = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => http.once('listening', resolve))
  onTestFinished(() => void http.close().closeAllConnections())
  const { port } = http.address() as AddressInfo // of a TCP server
  const shop: Shop = { origin: `http://shop.example:${port}`, body: '', arrived: 0 }
  return shop
}

async function minted(server: Server, site: number, wish: object) {
  const { body } = await call<{ url: string; noscript: string }>(server, 'POST', `/api/sites/${site}/pixels`, wish)
  return body
}

test.each([
  ['once-a-day', { once: 'day' }, 1],
  ['count-each', {}, 3],
])('asks for a %s picture as often as it may count, in a page loaded three times', async (_, wish, requests) => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const shop = await openShop(server)
  const { url } = await minted(server, site, { type: 'seen', ...wish })
  shop.body = `<img src="${new URL(url).pathname}" alt="" width="1" height="1">`
  const page = await browser.newPage()
  await page.goto(shop.origin)
  await page.reload()
  await page.goto(`${shop.origin}/another`)
  expect(await page.evaluate(() => document.images[0]!.complete && document.images[0]!.naturalWidth)).toBe(1)
  expect(shop.arrived).toBe(requests)
  expect(await total(server, site, 'hits', [], { type: 'seen' })).toBe(requests)
  await page.close()
})

test.each([
  ['off', 2],
  ['on', 0],
])('counts views of pages with scripts switched %s by the snippet for those who have none', async (scripts, views) => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const shop = await openShop(server)
  // As it was answered: from another origin than the page's.
  shop.body = (await minted(server, site, { type: 'pageview' })).noscript
  const context = await browser.newContext({ javaScriptEnabled: scripts === 'on' })
  const page = await context.newPage()
  for (const path of ['/pricing?id=person', '/pricing']) await page.goto(shop.origin + path, { waitUntil: 'load' })
  await context.close()
  const host = new URL(shop.origin).host
  expect(await total(server, site)).toBe(views)
  expect(await total(server, site, 'hits', ['page', host, '/pricing'])).toBe(views)
})
