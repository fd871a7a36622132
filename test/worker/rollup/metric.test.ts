import { describe, expect, test } from 'vitest'
import type { Interval } from '../../../sdk/wire/query'
import { add, type Cell, empty, measure } from '../../../worker/rollup/cell'
import { next, starts, type Zones } from '../../../worker/rollup/interval'
import { type Derived, type Metric, parseMetric } from '../../../worker/rollup/metric'
import { seriesOf } from '../../../worker/rollup/series'

const UTC: Zones = [{ from: 0, zone: 'UTC' }]
const DAY = 86_400_000

const cellOf = (numbers: Record<string, number>): Cell => {
  const cell = empty()
  for (const [name, number] of Object.entries(numbers)) add(cell, name, number)
  return cell
}

/** Measures by time; each arrived when the one before it had. */
function measured(...values: [at: number, value: number][]): Cell {
  const cell = empty()
  for (const [i, [at, value]] of values.entries()) measure(cell, 'heat', value, at, i)
  return cell
}

function metricOf(text: string, more?: Record<string, Derived>): Metric {
  const metric = parseMetric(text, more)
  if ('problem' in metric) throw new Error(metric.problem)
  return metric
}

type Bucket = Record<string, number> | undefined

interface Question {
  from?: string
  interval?: Interval
  zones?: Zones
  more?: Record<string, Derived> | undefined
}

/** A series over as many buckets as there are numbers; undefined is a bucket without events. */
const ask = (text: string, buckets: Bucket[], question: Question = {}) =>
  askCells(
    text,
    buckets.map((numbers) => numbers && cellOf(numbers)),
    question,
  )

function askCells(text: string, buckets: (Cell | undefined)[], question: Question = {}) {
  const { from = '2026-11-01', interval = 'day', zones = UTC, more } = question
  const list = starts(interval, Date.parse(from), Date.parse(from) + 5000 * DAY, zones).slice(0, buckets.length)
  const cells = new Map(buckets.flatMap((cell, i) => (cell ? [[list[i]!, cell] as const] : [])))
  const end = next(interval, list.at(-1)!, zones)
  const { points, total } = seriesOf({ dimension: [], metric: metricOf(text, more), cells, starts: list, end, zones })
  return [points.map(([, value]) => value), total]
}

const LEVEL: Bucket[] = [{ x: 1 }, undefined, { x: 2 }]
const SHOP: Bucket[] = [
  { hits: 10, sessions: 4, engaged: 1, dollars: 5, seconds: 60 },
  undefined,
  { hits: 2, sessions: 1, engaged: 1, dollars: -1 },
]

test.each<[string, Bucket[], number[], number]>([
  ['x', LEVEL, [1, 0, 2], 3],
  ['x:count', LEVEL, [1, 0, 2], 3],
  ['x:+', LEVEL, [1, 1, 3], 3],
  ['x:sum', LEVEL, [1, 1, 3], 3],
  ['x:add', LEVEL, [1, 1, 3], 3],
  ['x:cumulative', LEVEL, [1, 1, 3], 3],
  ['x:_', LEVEL, [1, 1, 2], 2],
  ['x:set', LEVEL, [1, 1, 2], 2],
  ['x:last', LEVEL, [1, 1, 2], 2],
  ['x:level', LEVEL, [1, 1, 2], 2],
  ['none', LEVEL, [0, 0, 0], 0],
  ['dollars/hits', SHOP, [0.5, 0, -0.5], 4 / 12],
  ['hits/none', SHOP, [0, 0, 0], 0],
  ['bounce_rate', SHOP, [0.75, 0, 0], 0.6],
  // Of sessions that are told by time nobody knows whether they were engaged.
  ['bounce_rate', [{ sessions: 5, engaged: 1, sessions_by_time: 3 }], [0.5], 0.5],
  ['bounce_rate', [{ sessions: 3, sessions_by_time: 3 }], [0], 0],
  ['bounce_rate', [{ sessions: 6, engaged: 1, sessions_by_time: 1, sessions_by_referrer: 3 }], [0.5], 0.5],
  ['pages_per_session', SHOP, [2.5, 0, 2], 12 / 5],
  ['seconds_per_session', SHOP, [15, 0, 0], 12],
  ['hits/hours', [{ hits: 48 }, { hits: 24 }], [2, 1], 1.5],
  ['hits/seconds', [{ hits: 86400 }], [1], 1],
  ['seconds', SHOP, [60, 0, 0], 60],
  ['hits/100', [{ hits: 48 }, { hits: 52 }], [0.48, 0.52], 1],
  ['1.5', [undefined, undefined], [1.5, 1.5], 1.5],
  ['hits/_count', [{ hits: 6 }, { hits: 2 }], [6, 2], 4],
  ['_days_in_month', [undefined, undefined], [30, 30], 30],
  ['constructor', [undefined], [0], 0],
])('%s over %j is %j, in total %d', (text, buckets, points, total) => {
  expect(ask(text, buckets)).toEqual([points, expect.closeTo(total, 12)])
})

test.each<[string, Interval, string, string, number[]]>([
  ['days', 'month', 'UTC', '2024-01-15', [31, 29, 31]],
  ['months', 'month', 'UTC', '2024-01-15', [1, 1, 1]],
  ['months', 'quarter', 'UTC', '2024-01-15', [3, 3]],
  ['weeks', 'week', 'Europe/Stockholm', '2026-03-25', [1, 1]],
  ['years', 'year', 'UTC', '2024-05-01', [1, 1]],
  ['hours', 'day', 'Europe/Stockholm', '2026-03-28T12:00Z', [24, 23, 24]],
  ['days', 'day', 'Europe/Stockholm', '2026-03-28T12:00Z', [1, 1, 1]],
  ['minutes', 'hour', 'UTC', '2026-03-28', [60]],
  ['_days_in_month', 'day', 'Pacific/Apia', '2026-02-27T12:00Z', [28, 31, 31]],
])('%s of a %s in %s from %s are %j', (text, interval, zone, from, values) => {
  const [points, total] = ask(
    text,
    values.map(() => undefined),
    { from, interval, zones: [{ from: 0, zone }] },
  ) as [number[], number]
  for (const [i, value] of values.entries()) expect(points[i]).toBeCloseTo(value, 9)
  const sum = text === '_days_in_month' ? 59 : values.reduce((all, value) => all + value, 0)
  expect(total).toBeCloseTo(sum, 9)
})

test.each<[string, Bucket[], number[], number]>([
  ['sum(x)', LEVEL, [1, 0, 2], 3],
  ['min(x)', LEVEL, [1, 0, 2], 0],
  ['min(x)', [{ x: 3 }, { x: 2 }], [3, 2], 2],
  ['max(x)', LEVEL, [1, 0, 2], 2],
  ['mean(x)', LEVEL, [1, 0, 2], 1],
  ['last(x)', LEVEL, [1, 0, 2], 2],
  ['last(x)', [{ x: 5 }, undefined], [5, 0], 0],
  ['max(hits)/mean(hits)', SHOP, [1, 0, 1], 10 / 4],
  ['max(x):+', LEVEL, [1, 1, 3], 2],
  ['sum(seconds)', SHOP, [60, 0, 0], 60],
  ['max(visits (old))', [{ 'visits (old)': 2 }], [2], 2],
])('%s of what is added up, over %j, is %j, in total %d', (text, buckets, points, total) => {
  expect(ask(text, buckets)).toEqual([points, expect.closeTo(total, 12)])
})

describe('a gauge', () => {
  const at = Date.UTC(2026, 10, 1)
  /** Two measures, none, and three that came in another order than they were made. */
  const buckets = [
    measured([at + 1, 20], [at + 2, 10]),
    undefined,
    measured([at + 2 * DAY + 9, 4], [at + 2 * DAY + 1, 40], [at + 2 * DAY + 5, 1]),
  ]

  test.each<[string, number[], number]>([
    ['heat', [10, 0, 4], 4],
    ['last(heat)', [10, 0, 4], 4],
    ['min(heat)', [10, 0, 1], 1],
    ['max(heat)', [20, 0, 40], 40],
    ['mean(heat)', [15, 0, 15], 15],
    ['sum(heat)', [30, 0, 45], 75],
    ['heat:_', [10, 10, 4], 4],
    ['max(heat)/min(heat)', [2, 0, 40], 40],
  ])('%s is %j, in total %d', (text, points, total) => {
    expect(askCells(text, buckets)).toEqual([points, expect.closeTo(total, 12)])
  })

  test('stands before what was added up under its name', () => {
    const both = measured([at, 7])
    add(both, 'heat', 100)
    expect(askCells('heat', [both, cellOf({ heat: 3 })])).toEqual([[7, 0], 7])
  })
})

describe("a site's own metric", () => {
  const more: Record<string, Derived> = {
    profit: { plus: ['dollars'], minus: ['cost', 'fees'] },
    margin: { plus: ['dollars'], minus: ['cost'], per: { plus: ['dollars'] } },
    hits_or_so: { plus: ['hits', '1'] },
    bounce_rate: { plus: ['hits'] },
  }
  const sold: Bucket[] = [
    { dollars: 10, cost: 4, fees: 1, hits: 2 },
    { dollars: 30, cost: 6, sessions: 2, engaged: 1 },
  ]

  test.each<[string, number[], number]>([
    ['profit', [5, 24], 29],
    ['profit/hits', [2.5, 0], 14.5],
    ['profit:+', [5, 29], 29],
    ['margin', [0.6, 0.8], 0.75],
    ['hits_or_so', [3, 1], 3],
    ['bounce_rate', [0, 0.5], 0.5], // This house's own cannot be taken.
  ])('%s is %j, in total %d', (text, points, total) => {
    expect(ask(text, sold, { more })).toEqual([points, expect.closeTo(total, 12)])
  })

  test('is no side of a ratio where it is one', () => {
    for (const text of ['margin/hits', 'hits/margin', 'bounce_rate/hits']) {
      expect(parseMetric(text, more)).toEqual({ problem: expect.stringContaining('ratio already') })
    }
  })
})

test('adds a total as exactly as its cells', () => {
  const [, total] = ask('x', [{ x: 1e16 }, { x: 1 }, { x: 1 }, { x: -1e16 }])
  expect(total).toBe(2)
})

test('is plain data, so that it can be sent', () => {
  for (const text of ['hits', 'a/b', 'max(a)/visitors', 'hits/days', 'bounce_rate:+', '_count', '5']) {
    expect(structuredClone(metricOf(text))).toEqual(metricOf(text))
  }
})

test.each([
  '',
  '/',
  'a/',
  '/b',
  'a/b/c',
  'a:',
  ':+',
  'a:b',
  'a:+:_',
  'a:constructor',
  'median(x)',
  'max()',
  'max(x',
  'constructor(x)',
  'x'.repeat(600),
])('refuses %j', (text) => {
  expect(parseMetric(text)).toEqual({ problem: expect.any(String) })
})
