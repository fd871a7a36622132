import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, statusOf, total } from './api'
import { startServer, type Server } from './server'

const PAGE = 'shop.example/a'
const HERE = '203.0.113.7'
/** What a Hail believes of one visitor. */
const PER_HOUR = 20_000
/** Whoever speaks from this machine is a proxy, and names the client. */
const startBehindProxy = () => startServer({ env: { GRAUPEL_PROXY: 'x-client 127.0.0.0/8' } })

/** A site, and views of it, each of another page load unless it is said. */
async function visited(server: Server, settings: Record<string, unknown> = {}) {
  const { site } = await makeSite(server, settings)
  const key = await siteKey(server.origin, site)
  return { site, views: (count: number) => Array.from({ length: count }, () => new PageLoad(key).view(PAGE)) }
}

const from = (client: string) => ({ 'x-client': client })
const sendFrom = (server: Server, client: string, envelopes: string[]) => send(server.origin, envelopes, from(client))

test('asks one who sends too fast to come again, and then counts him once', async () => {
  const server = await startBehindProxy()
  const shop = await visited(server, { rate: 60 })
  const other = await visited(server, { rate: 60 })
  for (let i = 0; i < 3; i++) expect(await sendFrom(server, HERE, shop.views(20))).toBe(204)

  const late = shop.views(5)
  const post = () =>
    fetch(`${server.origin}/p/`, {
      method: 'POST',
      body: late.join('\n'),
      headers: { 'User-Agent': CHROME, ...from(HERE) },
    })
  const limited = await post()
  expect([limited.status, await limited.text()]).toEqual([429, ''])
  expect(limited.headers.get('access-control-allow-origin')).toBe('*')
  expect(limited.headers.get('access-control-expose-headers')).toMatch(/Date, Retry-After/)
  const seconds = Number(limited.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(5)

  expect(await sendFrom(server, '203.0.113.8', shop.views(20))).toBe(204)
  expect(await sendFrom(server, HERE, other.views(20))).toBe(204)
  expect(await total(server, shop.site)).toBe(80)

  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  expect((await post()).status).toBe(204)
  expect(await total(server, shop.site)).toBe(85)
  expect(await total(server, other.site)).toBe(20)
})

test('takes a household’s IPv6 addresses for one client', async () => {
  const server = await startBehindProxy()
  const { views } = await visited(server, { rate: 20 })
  expect(await sendFrom(server, '2001:db8:1:2::1', views(20))).toBe(204)
  expect(await sendFrom(server, '2001:db8:1:2:ffff::2', views(10))).toBe(429)
  expect(await sendFrom(server, '2001:db8:1:3::1', views(10))).toBe(204)
})

test('takes all of a request or nothing', async () => {
  const server = await startBehindProxy()
  const [shop, other] = [await visited(server, { rate: 20 }), await visited(server, { rate: 20 })]
  expect(await sendFrom(server, HERE, shop.views(20))).toBe(204)
  expect(await sendFrom(server, HERE, [...other.views(10), ...shop.views(10)])).toBe(429)
  expect(await sendFrom(server, HERE, other.views(20))).toBe(204)
  expect([await total(server, shop.site), await total(server, other.site)]).toEqual([20, 20])
})

test('opens nothing of what comes too fast, and tells its owner', async () => {
  const server = await startBehindProxy()
  const { site, views } = await visited(server, { rate: 20 })
  const stranger = await visited(server)
  const forged = stranger.views(20).map((envelope) => {
    const bytes = decode(envelope)!
    new DataView(bytes.buffer).setUint32(3, site)
    return encode(bytes)
  })
  expect(await sendFrom(server, HERE, views(20))).toBe(204)
  expect(await sendFrom(server, HERE, forged)).toBe(429)
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'rate', events: 20 }])
})

test('shows no picture for a beacon that is to come again, since a picture says that it arrived, and one for a pixel', async () => {
  const server = await startBehindProxy()
  const { site, views } = await visited(server, { rate: 20 })
  const { body } = await call<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, { type: 'mail' })
  const ask = async (path: string) => {
    // What grows back meanwhile is used up first.
    while ((await sendFrom(server, HERE, views(1))) === 204);
    const response = await fetch(`${server.origin}${path}`, { headers: { 'User-Agent': CHROME, ...from(HERE) } })
    const length = (await response.arrayBuffer()).byteLength
    return [
      response.status,
      response.headers.get('content-type'),
      length,
      Number(response.headers.get('retry-after')) > 0,
    ]
  }
  expect(await ask(`/p/${views(1)[0]}.gif`)).toEqual([429, null, 0, true])
  expect(await ask(`/p/${views(1)[0]}`)).toEqual([429, null, 0, true])
  expect(await ask(new URL(body.url).pathname)).toEqual([429, 'image/gif', 43, true])
})

test('takes sites that are not listed together, and asks no object for them', async () => {
  const server = await startBehindProxy()
  const { site, views } = await visited(server)
  expect(await sendFrom(server, HERE, views(1))).toBe(204)
  const objects = () =>
    readdirSync(join(server.dataFolder, 'objects'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.sqlite'),
    )
  const before = objects()
  const unlisted = (number: number) =>
    views(1).map((envelope) => {
      const bytes = decode(envelope)!
      new DataView(bytes.buffer).setUint32(3, number)
      return encode(bytes)
    })[0]!
  const batch = Array.from({ length: 20 }, (_, i) => unlisted(i + 1))
  let requests = 0
  while ((await sendFrom(server, HERE, batch)) === 204) requests++
  expect(requests).toBeGreaterThanOrEqual(6_000 / 20)
  expect(objects()).toEqual(before)
  expect(await sendFrom(server, HERE, views(1))).toBe(204)
  expect(await total(server, site)).toBe(2)
})

test.each([
  ['where the address is a proxy’s that nobody told of', {}, { rate: 20 }],
  ['where the site says so', { GRAUPEL_PROXY: 'x-client 127.0.0.0/8' }, { rate: false }],
])('limits nobody %s', async (_, env, settings) => {
  const server = await startServer({ env })
  const { site, views } = await visited(server, settings)
  for (let i = 0; i < 5; i++) expect(await sendFrom(server, HERE, views(20))).toBe(204)
  expect(await total(server, site)).toBe(100)
})

/** Sends more views than are believed of one visitor in an hour; how many, and what counted. */
async function flood(server: Server) {
  const { site } = await makeSite(server, { rate: 1_000_000 })
  const key = await siteKey(server.origin, site)
  const batches = Array.from({ length: PER_HOUR / 20 + 50 }, () => {
    const load = new PageLoad(key)
    return Array.from({ length: 20 }, () => load.view(PAGE))
  })
  const sent = batches.length * 20
  const sender = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      expect(await sendFrom(server, HERE, batch)).toBe(204)
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  return { site, key, sent, counted: await total(server, site) }
}

test('believes so much of one address and browser in an hour, answers alike, and tells its owner', {
  timeout: 120_000,
}, async () => {
  const server = await startBehindProxy()
  const { site, key, sent, counted } = await flood(server)
  expect(counted).toBeGreaterThanOrEqual(PER_HOUR)
  expect(counted).toBeLessThan(sent)
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'flood', events: sent - counted }])

  const load = new PageLoad(key)
  expect(await sendFrom(server, '203.0.113.8', [load.view(PAGE)])).toBe(204)
  expect(await send(server.origin, [load.view(PAGE)])).toBe(204)
  expect(await total(server, site)).toBe(counted + 2)
})

test('believes all where the address says nothing', { timeout: 120_000 }, async () => {
  const { sent, counted } = await flood(await startServer())
  expect(counted).toBe(sent)
})
