/**
 * Killed at any moment, and each time woken to work at once: slices are merged and hours closed while the next kill is
 * on its way. Whoever sends does so until it is acknowledged, and then once more.
 */
import { expect, test } from 'vitest'
import { PageLoad, send, siteKey } from '../visitor'
import { alarmNow } from './alarm'
import { call, graph, makeSite, statusOf, total } from './api'
import { Random } from '../random'
import { heardNow } from './heard'
import { type Server, startServer } from './server'

const BATCHES = 90
const BATCH = 50
const CLIENTS = 6
const KILLS = 12
const DAY = 86_400_000
const HOUR = 3_600_000

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Posts until it is acknowledged, whichever server is up; what was accepted and what was known, at last. */
async function post(server: Server, site: number, key: string, events: unknown[]) {
  for (;;) {
    const answer = await call<{ accepted: number; duplicates: number }>(
      server,
      'POST',
      `/count?site=${site}`,
      events,
      key,
    ).catch(() => undefined)
    if (answer?.status === 200) return answer.body
    await wait(20)
  }
}

test('loses and doubles nothing where merges and closes are killed', { timeout: 120_000 }, async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { timezone: 'Asia/Kathmandu' })
  const random = new Random(7)
  const now = Date.now()
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (__, i) => ({
      type: 'sale',
      id: `${batch}/${i}`,
      at: now - random.whole(0, 20 * DAY),
      dimensions: { shop: `${i % 7}` },
      metrics: { cents: i },
    })),
  )
  let acknowledged = 0
  const left = batches.values()
  const client = async () => {
    for (const batch of left) {
      await post(server, site, keys.write, batch)
      acknowledged += 1
    }
  }
  const killer = async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      while (acknowledged < (BATCHES * kill) / (KILLS + 1)) await wait(2)
      await wait(random.next() * 60)
      await server.kill('SIGKILL')
      alarmNow(server.dataFolder, 'graupel-hail')
      alarmNow(server.dataFolder, 'graupel-whale')
      await server.restart()
    }
  }
  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, client)])

  const expectExact = async () => {
    const query = { type: 'sale', period: '30d' }
    expect(await total(server, site, 'hits', [], query)).toBe(BATCHES * BATCH)
    expect(await total(server, site, 'cents', [], query)).toBe((BATCHES * BATCH * (BATCH - 1)) / 2)
    const { series } = await graph(server, site, { ...query, dimension: 'shop', depth: '1', metric: 'hits' })
    const shops = Object.fromEntries(series.slice(1).map(({ dimension, total: hits }) => [dimension[1], hits]))
    const wanted = Map.groupBy(batches.flat(), ({ dimensions }) => dimensions.shop)
    expect(shops).toEqual(Object.fromEntries([...wanted].map(([shop, sold]) => [shop, sold.length])))
  }
  await expectExact()
  for (const batch of batches) {
    expect(await post(server, site, keys.write, batch)).toMatchObject({ accepted: 0, duplicates: BATCH })
  }
  await server.kill('SIGKILL')
  for (const objects of ['graupel-hail', 'graupel-whale'] as const) alarmNow(server.dataFolder, objects)
  await server.restart()
  await expect.poll(async () => (await statusOf(server, site)).shards[0]!.waiting, { timeout: 20_000 }).toBe(0)
  await expectExact()
})

/** Each envelope twice, in some order and all at once. */
async function storm(server: Server, envelopes: readonly string[], seed: number): Promise<void> {
  const shuffled = new Random(seed).shuffled([...envelopes, ...envelopes])
  const statuses = await Promise.all(shuffled.map((envelope) => send(server.origin, [envelope])))
  expect(new Set(statuses)).toEqual(new Set([204]))
}

async function restartMerging(server: Server): Promise<void> {
  await server.kill('SIGKILL')
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
}

test('counts once where the number of Hails changes under replays', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const views = (count: number, ahead = 0) =>
    Array.from({ length: count }, (_, i) => new PageLoad(key).view(`shop.example/${i}`, { at: Date.now() + ahead }))
  const sent = views(40)
  await storm(server, sent, 1)
  expect((await call(server, 'PATCH', `/api/sites/${site}`, { shards: 3 })).status).toBe(200)
  await untilHeard(server)
  // The new number counts from the next hour on; a clock two hours fast is there already.
  for (const seed of [2, 3]) {
    sent.push(...views(10), ...views(40, 2 * HOUR))
    await storm(server, sent, seed)
    expect(await total(server, site)).toBe(sent.length)
    await restartMerging(server)
    expect(await total(server, site)).toBe(sent.length)
  }
  await storm(server, sent, 4)
  expect(await total(server, site)).toBe(sent.length)
  const { shards } = await statusOf(server, site)
  expect(shards.filter(({ lastEvent }) => lastEvent)).toHaveLength(3)
})

test('knows a replay of a clock that ran ahead of a change in the number of Hails', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const fast = Array.from({ length: 30 }, () => new PageLoad(key).view('shop.example/', { at: Date.now() + 2 * HOUR }))
  await storm(server, fast, 1)
  expect((await call(server, 'PATCH', `/api/sites/${site}`, { shards: 3 })).status).toBe(200)
  await storm(server, fast, 2)
  expect(await total(server, site)).toBe(30)
  await untilHeard(server)
  await storm(server, fast, 3)
  expect(await total(server, site)).toBe(30)
})

/** Until a change is two minutes old nobody goes by it, since not every isolate may have heard of it. */
async function untilHeard(server: Server): Promise<void> {
  await server.stop()
  heardNow(server.dataFolder)
  await server.restart()
}
