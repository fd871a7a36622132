import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { deliver, PageLoad, send, siteKey } from '../visitor'
import { makeSite, statusOf, total } from './api'
import { startServer } from './server'

const PAGE = 'shop.example/a'

test('counts one envelope once, sent fifty times in parallel and again across a restart', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const envelope = new PageLoad(await siteKey(server.origin, site)).view(PAGE, { flags: 1 })

  const statuses = await Promise.all(Array.from({ length: 50 }, () => send(server.origin, [envelope])))
  expect(new Set(statuses)).toEqual(new Set([204]))
  expect(await total(server, site)).toBe(1)

  await server.restart()
  await Promise.all(Array.from({ length: 50 }, () => send(server.origin, [envelope])))
  await server.kill('SIGKILL')
  await server.restart()
  expect(await send(server.origin, [envelope])).toBe(204)
  expect(await total(server, site)).toBe(1)
  expect(await total(server, site, 'sessions')).toBe(1)
})

test('counts nothing of an envelope with any one bit changed, and answers as to a good one', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const good = new PageLoad(await siteKey(server.origin, site)).view(PAGE)
  const bytes = decode(good)!
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = bytes.slice()
    copy[bit >> 3]! ^= 1 << (bit & 7)
    return encode(copy)
  })
  for (let i = 0; i < flipped.length; i += 20) expect(await send(server.origin, flipped.slice(i, i + 20))).toBe(204)
  expect(await total(server, site)).toBe(0)
  expect(await send(server.origin, [good])).toBe(204)
  expect(await total(server, site)).toBe(1)

  const refused = (await statusOf(server, site)).refusals
  const count = (reason: string) => refused.find((refusal) => refusal.reason === reason)?.events ?? 0
  // What names another site or version is no refusal of this site's; the rest is forged, stale or of a retired key.
  expect(count('forged')).toBeGreaterThan(flipped.length - 200)
})

test('creates no object and writes nothing for ten thousand requests to sites that are not listed', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  expect(await send(server.origin, [new PageLoad(key).view(PAGE)])).toBe(204)
  const objects = () =>
    ['graupel-hail', 'graupel-whale', 'graupel-pod'].flatMap((folder) =>
      readdirSync(join(server.dataFolder, 'objects', folder)).filter((name) => name.endsWith('.sqlite')),
    )
  const before = objects()

  const load = new PageLoad(key)
  for (let round = 0; round < 500; round++) {
    const envelopes = Array.from({ length: 20 }, (_, i) => {
      const bytes = decode(load.view(PAGE))!
      new DataView(bytes.buffer).setUint32(3, ((round * 20 + i) * 2_654_435_761) >>> 0 || 1)
      return encode(bytes)
    })
    expect(await send(server.origin, envelopes)).toBe(204)
  }
  expect(objects()).toEqual(before)
  expect(await total(server, site)).toBe(1)
})

test('loses and doubles nothing under kill -9 at random, with clients that send until acknowledged', {
  timeout: 300_000,
}, async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { shards: 2 })
  const key = await siteKey(server.origin, site)
  const EVENTS = 10_000
  const KILLS = 6
  const CLIENTS = 24

  let next = 0
  let acknowledged = 0
  let repeats = 0
  const client = async () => {
    while (next < EVENTS) {
      const load = new PageLoad(key)
      // A page load of up to five views, some of them in one request.
      for (let view = 0; view < 5 && next < EVENTS; ) {
        const size = Math.min(1 + Math.floor(Math.random() * 3), EVENTS - next, 5 - view)
        next += size
        view += size
        const envelopes = Array.from({ length: size }, (_, i) => load.view(`shop.example/${next % 50}/${i}`))
        const tries = await deliver(() => server.origin, envelopes)
        repeats += tries - 1
        acknowledged += size
      }
    }
  }
  const killer = async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      while (acknowledged < (EVENTS * kill) / (KILLS + 1)) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
      await server.kill('SIGKILL')
      await server.restart()
    }
  }
  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, client)])

  expect(acknowledged).toBe(EVENTS)
  expect(repeats).toBeGreaterThan(0)
  expect(await total(server, site)).toBe(EVENTS)
  await server.restart()
  expect(await total(server, site)).toBe(EVENTS)
})
