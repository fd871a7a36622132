import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Numbers } from '../../../sdk/wire/event'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { Visits } from '../../../worker/hail/visits'
import { breaks, madeSite, query } from '../objects'

const MINUTE = 60_000
const MOST_VISITORS = 20_000
const NOW = Date.now()

const begun = (minutes: number[], visits = new Visits()) =>
  minutes.map((minute) => visits.begins({ visitor: 1, at: NOW + minute * MINUTE }))

test.each<[string, number[], boolean[]]>([
  ['with the first event', [0], [true]],
  ['not with one within half an hour', [0, 30], [true, false]],
  ['with one after more than that', [0, 30.1], [true, true]],
  ['not as long as each comes within half an hour of the last', [0, 29, 58, 87], [true, false, false, false]],
  ['not with one that is late by less', [0, -29, 29, 58], [true, false, false, false]],
  ['with one that belongs to a session before', [0, -40, 10], [true, true, false]],
])('a session begins %s', (_, minutes, expected) => {
  expect(begun(minutes)).toEqual(expected)
})

test('knows the same after it was a row, in the order in which they were heard of', () => {
  const visits = new Visits()
  for (let visitor = 0; visitor < 50; visitor++) visits.begins({ visitor: visitor * 2 ** 33, at: NOW + visitor })
  visits.begins({ visitor: 0, at: NOW + MINUTE })
  const bytes = visits.toBytes()
  const again = new Visits(bytes)
  expect(again.toBytes()).toEqual(bytes)
  expect(again.begins({ visitor: 7 * 2 ** 33, at: NOW + MINUTE })).toBe(false)
  expect(again.begins({ visitor: 7, at: NOW + MINUTE })).toBe(true)
  expect(new Visits(new Uint8Array()).toBytes()).toHaveLength(0)
})

test('remembers so many, and forgets those heard of longest ago', () => {
  const visits = new Visits()
  const see = (visitor: number) => visits.begins({ visitor, at: NOW })
  for (let visitor = 0; visitor < MOST_VISITORS; visitor++) see(visitor)
  see(0)
  see(MOST_VISITORS)
  expect(visits.toBytes().length).toBeLessThan(512 * 1024)
  expect([see(0), see(MOST_VISITORS), see(1)]).toEqual([false, false, true])
})

/** What `/count` hands to a Hail: a visitor's event, minutes from now. */
function visit(visitor: number, minute: number, { id = '', metrics = {} as Numbers } = {}): Entry {
  const at = NOW + minute * MINUTE
  const events = [{ at, type: 'pageview', dimensions: {}, metrics, visitor }]
  const named = id && { id: id.padEnd(10, '.') }
  return { ...named, ...place(undefined, NOW), text: JSON.stringify(events), visit: { visitor, at } }
}

test('are counted once across eviction, retry, merge and close', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append([visit(1, -90, { id: 'a' }), visit(1, -80, { id: 'b' }), visit(2, -80, { id: 'c' })])
  expect(await total('sessions')).toBe(2)
  await evictDurableObject(hail())
  await hail().append([visit(1, -90, { id: 'a' }), visit(1, -60, { id: 'd' })])
  await hail().merge()
  await evictDurableObject(hail())
  await hail().append([visit(1, -35, { id: 'e' }), visit(2, -40, { id: 'f' }), visit(2, -40, { id: 'f' })])
  expect(await total('sessions')).toBe(3)
  await hail().merge()
  await whale().close()
  await evictDurableObject(whale())
  expect([await total('sessions'), await total()]).toEqual([3, 6])
})

test('are the same when the log is folded again', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append([visit(1, -90)])
  await hail().append([visit(1, -80), visit(1, -20)])
  await hail().merge()
  await runInDurableObject(whale(), (_, { storage }) => storage.deleteAll())
  await evictDurableObject(whale())
  await evictDurableObject(hail())
  expect([await total('sessions'), await total()]).toEqual([2, 3])
})

test('begin again with the retry of a commit that failed', async () => {
  const { hail, total } = await madeSite()
  await hail().append([visit(2, 0)])
  const [log] = await query<{ name: string }>(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
  const mend = await breaks(hail(), `INSERT ON ${log!.name}`)
  const [failed] = await Promise.allSettled([hail().append([visit(1, 0, { id: 'a' })])])
  expect(failed?.status).toBe('rejected')
  await mend()
  await hail().append([visit(1, 0, { id: 'a' })])
  expect(await total('sessions')).toBe(2)
})

test('are the sender’s own where it tells them, awake or woken', async () => {
  const { hail, total } = await madeSite()
  for (const wake of [false, true]) {
    const visitor = wake ? 5 : 6
    await hail().append([visit(visitor, 0, { metrics: { sessions: 1 } })])
    if (wake) await evictDurableObject(hail())
    await hail().append([visit(visitor, 5), visit(visitor, 50, { metrics: { sessions: 0 } })])
    if (wake) await evictDurableObject(hail())
    await hail().append([visit(visitor, 60)])
  }
  expect([await total('sessions'), await total()]).toEqual([2, 8])
})
