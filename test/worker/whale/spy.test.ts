import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { hail as hailOf } from '../../../worker/env'
import type { Entry } from '../../../worker/hail/log'
import { place } from '../../../worker/hail/ids'
import type { Event } from '../../../sdk/wire/event'
import { changes, madeSite } from '../objects'

/** An entry of one event, which is told from others by its number. */
function numbered(n: number, event: Partial<Event> = {}): Entry {
  const whole = { at: Date.now(), type: 'request', dimensions: {}, metrics: { n }, ...event }
  return { ...place(undefined, Date.now()), text: JSON.stringify([whole]) }
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

type Spying = {
  spy(question: { wanted: string; count: number }): Promise<{ events: { text: string }[]; partial?: true }>
}
async function seen(whale: Spying, wanted = '*', count = 15): Promise<number[]> {
  const { events, partial } = await whale.spy({ wanted, count })
  expect(partial).toBeUndefined()
  return events.map(({ text }) => (JSON.parse(text) as Event).metrics.n!) // Each has one: it was put there above.
}

test('shows the last events, newest first, merged or not, each once', async () => {
  const { hail, whale } = await madeSite()
  await hail().append(range(0, 3).map((n) => numbered(n)))
  await hail().append([numbered(3)])
  expect(await seen(whale())).toEqual([3, 2, 1, 0])
  await hail().merge()
  expect(await seen(whale())).toEqual([3, 2, 1, 0])
  await hail().append([numbered(4)])
  expect(await seen(whale())).toEqual([4, 3, 2, 1, 0])
  await evictDurableObject(hail())
  await evictDurableObject(whale())
  expect(await seen(whale())).toEqual([4, 3, 2, 1, 0])
  expect(await seen(whale(), '*', 2)).toEqual([4, 3])
})

test.each(['in the log', 'merged', 'half merged'])('drives the first one out with the 1,001st: %s', async (where) => {
  const { hail, whale } = await madeSite()
  await hail().append(range(0, 500).map((n) => numbered(n, { type: `t${n}` })))
  if (where !== 'in the log') await hail().merge()
  await hail().append(range(500, 1_001).map((n) => numbered(n, { type: `t${n}` })))
  if (where === 'merged') await hail().merge()
  expect(await seen(whale(), '*', 1_000)).toEqual(range(1, 1_001).reverse())
  expect(await seen(whale(), 't0')).toEqual([])
  expect(await seen(whale(), 't1')).toEqual([1])
})

test('shows an exact type, or whatever begins with a prefix', async () => {
  const { hail, whale } = await madeSite()
  const types = ['request', 'request.sql', 'view', 'requests']
  await hail().append(types.slice(0, 2).map((type, n) => numbered(n, { type })))
  await hail().merge()
  await hail().append(types.slice(2).map((type, n) => numbered(n + 2, { type })))
  expect(await seen(whale(), 'request')).toEqual([0])
  expect(await seen(whale(), 'request*')).toEqual([3, 1, 0])
  expect(await seen(whale(), 'request.*')).toEqual([1])
  expect(await seen(whale(), 'nothing*')).toEqual([])
})

test('puts the events of several Hails in order of their arrival', async () => {
  const { site, whale } = await madeSite('UTC', { fixedShards: 2 })
  const [first, second] = [hailOf(env, site.site, 0), hailOf(env, site.site, 1)]
  for (const n of range(0, 6)) {
    await (n % 2 ? second : first).append([numbered(n)])
    await scheduler.wait(3)
  }
  expect(await seen(whale())).toEqual([5, 4, 3, 2, 1, 0])
  await second.merge()
  expect(await seen(whale())).toEqual([5, 4, 3, 2, 1, 0])
  await first.merge()
  expect(await seen(whale())).toEqual([5, 4, 3, 2, 1, 0])
})

test('shows what an event counts, and not whose it is', async () => {
  const { hail, whale } = await madeSite()
  const event = { at: Date.now(), dimensions: { page: { '/a': 'b' } }, gauges: { load: 2 } }
  await hail().append([numbered(1, { ...event, visitor: 77, daily: true })])
  const { events } = await whale().spy({ wanted: '*', count: 1 })
  expect(JSON.parse(events[0]!.text)).toEqual({ type: 'request', metrics: { n: 1 }, ...event })
})

test('shows what the log still has where a site keeps no raw events', async () => {
  const { hail, whale } = await madeSite('UTC', { keep: { raw: 0, hours: 93, days: 800 } })
  await hail().append([numbered(0)])
  await hail().merge()
  await hail().append([numbered(1)])
  expect(await seen(whale())).toEqual([1, 0])
})

test('shows nothing of what was reset', async () => {
  const { hail, whale } = await madeSite()
  const now = Date.now()
  const asked = { type: '*', dimension: [], metric: 'n', by: [], now: now + 3_000 }
  await hail().append([numbered(1, { type: 'gone', at: now }), numbered(2, { at: now })])
  expect(await whale().live(asked)).toMatchObject({ perSecond: 0.3 })
  await whale().reset({ type: 'gone' })
  expect(await seen(whale())).toEqual([2])
  expect(await whale().live(asked)).toMatchObject({ perSecond: 0.2 })
})

test('writes nothing, and makes no table where nothing came', async () => {
  const { hail, whale } = await madeSite()
  expect(await seen(whale())).toEqual([])
  expect([await changes(hail()), await changes(whale())]).toEqual([0, 0])
  await hail().append([numbered(1)])
  await hail().merge()
  await hail().append([numbered(2)])
  const before = [await changes(hail()), await changes(whale())]
  await Promise.all(range(0, 50).map(() => seen(whale())))
  expect([await changes(hail()), await changes(whale())]).toEqual(before)
})
