import { expect, test } from 'vitest'
import { decode } from '../../sdk/wire/base64url'
import { mint } from '../../sdk/wire/envelope'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, type Made, makeSite, statusOf, total } from './api'
import { startServer, type Server } from './server'

const PAGE = 'shop.example/a'
const key = (kid: number) => `${kid}:${Buffer.alloc(32, 20 + kid).toString('base64url')}`

const countWith = (server: Server, token: string) => call(server, 'POST', '/count', { type: 'order' }, token)
const fetchPixel = async (server: Server, url: string) =>
  (await fetch(server.origin + new URL(url).pathname, { headers: { 'User-Agent': CHROME } })).status

test('goes over from one master key to the next and loses no event of a page that is open meanwhile', async () => {
  const env = { GRAUPEL_MASTER: key(0) }
  const server = await startServer({ env })
  const made = await makeSite(server)
  const { site } = made
  const minted = await call<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, { type: 'mail' })
  const open = new PageLoad(await siteKey(server.origin, site))
  const queued = open.view(PAGE)
  expect(await send(server.origin, [open.view(PAGE)])).toBe(204)

  env.GRAUPEL_MASTER = `${key(0)},${key(1)}`
  await server.restart()
  const next = await siteKey(server.origin, site)
  expect(next.epoch >> 14).toBe(1)
  expect(await send(server.origin, [queued, open.view(PAGE), new PageLoad(next).view(PAGE)])).toBe(204)
  expect(await total(server, site)).toBe(4)
  expect(await fetchPixel(server, minted.body.url)).toBe(200)
  expect(await total(server, site, 'hits', [], { type: 'mail' })).toBe(1)
  const { keys } = (await call<Made>(server, 'GET', `/api/sites/${site}`)).body
  expect(keys.write).not.toBe(made.keys.write)
  for (const token of [keys.write, made.keys.write]) expect((await countWith(server, token)).status).toBe(200)

  env.GRAUPEL_MASTER = key(1)
  await server.restart()
  expect(await send(server.origin, [queued, open.view(PAGE), new PageLoad(next).view(PAGE)])).toBe(204)
  expect(await fetchPixel(server, minted.body.url)).toBe(200)
  expect(await total(server, site)).toBe(5)
  expect((await countWith(server, made.keys.write)).status).toBe(401)
  expect((await countWith(server, keys.write)).status).toBe(200)
  const { refusals } = await statusOf(server, site)
  expect(refusals).toMatchObject([{ reason: 'retired', events: 3, mend: expect.stringContaining('Put the old') }])
})

test.each(['write', 'read'] as const)('revokes a site’s %s key and no other', async (word) => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const other = await makeSite(server)
  const status = async (token: string, at = site) =>
    token.startsWith('gw')
      ? (await countWith(server, token)).status
      : (await call(server, 'GET', `/graph?site=${at}&type=order`, undefined, token)).status
  const { status: answered, body } = await call<Made>(server, 'POST', `/api/sites/${site}/keys`, { revoke: word })
  expect([answered, await status(keys[word]), await status(body.keys[word])]).toEqual([200, 401, 200])
  const left = word === 'write' ? 'read' : 'write'
  expect(body.keys[left]).toBe(keys[left])
  expect([await status(keys[left]), await status(other.keys[word], other.site)]).toEqual([200, 200])

  await server.restart()
  expect([await status(keys[word]), await status(body.keys[word])]).toEqual([401, 200])
})

test('revokes all of a site’s pixels at once, those minted elsewhere too, and mints others', async () => {
  const server = await startServer()
  const made = await makeSite(server)
  const { site } = made
  const mintHere = async () =>
    (await call<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, { type: 'mail' })).body.url
  const mintElsewhere = (from: Made & { pixelEpoch: number }) => {
    const random = crypto.getRandomValues(new Uint8Array(12))
    const text = mint('pixel', { epoch: from.pixelEpoch, site, random }, decode(from.keys.pixel)!, '[0,0,"mail"]')
    return `http://x/p/${text}.gif`
  }
  const count = () => total(server, site, 'hits', [], { type: 'mail' })
  const before = (await call<Made & { pixelEpoch: number }>(server, 'GET', `/api/sites/${site}`)).body
  const old = [await mintHere(), mintElsewhere(before)]
  for (const url of old) expect(await fetchPixel(server, url)).toBe(200)
  expect(await count()).toBe(2)

  const after = (await call<typeof before>(server, 'POST', `/api/sites/${site}/keys`, { revoke: 'pixel' })).body
  expect(after.keys.pixel).not.toBe(before.keys.pixel)
  for (const url of [...old, mintElsewhere(before)]) expect(await fetchPixel(server, url)).toBe(200)
  expect(await count()).toBe(2)
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'revoked', events: 3 }])
  expect((await call(server, 'GET', `/api/sites/${site}/pixels`)).body).toEqual({ pixels: [] })
  for (const url of [await mintHere(), mintElsewhere(after)]) expect(await fetchPixel(server, url)).toBe(200)
  expect(await count()).toBe(4)
})

test('revokes all of a site’s shares at once', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const share = async () => (await call<{ share: string }>(server, 'POST', `/api/sites/${site}/shares`, {})).body.share
  const status = async (text: string) => (await fetch(`${server.origin}/graph?share=${text}`)).status
  const old = await share()
  expect(await status(old)).toBe(200)
  expect((await call(server, 'POST', `/api/sites/${site}/keys`, { revoke: 'share' })).status).toBe(200)
  expect([await status(old), await status(await share())]).toEqual([401, 200])
})

test.each([
  [{ revoke: 'beacon' }, 400],
  [{}, 400],
  [{ revoke: 'write', colour: 1 }, 400],
])('answers %j with a problem', async (body, status) => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  expect((await call(server, 'POST', `/api/sites/${site}/keys`, body)).status).toBe(status)
  expect((await call(server, 'POST', `/api/sites/${site}/keys`, { revoke: 'write' }, keys.write)).status).toBe(403)
})
