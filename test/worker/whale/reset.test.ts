import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hail as hailOf } from '../../../worker/env'
import type { Scope } from '../../../worker/rollup/erase'
import { breaks, madeSite, query, rows } from '../objects'
import { asked, everywhere, type Made, some, told } from './shop'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What is asked, in words: the type and path, then the metric. */
type Line = [place: string, metric: string, total: number]

const BEFORE: Line[] = [
  ['shop', 'hits', 9],
  ['shop', 'dollars', 285],
  ['shop', 'heat', 20],
  ['shop', 'visitors', 2],
  ['shop.sale', 'hits', 6],
  ['shop.sale.big', 'dollars', 270],
  ['other', 'hits', 3],
  ['other', 'dollars', 3],
  ['shop page a', 'hits', 6],
  ['shop page a x', 'hits', 3],
  ['shop page a x', 'visitors', 1],
  ['shop page b', 'hits', 3],
  ['other page a x', 'hits', 3],
]

const expectAll = async (made: Made, changed: Line[] = []) => {
  const gone = new Map(changed.map(([place, metric, total]) => [`${place} ${metric}`, total]))
  const expected = BEFORE.map(([place, metric, total]) => [place, metric, gone.get(`${place} ${metric}`) ?? total])
  const found = []
  for (const [place, metric] of BEFORE) found.push([place, metric, await asked(made, place.split(' '), metric)])
  expect(found).toEqual(expected)
}

describe('takes out of cells, of what is pending and of what is not merged', { timeout: 30_000 }, () => {
  test.each<[string, Scope, Line[]]>([
    ['nothing that is not named', { type: 'sho' }, []],
    [
      'a type with those below it, and leaves its parent',
      { type: 'shop.sale' },
      [
        ['shop.sale', 'hits', 0],
        ['shop.sale.big', 'dollars', 0],
      ],
    ],
    [
      'a path with what is below it, of all types',
      { path: ['page', 'a'] },
      [
        ['shop page a', 'hits', 0],
        ['shop page a x', 'hits', 0],
        ['shop page a x', 'visitors', 0],
        ['other page a x', 'hits', 0],
      ],
    ],
    ['a path of one type', { type: 'other', path: ['page', 'a', 'x'] }, [['other page a x', 'hits', 0]]],
    [
      'a metric',
      { metric: 'dollars' },
      [
        ['shop', 'dollars', 0],
        ['shop.sale.big', 'dollars', 0],
        ['other', 'dollars', 0],
      ],
    ],
    ['a metric of one type', { type: 'other', metric: 'dollars' }, [['other', 'dollars', 0]]],
    [
      'hits',
      { metric: 'hits' },
      BEFORE.filter(([, metric]) => metric === 'hits').map(([place, metric]): Line => [place, metric, 0]),
    ],
    ['a gauge', { metric: 'heat' }, [['shop', 'heat', 0]]],
    [
      'visitors',
      { metric: 'visitors' },
      [
        ['shop', 'visitors', 0],
        ['shop page a x', 'visitors', 0],
      ],
    ],
    ['nobody’s totals where one visitor’s events go', { visitor: 1 }, []],
  ])('%s', async (_, scope, changed) => {
    const made = await everywhere()
    await expectAll(made)
    expect(await told(made, scope)).toBe(true)
    await expectAll(made, changed)
    await made.whale().close()
    for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
    await expectAll(made, changed)
  })
})

test('is gone from minutes too, and is counted anew at once', async () => {
  const made = await everywhere()
  expect(await told(made, { type: 'shop.sale' })).toBe(true)
  expect(await asked(made, ['shop.sale'], 'hits', 'minute')).toBe(0)
  expect(await asked(made, ['shop'], 'hits', 'minute')).toBe(9)
  expect((await made.whale().status()).types).toEqual(['other', 'shop'])
  expect((await made.whale().status()).resets).toEqual([])
  await made.hail().append(some())
  expect(await asked(made, ['shop.sale', 'page', 'a'])).toBe(2)
  await made.hail().merge()
  await made.whale().close()
  await evictDurableObject(made.whale())
  expect([await asked(made, ['shop.sale']), await asked(made, ['shop'])]).toEqual([2, 12])
})

test('purges a visitor’s own events from the spy log, the archive and the log, and nobody else’s', async () => {
  const made = await everywhere()
  const spied = async () => (await made.whale().spy({ wanted: '*', count: 100 })).events.length
  expect(await spied()).toBe(12)
  expect(await told(made, { visitor: 1 })).toBe(true)
  expect(await spied()).toBe(6)
  await evictDurableObject(made.whale())
  expect(await spied()).toBe(6)
  const [log] = await query<{ name: string }>(made.hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
  const texts = await query<{ text: string }>(made.hail(), `SELECT text FROM ${log!.name}`)
  expect(texts.filter(({ text }) => text.includes('"visitor":1'))).toEqual([])
  expect(texts.filter(({ text }) => text.includes('"visitor":2'))).toHaveLength(3)
})

/** Each by a statement that it makes on the Whale's disk when it is there. */
describe('goes on by its alarm after a crash', { timeout: 30_000 }, () => {
  const GONE: Line[] = [
    ['shop.sale', 'hits', 0],
    ['shop.sale.big', 'dollars', 0],
  ]
  test.each<[string, string, boolean]>([
    ['before a Hail was told', 'UPDATE ON shard', false],
    ['before it is counted', `UPDATE ON reset WHEN new.stage = 'told'`, false],
    ['while cells are taken out', 'DELETE ON cell', false],
    ['before it is known to be counted', `UPDATE ON reset WHEN new.stage = 'counted'`, false],
    ['while raw events are purged', 'UPDATE ON event', true],
    ['before it is done', `UPDATE ON reset WHEN new.stage = 'done'`, true],
  ])('%s', async (_, statement, isCounted) => {
    const made = await everywhere()
    const mend = await breaks(made.whale(), statement)
    expect(await told(made, { type: 'shop.sale' })).toBe(isCounted)
    if (isCounted) expect(await asked(made, ['shop.sale'])).toBe(0)
    for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
    expect((await made.whale().status()).resets).toHaveLength(1)
    await mend()
    expect(await runDurableObjectAlarm(made.whale())).toBe(true)
    expect((await made.whale().status()).resets).toEqual([])
    await expectAll(made, GONE)
    await evictDurableObject(made.whale())
    await expectAll(made, GONE)
  })
})

test('says so where a Hail is away, and is finished by the alarm when it is back', async () => {
  const made = await madeSite('UTC', { fixedShards: 2 })
  const away = hailOf(env, made.site.site, 1)
  for (const stub of [made.hail(), away]) await stub.append(some())
  const mend = await breaks(away, 'UPDATE ON place')
  expect(await told(made, { type: 'shop.sale' })).toBe(false)
  await mend()
  expect(await runDurableObjectAlarm(made.whale())).toBe(true)
  expect([await asked(made, ['shop.sale']), await asked(made, ['shop'])]).toEqual([0, 6])
})

test('makes tables for itself only, where the site never had an event', async () => {
  const made = await madeSite()
  expect(await told(made, { type: 'shop' })).toBe(true)
  expect(await rows(made.hail(), 'sqlite_master')).toBe(0)
  expect((await made.whale().status()).resets).toEqual([])
})
