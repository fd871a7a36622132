/** One Graupel forwards to another: whatever happens on either side or between them, each event is counted there once. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { Random } from '../random'
import { deliver, PageLoad, siteKey } from '../visitor'
import { alarmNow } from './alarm'
import { call, graph, statusOf, total } from './api'
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
import { hoursPass } from './hours'

const OTHER_MASTER = `1:${Buffer.alloc(32, 8).toString('base64url')}`

/** A linked pair with a proxy between them. */
async function pair(): Promise<{ up: At; here: At; way: Awaited<ReturnType<typeof cutter>> }> {
  const [up, here] = [await site(), await forwarder()]
  const way = await cutter(up.server)
  await forwardTo(here, way.origin)
  await link(here, up.made.keys.write)
  return { up, here, way }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('hands a linked site on from then on, and shows only what waits', async () => {
  const [up, here] = [await site(), await forwarder()]
  await sell(here, 0, 5)
  await later(here)
  await expect.poll(async () => (await statusOf(here.server, here.made.site)).shards[0]?.waiting).toBe(0)
  await forwardTo(here, up.server.origin)
  await link(here, up.made.keys.write)
  await sell(here, 5, 10)
  expect(await totals(here)).toEqual(exactly(15))
  await arrived(here)
  expect(await totals(here)).toEqual(exactly(5))
  expect(await totals(up)).toEqual([10, 95])
  expect(await forwardOf(here)).toMatchObject({
    upstreams: [up.server.origin],
    upstream: up.made.site,
    waiting: 0,
    lagSeconds: 0,
    lastError: null,
  })
  const { sources } = (await call<{ sources: unknown[] }>(up.server, 'GET', `/status?site=${up.made.site}`)).body
  expect(sources).toMatchObject([{ events: 10 }])
})

test('keeps what pages and pixels sent: their dimensions, sessions and visitors are as they were told apart here', async () => {
  const { up, here } = await pair()
  const key = await siteKey(here.server.origin, here.made.site)
  for (let i = 0; i < 3; i++)
    await deliver(() => here.server.origin, [new PageLoad(key).view('shop.example/a', { flags: 1 })])
  await arrived(here)
  const query = { period: '24h', type: 'pageview' }
  expect(await total(up.server, up.made.site, 'sessions')).toBe(3)
  expect(await total(up.server, up.made.site, 'hits', ['page', 'shop.example', '/a'])).toBe(3)
  expect(await total(up.server, up.made.site, 'hits', ['country', 'unknown'])).toBe(3)
  expect(
    (await graph(up.server, up.made.site, { ...query, metric: 'visitors', interval: 'day' })).series[0]?.total,
  ).toBe(1)
})

test('shows what it has at /spy, and the upstream does too', async () => {
  const { up, here } = await pair()
  await sell(here, 0, 3)
  await arrived(here)
  for (const { server, made } of [here, up]) {
    const { body } = await call<{ events: unknown[] }>(server, 'GET', `/spy?site=${made.site}`)
    expect(body.events).toHaveLength(3)
  }
})

test('is acknowledged while the upstream is away for hours, through restarts on this side', {
  timeout: 60_000,
}, async () => {
  const { up, here, way } = await pair()
  way.mode = 'away'
  await up.server.kill('SIGKILL')
  for (let hour = 0; hour < 4; hour++) {
    await sell(here, hour * 1_500, 1_500)
    await later(here)
    if (hour % 2) await here.server.kill('SIGKILL')
    await here.server.restart()
  }
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/does not answer/)
  expect((await forwardOf(here)).waiting).toBe(6_000)
  way.mode = 'pass'
  await up.server.restart()
  await arrived(here)
  expect(await totals(up)).toEqual(exactly(6_000))
  expect(await totals(here)).toEqual([0, 0])
})

test.each(['here', 'up', 'both'] as const)(
  'loses and doubles nothing where %s is killed at any moment',
  { timeout: 120_000 },
  async (whose) => {
    const { up, here } = await pair()
    const random = new Random(whose.length)
    const ROUNDS = 12
    for (let round = 0; round < ROUNDS; round++) {
      await sell(here, round * 700, 700)
      await here.server.stop()
      alarmNow(here.server.dataFolder, 'graupel-hail')
      await here.server.restart()
      await wait(random.next() * 60)
      if (whose !== 'up') await here.server.kill('SIGKILL')
      if (whose !== 'here') {
        await up.server.kill('SIGKILL')
        if (random.chance(0.5)) alarmNow(up.server.dataFolder, 'graupel-hail')
        await up.server.restart()
      }
      await here.server.restart()
    }
    await arrived(here, 5)
    expect(await totals(up)).toEqual(exactly(ROUNDS * 700))
    await later(up)
    expect(await totals(up)).toEqual(exactly(ROUNDS * 700))
  },
)

test('asks again where the answer was lost, and counts once', async () => {
  const { up, here, way } = await pair()
  await sell(here, 0, 50)
  way.mode = 'mute'
  await later(here)
  await expect.poll(() => way.cuts, { timeout: 10_000 }).toBeGreaterThan(0)
  await expect.poll(async () => (await forwardOf(here)).shards[0]?.inDoubt).toBe(50)
  expect(await totals(up)).toEqual(exactly(50))
  // What may be counted there already is not shown here.
  expect(await totals(here)).toEqual([0, 0])
  await sell(here, 50, 50)
  way.mode = 'pass'
  await arrived(here)
  expect(await totals(up)).toEqual(exactly(100))
})

/** Hours pass for both, so that whatever may be let go of is. */
async function hoursLater(pair: { here: At; up: At }): Promise<void> {
  for (const { server } of [pair.here, pair.up]) {
    await server.stop()
    hoursPass(server.dataFolder, 3)
    await server.restart()
  }
}

const logsOf = ({ server }: At): string[] => {
  const folder = join(server.dataFolder, 'objects/graupel-hail')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    .flatMap((name) => {
      const disk = new DatabaseSync(join(folder, name), { readOnly: true })
      const logs = disk.prepare(`SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`).all() as { name: string }[]
      disk.close()
      return logs.map((log) => log.name)
    })
}

test('lets go of old log that has arrived, and never of what is in doubt', { timeout: 60_000 }, async () => {
  const both = await pair()
  const { up, here, way } = both
  const next = await site()
  await forwardTo(here, way.origin, next.server.origin)
  await link(here, { [way.origin]: up.made.keys.write, [next.server.origin]: next.made.keys.write })
  await sell(here, 0, 10)
  await arrived(here)
  await hoursLater(both)
  await sell(here, 10, 10)
  await arrived(here)
  // Of three hours ago there is nothing left.
  expect(logsOf(here)).toHaveLength(1)

  await sell(here, 20, 10)
  way.mode = 'mute'
  await later(here)
  await expect.poll(() => way.cuts, { timeout: 10_000 }).toBeGreaterThan(0)
  way.mode = 'away'
  await hoursLater(both)
  for (const from of [30, 40]) {
    await sell(here, from, 10)
    await later(here)
    await expect.poll(async () => (await totals(next))[0], { timeout: 10_000 }).toBe(from - 20)
    await hoursLater(both)
  }
  expect((await forwardOf(here)).shards).toMatchObject([{ inDoubt: 10 }])
  way.mode = 'pass'
  await sell(here, 50, 10)
  await arrived(here)
  const [one, two] = [await totals(up), await totals(next)]
  expect([one[0] + two[0], one[1] + two[1]]).toEqual(exactly(60))
  expect(two[0]).toBe(20)
  expect((await statusOf(up.server, up.made.site)).gaps).toEqual([])
})

test('hands on again what an upstream restored to an older state no longer has', async () => {
  const { up, here } = await pair()
  await sell(here, 0, 20)
  await arrived(here)
  const restore = await backedUp(up)
  await sell(here, 20, 20)
  await arrived(here)
  await later(up)
  expect(await totals(up)).toEqual(exactly(40))
  await restore()
  expect(await totals(up)).toEqual(exactly(20))
  await sell(here, 40, 5)
  await arrived(here)
  expect(await totals(up)).toEqual(exactly(45))
  expect((await statusOf(up.server, up.made.site)).gaps).toEqual([])
})

test('counts once where this side is restored to an older state', async () => {
  const { up, here } = await pair()
  await sell(here, 0, 20)
  const restore = await backedUp(here)
  await arrived(here)
  await restore()
  expect((await forwardOf(here))?.waiting ?? 20).toBe(20)
  await sell(here, 20, 5)
  await arrived(here)
  expect(await totals(up)).toEqual(exactly(25))
})

test('goes on with the next upstream, and leaves what is in doubt to the one that was asked', {
  timeout: 60_000,
}, async () => {
  const [one, two, here] = [await site(), await site(), await forwarder()]
  const way = await cutter(one.server)
  await forwardTo(here, way.origin, two.server.origin)
  await link(here, { [way.origin]: one.made.keys.write, [two.server.origin]: two.made.keys.write })
  await sell(here, 0, 10)
  await arrived(here)
  expect(await totals(one)).toEqual(exactly(10))

  // Ten of which nobody knows whether the first has them; it does not, since it was killed before it heard of them.
  await sell(here, 10, 10)
  way.mode = 'mute'
  await later(here)
  await expect.poll(() => way.cuts, { timeout: 10_000 }).toBeGreaterThan(0)
  way.mode = 'away'
  await sell(here, 20, 10)
  await later(here)
  await expect.poll(async () => (await totals(two))[0], { timeout: 10_000 }).toBe(10)
  expect(await totals(two)).toEqual([10, 245])
  expect((await forwardOf(here)).shards).toMatchObject([{ inDoubt: 10 }])

  way.mode = 'pass'
  await sell(here, 30, 10)
  await arrived(here)
  expect((await totals(one))[0] + (await totals(two))[0]).toBe(40)
  expect(await totals(one)).toEqual([30, 45 + 145 + 345])
  expect((await forwardOf(here)).shards).toMatchObject([{ inDoubt: 0 }])
})

test('knows one deployment under two addresses, and settles a doubt by the other', async () => {
  const [up, here] = [await site(), await forwarder()]
  const [front, back] = [await cutter(up.server), await cutter(up.server)]
  await forwardTo(here, front.origin, back.origin)
  await link(here, up.made.keys.write)
  await sell(here, 0, 30)
  front.mode = 'mute'
  await arrived(here)
  expect(front.cuts).toBeGreaterThan(0)
  expect(await totals(up)).toEqual(exactly(30))
})

test('takes another list of upstreams while it runs', async () => {
  const [one, two, here] = [await site(), await site(), await forwarder()]
  await forwardTo(here, one.server.origin)
  await link(here, { [one.server.origin]: one.made.keys.write, [two.server.origin]: two.made.keys.write })
  await sell(here, 0, 10)
  await arrived(here)
  await sell(here, 10, 10)
  await forwardTo(here, two.server.origin)
  await expect.poll(async () => (await totals(two))[0]).toBe(10)
  await sell(here, 20, 10)
  await forwardTo(here)
  await later(here)
  await expect.poll(async () => (await statusOf(here.server, here.made.site)).shards[0]?.waiting).toBe(0)
  expect([await totals(one), await totals(two), await totals(here)]).toEqual([exactly(10), [10, 145], [10, 245]])
})

test('counts here where a site has no link, or the link ends', async () => {
  const { up, here } = await pair()
  await sell(here, 0, 10)
  await arrived(here)
  await link(here, null)
  await sell(here, 10, 10)
  await later(here)
  await expect.poll(async () => (await statusOf(here.server, here.made.site)).shards[0]?.waiting).toBe(0)
  expect([await totals(up), await totals(here)]).toEqual([exactly(10), [10, 145]])
  await link(here, up.made.keys.write)
  await sell(here, 20, 10)
  await arrived(here)
  expect([await totals(up), await totals(here)]).toEqual([
    [20, 45 + 245],
    [10, 145],
  ])
})

test('loses nothing where the key is revoked, and goes on when the site is linked again', async () => {
  const { up, here } = await pair()
  await sell(here, 0, 10)
  await arrived(here)
  const folder = up.server.dataFolder
  await up.server.stop()
  // Another master key: the old write key is worth nothing.
  const next = await site({ dataFolder: folder, env: { GRAUPEL_MASTER: OTHER_MASTER } })
  await forwardTo(here, next.server.origin)
  await sell(here, 10, 10)
  await later(here)
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/answers 401/)
  expect((await forwardOf(here)).waiting).toBe(10)
  const { body } = await call<{ keys: { write: string } }>(next.server, 'GET', `/api/sites/${up.made.site}`)
  await link(here, body.keys.write)
  await expect.poll(async () => (await forwardOf(here)).waiting).toBe(0)
  expect(await totals({ ...next, made: up.made })).toEqual(exactly(20))
})

test('goes through a server that forwards itself, and refuses a loop', async () => {
  const [far, middle, here] = [await forwarder(), await forwarder(), await forwarder()]
  await forwardTo(here, middle.server.origin)
  await link(here, middle.made.keys.write)
  await forwardTo(middle, far.server.origin)
  await link(middle, far.made.keys.write)
  await sell(here, 0, 10)
  await arrived(here)
  await sell(middle, 10, 10)
  await expect.poll(async () => (await forwardOf(middle)).waiting, { timeout: 20_000 }).toBe(20)
  await link(middle, far.made.keys.write)
  await expect.poll(async () => (await forwardOf(middle)).waiting).toBe(0)
  expect([await totals(far), await totals(middle), await totals(here)]).toEqual([exactly(20), [0, 0], [0, 0]])

  await forwardTo(far, here.server.origin)
  await link(far, here.made.keys.write)
  await sell(far, 20, 5)
  await link(far, here.made.keys.write)
  await expect.poll(async () => (await forwardOf(far)).lastError?.message).toMatch(/a loop/)
  // All that came round waits where it is, and is still there when the owner has mended it.
  expect([await totals(far), await totals(here)]).toEqual([exactly(25), [0, 0]])
  await link(far, null)
  await later(far)
  expect(await totals(far)).toEqual(exactly(25))
})

test('hands on what came from more servers than an address can name', async () => {
  const [far, middle] = [await site(), await forwarder()]
  await forwardTo(middle, far.server.origin)
  await link(middle, far.made.keys.write)
  const COUNT = 300
  for (let i = 0; i < COUNT; i++) {
    const name = `${4_000_000_000 + i}@mf3k2x9a`
    const sale = { at: Date.now(), type: 'sale', dimensions: {}, metrics: { hits: 1, worth: i } }
    const slice = { source: `${name}/0`, generation: 'g', from: 0, to: 1, via: [name], entries: [[sale]] }
    const { status } = await call(middle.server, 'POST', '/api/slices', slice, middle.made.keys.write)
    expect(status).toBe(200)
  }
  await arrived(middle)
  expect(await totals(far)).toEqual(exactly(COUNT))
})

test('forwards to no site of its own', async () => {
  const here = await forwarder()
  const { status, body } = await call(here.server, 'PATCH', `/api/sites/${here.made.site}`, {
    upstream: here.made.keys.write,
  })
  expect([status, body]).toMatchObject([400, { field: 'upstream' }])
})
