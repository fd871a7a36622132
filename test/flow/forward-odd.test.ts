/** Upstreams that are none, are full, or send elsewhere; and slices that no Graupel of this release would send. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { nextAlarm } from './alarm'
import { call, statusOf } from './api'
import { cutter } from './cutter'
import {
  type At,
  arrived,
  backedUp,
  exactly,
  forwarder,
  forwardOf,
  forwardTo,
  later,
  link,
  sell,
  site,
  totals,
} from './forwarder'

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** Something else that listens. */
async function listener(answer: (request: IncomingMessage) => Answer): Promise<{ origin: string; heard: string[] }> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.headers.authorization}`)
    const { status, headers, body } = answer(request)
    request.resume().on('end', () => response.writeHead(status, headers).end(JSON.stringify(body ?? {})))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const address = server.address()
  return { origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, heard }
}

const KEY = `gw_7_${'a'.repeat(43)}`

async function linkedTo(origin: string): Promise<At> {
  const here = await forwarder()
  await forwardTo(here, origin)
  await link(here, KEY)
  await sell(here, 0, 5)
  return here
}

test.each<[string, Answer, RegExp]>([
  ['is no Graupel', { status: 200, body: { hello: 'world' } }, /does not answer as a Graupel would/],
  ['has a cursor from the future', { status: 200, body: { receiver: 'a', cursor: 2 ** 53 - 1 } }, /as a Graupel would/],
  ['is full', { status: 503, headers: { 'Retry-After': '600' } }, /answers 503/],
  ['repeats the key', { status: 401, body: { detail: `${KEY} is wrong` } }, /answers 401: … is wrong/],
])('waits where the upstream %s, asks no more than it should, and loses nothing', async (_, answer, words) => {
  const other = await listener(() => answer)
  const here = await linkedTo(other.origin)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(words)
  const asked = other.heard.length
  // More than a slice, and readers: nobody of them asks the upstream.
  await sell(here, 5, 6_000)
  await call(here.server, 'GET', `/graph?site=${here.made.site}&type=sale`)
  expect((await forwardOf(here)).waiting).toBe(6_005)
  expect(other.heard.length).toBe(asked)
  expect(other.heard.some((line) => line.startsWith('POST'))).toBe(false)
})

test('tells of each upstream what is wrong there, and how long the first event waits', async () => {
  const revoked = await listener(() => ({ status: 401, body: { detail: 'this token is not known here' } }))
  const full = await listener(() => ({ status: 503 }))
  const here = await forwarder()
  await forwardTo(here, revoked.origin, full.origin)
  await link(here, KEY)
  await sell(here, 0, 5)
  await later(here)
  await new Promise((resolve) => setTimeout(resolve, 1_600))
  await sell(here, 5, 5)
  const told = async () =>
    Object.fromEntries((await forwardOf(here)).errors.map(({ upstream, message }) => [upstream, message.slice(0, 11)]))
  await expect.poll(told).toEqual({ [revoked.origin]: 'answers 401', [full.origin]: 'answers 503' })
  expect((await forwardOf(here)).lagSeconds).toBeGreaterThanOrEqual(1)
})

test('waits as long as it is asked to', async () => {
  const other = await listener(() => ({ status: 429, headers: { 'Retry-After': '1800' } }))
  const here = await linkedTo(other.origin)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/answers 429/)
  await here.server.stop()
  expect(nextAlarm(here.server.dataFolder, 'graupel-hail') - Date.now()).toBeGreaterThan(1_700_000)
})

test('lets no event wait for an upstream where the next one takes it', async () => {
  const full = { status: 503, headers: { 'Retry-After': '1800' } }
  const known = { status: 200, body: { receiver: 'x@1', cursor: 0 } }
  const first = await listener(({ method }) => (method === 'GET' ? known : full))
  const [next, here] = [await site(), await forwarder()]
  await forwardTo(here, first.origin, next.server.origin)
  await link(here, { [first.origin]: KEY, [next.server.origin]: next.made.keys.write })
  await sell(here, 0, 5)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).shards[0]?.inDoubt).toBe(5)
  await sell(here, 5, 5)
  await link(here, { [first.origin]: KEY, [next.server.origin]: next.made.keys.write })
  await expect.poll(async () => (await totals(next))[0], { timeout: 10_000 }).toBe(5)
  await here.server.stop()
  expect(nextAlarm(here.server.dataFolder, 'graupel-hail') - Date.now()).toBeLessThan(61_000)
})

test('takes its key to no other address', async () => {
  const other = await listener(() => ({ status: 200, body: {} }))
  const first = await listener(() => ({ status: 307, headers: { Location: `${other.origin}/api/slices` } }))
  const here = await linkedTo(first.origin)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/sends elsewhere \(307/)
  expect(other.heard).toEqual([])
})

test('does not go on and on where an upstream takes nothing', async () => {
  const other = await listener(() => ({ status: 200, body: { receiver: 'x@1', cursor: 0 } }))
  const here = await linkedTo(other.origin)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/takes nothing/)
  expect(other.heard.length).toBeLessThan(10)
})

test('sends less at once where something on the way takes no more', async () => {
  const up = await site()
  // As a proxy with a small limit would: it passes on what is small enough.
  let refused = 0
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (body.length > 10_000) {
      refused += 1
      return void response.writeHead(413).end()
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers as Record<string, string>
    const answer = await fetch(up.server.origin + request.url, {
      method: request.method!,
      headers,
      ...(body.length && { body }),
    })
    response.writeHead(answer.status).end(await answer.text())
  }
  const proxy = createServer((request, response) => void passOn(request, response))
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close().closeAllConnections())
  const address = proxy.address()
  const here = await forwarder()
  await forwardTo(here, `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
  await link(here, up.made.keys.write)
  for (let i = 0; i < 10; i++) await sell(here, i * 300, 300)
  await later(here)
  await expect.poll(() => refused).toBeGreaterThan(0)
  // The owner's word is enough; it need not be a new life.
  await link(here, up.made.keys.write)
  await expect.poll(async () => (await forwardOf(here)).waiting, { timeout: 20_000 }).toBe(0)
  expect(await totals(up)).toEqual(exactly(3_000))
})

/** What a Hail does an hour after a merge: its log goes, and it remembers up to where. */
function dropLogs({ server }: At): void {
  const folder = join(server.dataFolder, 'objects/graupel-hail')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')) {
    const disk = new DatabaseSync(join(folder, file))
    const tables = disk.prepare(`SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`).all() as { name: string }[]
    disk.exec(`UPDATE place SET dropped = max(dropped, merged)`)
    for (const { name } of tables) disk.exec(`DELETE FROM ${name} WHERE position <= (SELECT merged FROM place)`)
    disk.close()
  }
}

test('names what an upstream lost and no log holds any more as a gap, there', async () => {
  const [up, here] = [await site(), await forwarder()]
  await forwardTo(here, (await cutter(up.server)).origin)
  await link(here, up.made.keys.write)
  await sell(here, 0, 20)
  await arrived(here)
  const restore = await backedUp(up)
  await sell(here, 20, 20)
  await arrived(here)
  await restore()
  await here.server.stop()
  dropLogs(here)
  await here.server.restart()
  await sell(here, 40, 5)
  await arrived(here)
  expect(await totals(up)).toEqual([25, 190 + 210])
  expect((await statusOf(up.server, up.made.site)).gaps).toHaveLength(1)
})

test('takes out of what waits what the owner resets here, and leaves the upstream alone', async () => {
  const [up, here] = [await site(), await forwarder()]
  await forwardTo(here, up.server.origin)
  await link(here, up.made.keys.write)
  await sell(here, 0, 10)
  await arrived(here)
  await forwardTo(here, 'http://127.0.0.1:1')
  await sell(here, 10, 10)
  const { status } = await call(here.server, 'POST', '/reset', { site: here.made.site, type: 'sale' })
  expect(status).toBe(200)
  await sell(here, 20, 10)
  expect(await totals(here)).toEqual([10, 245])
  await forwardTo(here, up.server.origin)
  await expect.poll(async () => (await forwardOf(here)).waiting).toBe(0)
  expect(await totals(up)).toEqual([20, 45 + 245])
})

async function post({ server, made }: At, slice: unknown, headers: Record<string, string> = {}, body?: BodyInit) {
  const response = await fetch(`${server.origin}/api/slices`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${made.keys.write}`, ...headers },
    body: body ?? JSON.stringify(slice),
  })
  return { status: response.status, body: (await response.json()) as { cursor?: number; detail?: string } }
}

const sale = { at: Date.now(), type: 'sale', dimensions: {}, metrics: { worth: 1 } }
const slice = { source: 'me', generation: '1', from: 0, to: 5, via: [] }

test('counts the good events of a slice, and the bad ones as refused', async () => {
  const up = await site()
  const { body } = await post(up, { ...slice, entries: [[sale], [sale, 'no event', { at: 'now' }], []] })
  expect(body).toMatchObject({ cursor: 5 })
  expect(await totals(up)).toEqual([2, 2])
  expect((await statusOf(up.server, up.made.site)).refusals).toMatchObject([{ reason: 'forwarded', events: 2 }])
})

test.each([
  ['no JSON', undefined, {}, '{', 400],
  ['no slice', { ...slice }, {}, undefined, 400],
  ['packed, and is not', undefined, { 'Content-Encoding': 'gzip' }, '{}', 400],
  [
    'a small body that unpacks to a huge one',
    undefined,
    { 'Content-Encoding': 'gzip' },
    gzipSync(Buffer.alloc(64 << 20)),
    413,
  ],
])('refuses %s', async (_, given, headers, body, status) => {
  const up = await site()
  expect((await post(up, given, headers as Record<string, string>, body)).status).toBe(status)
  expect((await fetch(`${up.server.origin}/healthz`)).ok).toBe(true)
})

test('takes one very large entry apart, so that it holds up nobody', async () => {
  const up = await site()
  const wide = {
    ...sale,
    dimensions: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}${'x'.repeat(250)}`, 'y'])),
  }
  const { body } = await post(up, { ...slice, entries: [Array.from({ length: 100 }, () => wide)] })
  expect(body).toMatchObject({ cursor: 5 })
  expect(await totals(up)).toEqual([100, 100])
})
