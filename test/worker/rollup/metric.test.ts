import { expect, test } from 'vitest'
import type { Interval } from '../../../sdk/wire/query'
import { add, type Cell, empty } from '../../../worker/rollup/cell'
import { next, starts, type Zones } from '../../../worker/rollup/interval'
import { type Metric, parseMetric } from '../../../worker/rollup/metric'
import { seriesOf } from '../../../worker/rollup/series'

const UTC: Zones = [{ from: 0, zone: 'UTC' }]
const DAY = 86_400_000

const cellOf = (numbers: Record<string, number>): Cell => {
  const cell = empty()
  for (const [name, number] of Object.entries(numbers)) add(cell, name, number)
  return cell
}

function metricOf(text: string): Metric {
  const metric = parseMetric(text)
  if ('problem' in metric) throw new Error(metric.problem)
  return metric
}

type Bucket = Record<string, number> | undefined

interface Question {
  from?: string
  interval?: Interval
  zones?: Zones
}

/** A series over as many buckets as there are numbers; undefined is a bucket without events. */
function ask(text: string, buckets: Bucket[], { from = '2026-11-01', interval = 'day', zones = UTC }: Question = {}) {
  const list = starts(interval, Date.parse(from), Date.parse(from) + 5000 * DAY, zones).slice(0, buckets.length)
  const cells = new Map(buckets.flatMap((numbers, i) => (numbers ? [[list[i]!, cellOf(numbers)] as const] : [])))
  const end = next(interval, list.at(-1)!, zones)
  const { points, total } = seriesOf({ dimension: [], metric: metricOf(text), cells, starts: list, end, zones })
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
  ['pages_per_session', SHOP, [2.5, 0, 2], 12 / 5],
  ['seconds_per_session', SHOP, [15, 0, 0], 12],
  ['hits/hours', [{ hits: 48 }, { hits: 24 }], [2, 1], 1.5],
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
  ['seconds', 'minute', 'UTC', '2026-03-28', [60]],
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

test('adds a total as exactly as its cells', () => {
  const [, total] = ask('x', [{ x: 1e16 }, { x: 1 }, { x: 1 }, { x: -1e16 }])
  expect(total).toBe(2)
})

test('is plain data, so that it can be sent', () => {
  for (const text of ['hits', 'a/b', 'hits/days', 'bounce_rate:+', '_count', '5']) {
    expect(structuredClone(metricOf(text))).toEqual(metricOf(text))
  }
})

test.each(['', '/', 'a/', '/b', 'a/b/c', 'a:', ':+', 'a:b', 'a:+:_', 'a:constructor', 'x'.repeat(600)])(
  'refuses %j',
  (text) => {
    expect(parseMetric(text)).toEqual({ problem: expect.any(String) })
  },
)
