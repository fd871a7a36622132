/**
 * An attack by names: anybody who reads the script's key may send as many pages and types as there are. What it costs
 * must be bounded in memory and on disk, and nobody's numbers may be lost in it.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { REST } from '../../../worker/rollup/dimension'
import { parseMetric } from '../../../worker/rollup/metric'
import { EXACT_CHILDREN, MOST_CHILDREN, MOST_PATHS, MOST_TYPES } from '../../../worker/whale/tree'
import type { Question } from '../../../worker/whale/question'
import { madeSite, query, rows } from '../objects'

const HOUR = 3_600_000
const EVENTS_A_CALL = 2_000
/** The middle of an hour that lies within the same day and month as the hours before and after it. */
const NOW = Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 11.5 * HOUR

type Made = Awaited<ReturnType<typeof madeSite>>

/** Entries of many events each, so that the test is about what they become. */
function entries(events: readonly object[]): Entry[] {
  const made: Entry[] = []
  for (let i = 0; i < events.length; i += 500) {
    made.push({ ...place(undefined, NOW), text: JSON.stringify(events.slice(i, i + 500)) })
  }
  return made
}

const viewOf = (page: string, at: number, hits = 1) => ({
  at,
  type: 'pageview',
  dimensions: { page },
  metrics: { hits },
})

async function send({ hail }: Made, events: readonly object[]): Promise<void> {
  for (let i = 0; i < events.length; i += EVENTS_A_CALL) {
    await hail().append(entries(events.slice(i, i + EVENTS_A_CALL)))
  }
  await hail().merge()
}

/** What all children of a path add up to, with and without `…`, and what the path itself says. */
async function counted({ whale, site }: Made, interval: Question['interval'], type = 'pageview') {
  const metric = parseMetric('hits')
  if ('problem' in metric) throw new Error(metric.problem)
  const answer = await whale().answer({
    type,
    dimension: ['page'],
    metrics: [metric],
    interval,
    from: NOW - 20 * HOUR,
    to: NOW + 20 * HOUR,
    now: NOW + 20 * HOUR,
    timezone: 'UTC',
    zones: site.zones,
    depth: 1,
    sort: { metric, descending: true },
    limit: 1_000_000,
  })
  const [own, ...children] = answer.series
  const by = new Map(children.map(({ dimension, total }) => [dimension.at(-1)!, total]))
  return { own: own?.total ?? 0, sum: children.reduce((sum, { total }) => sum + total, 0), by }
}

const pendingPaths = async ({ whale }: Made) => (await whale().status()).pendingPaths

const HEAVY = Array.from({ length: 50 }, (_, i) => [`/heavy/${i}`, 1_000 + i] as const)

test('sixty thousand pages in one hour leave the great ones exact, and no hit is lost', {
  timeout: 60_000,
}, async () => {
  const made = await madeSite()
  let total = 0
  for (let round = 0; round < 3; round++) {
    const attack = Array.from({ length: 20_000 }, (_, i) => viewOf(`/${round}/${i}`, NOW))
    const heavy = HEAVY.map(([page, hits]) => viewOf(page, NOW, hits))
    await send(made, [...attack.slice(0, 10_000), ...heavy, ...attack.slice(10_000)])
    total += attack.length + HEAVY.reduce((sum, [, hits]) => sum + hits, 0)
    expect(await pendingPaths(made)).toBeLessThanOrEqual(EXACT_CHILDREN + 10)
    // One close before the attack is over: what was closed and what is new must fold into one.
    if (round === 1) await made.whale().close()
  }
  for (const closed of [false, true]) {
    if (closed) await made.whale().close()
    await evictDurableObject(made.whale())
    for (const interval of ['hour', 'day', 'month'] as const) {
      const { own, sum, by } = await counted(made, interval)
      expect([interval, own, sum]).toEqual([interval, total, total])
      for (const [page, hits] of HEAVY) expect([page, by.get(page)]).toEqual([page, 3 * hits])
      expect(by.get(REST)).toBeGreaterThan(50_000)
    }
  }
  const perLevel = await query<{ n: number }>(
    made.whale(),
    `SELECT count(*) AS n FROM cell JOIN type ON type.id = cell.type WHERE name = 'pageview' GROUP BY level`,
  )
  for (const { n } of perLevel) expect(n).toBeLessThanOrEqual(EXACT_CHILDREN + MOST_CHILDREN + 3)
  expect(await rows(made.whale(), 'path')).toBeLessThanOrEqual(2 * MOST_CHILDREN + 10)
})

test('the same day after day of it: a day and a month have bounds of their own', { timeout: 60_000 }, async () => {
  const made = await madeSite()
  let total = 0
  for (let hour = 0; hour < 8; hour++) {
    const at = NOW + (hour - 4) * HOUR
    const attack = Array.from({ length: 2_000 }, (_, i) => viewOf(`/${hour}/${i}`, at))
    await send(made, [...HEAVY.map(([page, hits]) => viewOf(page, at, hits)), ...attack])
    await made.whale().close()
    total += attack.length + HEAVY.reduce((sum, [, hits]) => sum + hits, 0)
  }
  await evictDurableObject(made.whale())
  for (const interval of ['hour', 'day', 'month'] as const) {
    const { own, sum, by } = await counted(made, interval)
    expect([interval, own, sum]).toEqual([interval, total, total])
    for (const [page, hits] of HEAVY) expect(by.get(page)).toBe(8 * hits)
  }
  const perBucket = await query<{ n: number }>(
    made.whale(),
    `SELECT count(*) AS n FROM cell JOIN type ON type.id = cell.type WHERE name = 'pageview' GROUP BY level, start`,
  )
  for (const { n } of perBucket) expect(n).toBeLessThanOrEqual(EXACT_CHILDREN + 3)
})

test('an import over many hours is closed before its time, and nothing of it is lost', {
  timeout: 60_000,
}, async () => {
  const made = await madeSite()
  let most = 0
  for (let hour = 0; hour < 15; hour++) {
    const at = NOW - (hour - 7) * HOUR
    await send(
      made,
      Array.from({ length: 3_500 }, (_, i) => viewOf(`/${i}`, at)),
    )
    most = Math.max(most, await pendingPaths(made))
  }
  expect(most).toBeGreaterThan(30_000)
  expect(most).toBeLessThanOrEqual(40_000)
  expect((await made.whale().status()).closed).toBeGreaterThan(0)
  const { own, sum } = await counted(made, 'month')
  expect([own, sum]).toEqual([15 * 3_500, 15 * 3_500])
  await made.whale().close()
  await evictDurableObject(made.whale())
  const after = await counted(made, 'month')
  expect([after.own, after.sum, after.by.size]).toEqual([15 * 3_500, 15 * 3_500, MOST_CHILDREN + 1])
})

test('three thousand types leave a thousand and the rest of them', { timeout: 60_000 }, async () => {
  const made = await madeSite()
  await send(made, [viewOf('/a', NOW)])
  await send(
    made,
    Array.from({ length: 3_000 }, (_, i) => ({ ...viewOf('/a', NOW), type: `attack${i}` })),
  )
  for (const closed of [false, true]) {
    if (closed) await made.whale().close()
    await evictDurableObject(made.whale())
    const { types } = await made.whale().status()
    expect(types.length).toBeLessThanOrEqual(MOST_TYPES + 1)
    // Each that has a name was counted once.
    expect((await counted(made, 'hour', REST)).own).toBe(3_001 - (types.length - 1))
  }
  expect(await rows(made.whale(), 'type')).toBeLessThanOrEqual(MOST_TYPES + 1)
  expect((await counted(made, 'hour')).own).toBe(1)
})

test('deep names, each with its own below, stay within the paths of an hour', { timeout: 60_000 }, async () => {
  const made = await madeSite()
  const attack = Array.from({ length: 15_000 }, (_, i) => ({
    at: NOW,
    type: 'pageview',
    dimensions: { page: [`${i % 60}`, `${i % 3_000}`, `${i}`] },
    metrics: {},
  }))
  await send(made, attack)
  expect(await pendingPaths(made)).toBeLessThanOrEqual(1.2 * MOST_PATHS)
  for (const closed of [false, true]) {
    if (closed) await made.whale().close()
    await evictDurableObject(made.whale())
    const { own, sum } = await counted(made, 'day')
    expect([own, sum]).toEqual([attack.length, attack.length])
  }
  const cells = await runInDurableObject(
    made.whale(),
    (_, { storage }) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM cell WHERE level = 2`).one().n,
  )
  expect(cells).toBeLessThanOrEqual(1.2 * MOST_PATHS)
})
