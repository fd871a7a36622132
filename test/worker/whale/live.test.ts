import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { hail as hailOf } from '../../../worker/env'
import type { Entry } from '../../../worker/hail/log'
import { place } from '../../../worker/hail/ids'
import type { LiveQuestion } from '../../../worker/whale/live'
import { changes, madeSite } from '../objects'

const entry = (at: number, dimensions: Dimensions = {}, event: Partial<Event> = {}): Entry => ({
  ...place(undefined, Date.now()),
  text: JSON.stringify([{ at, type: 'request', dimensions, metrics: {}, ...event }]),
})

/** Asked at a fixed moment: half past the current second. */
const NOW = Math.floor(Date.now() / 1000) * 1000 + 500
const question = (more: Partial<LiveQuestion> = {}): LiveQuestion => ({
  type: 'request',
  dimension: [],
  metric: 'hits',
  by: [],
  now: NOW,
  ...more,
})
/** Two a second for a hundred seconds: of hosts a and b. */
const steady = Array.from({ length: 100 }, (_, ago) => [
  entry(NOW - ago * 1000, { host: 'a' }),
  entry(NOW - ago * 1000, { host: 'b' }),
]).flat()

test('tells rates over complete windows of event time, whatever the order of arrival', async () => {
  const { hail, whale } = await madeSite()
  await hail().append(steady.toSorted((a, b) => (a.text < b.text ? -1 : 1)))
  expect(await whale().live(question())).toMatchObject({ perSecond: 2, perMinute: 120 })
  expect(await whale().live(question({ dimension: ['host', 'a'] }))).toMatchObject({ perSecond: 1, perMinute: 60 })
  expect(await whale().live(question({ now: NOW + 5_000 }))).toMatchObject({ perSecond: 1.2 })
})

test('tells the same merged, folded bit by bit, and after a restart', async () => {
  const { hail, whale } = await madeSite()
  for (let i = 0; i < steady.length; i += 50) {
    await hail().append(steady.slice(i, i + 50))
    await whale().live(question({ dimension: ['host'] }))
    await hail().merge()
  }
  const expected = await whale().live(question({ dimension: ['host'] }))
  expect(expected).toMatchObject({ perSecond: 2, perMinute: 120, uniquePerMinute: 2 })
  await evictDurableObject(hail())
  expect(await whale().live(question({ dimension: ['host'] }))).toEqual(expected)
})

test('shows the ten busiest keys, and how many there are', async () => {
  const { hail, whale } = await madeSite()
  const keys = Array.from({ length: 12 }, (_, k) =>
    Array.from({ length: k + 1 }, () => entry(NOW - 3_000, { page: `/${k}` })),
  )
  await hail().append([...keys.flat(), entry(NOW - 65_000, { page: '/old' }), entry(NOW - 30_000, { page: '/minute' })])
  const { top, uniquePerMinute } = await whale().live(question({ dimension: ['page'] }))
  expect(top).toHaveLength(10)
  expect(top[0]).toEqual({ dimension: ['page', '/11'], perSecond: 1.2 })
  expect(top.at(-1)).toEqual({ dimension: ['page', '/2'], perSecond: 0.3 })
  expect(uniquePerMinute).toBe(13)
})

test('tells the last value of each partition, by event time, and drops it after 300 s', async () => {
  const { hail, whale } = await madeSite()
  await hail().append([
    entry(NOW - 2_000, { host: 'a' }, { metrics: { load: 7 } }),
    entry(NOW - 9_000, { host: 'a' }, { metrics: { load: 3 } }),
    entry(NOW - 290_000, { host: 'b' }, { metrics: {}, gauges: { load: 5 } }),
    entry(NOW - 301_000, { host: 'gone' }, { metrics: { load: 1 } }),
  ])
  const asked = question({ metric: 'load', by: ['host'] })
  expect((await whale().live(asked)).last).toEqual({ a: 7, b: 5 })
  await hail().append([entry(NOW - 2_000, { host: 'a' }, { metrics: { load: 8 } })])
  expect((await whale().live(asked)).last).toEqual({ a: 8, b: 5 })
  expect((await whale().live({ ...asked, now: NOW + 20_000 })).last).toEqual({ a: 8 })
})

test('counts a metric as it is given, a type with all below it, and a prefix as it is written', async () => {
  const { hail, whale } = await madeSite()
  const at = NOW - 2_000
  await hail().append([
    entry(at, {}, { metrics: { dollars: 30 } }),
    entry(at, {}, { type: 'request.sql', metrics: { dollars: -10 } }),
    entry(at, {}, { type: 'requests', metrics: { dollars: 5 } }),
  ])
  const perSecond = async (type: string, metric: string) => (await whale().live(question({ type, metric }))).perSecond
  expect(await perSecond('request', 'dollars')).toBe(2)
  expect(await perSecond('request', 'hits')).toBe(0.2)
  expect(await perSecond('request*', 'dollars')).toBe(2.5)
  expect(await perSecond('*', 'hits')).toBe(0.3)
  expect(await perSecond('request', 'nothing')).toBe(0)
})

test('adds up the Hails of a site', async () => {
  const { site, whale } = await madeSite('UTC', { fixedShards: 2 })
  await hailOf(env, site.site, 0).append(steady.filter((_, i) => i % 2))
  await hailOf(env, site.site, 1).append(steady.filter((_, i) => i % 2 === 0))
  const answer = await whale().live(question({ dimension: ['host'], by: ['host'] }))
  expect(answer).toEqual({
    perSecond: 2,
    perMinute: 120,
    top: [
      { dimension: ['host', 'a'], perSecond: 1 },
      { dimension: ['host', 'b'], perSecond: 1 },
    ],
    uniquePerMinute: 2,
    last: { a: 1, b: 1 },
  })
})

test('keeps memory bounded under a storm of names, and says that it did', async () => {
  const { hail, whale } = await madeSite()
  await hail().append(Array.from({ length: 1_200 }, (_, i) => entry(NOW - 2_000, { page: `/${i}` })))
  const answer = await whale().live(question({ dimension: ['page'] }))
  expect(answer).toMatchObject({ uniquePerMinute: 1_000, partial: true, perSecond: 120 })
})

test('is 0 where nothing came, and writes nothing', async () => {
  const { hail, whale } = await madeSite()
  const nothing = { perSecond: 0, perMinute: 0, top: [], uniquePerMinute: 0, last: {} }
  expect(await whale().live(question())).toEqual(nothing)
  expect([await changes(hail()), await changes(whale())]).toEqual([0, 0])
  await hail().append(steady)
  const before = [await changes(hail()), await changes(whale())]
  await Promise.all(Array.from({ length: 50 }, () => whale().live(question())))
  expect([await changes(hail()), await changes(whale())]).toEqual(before)
})
