import { describe, expect, test } from 'vitest'
import type { Path } from '../../../sdk/wire/event'
import type { Interval } from '../../../sdk/wire/query'
import { add, type Cell, empty, visit } from '../../../worker/rollup/cell'
import { next, starts, type Zones } from '../../../worker/rollup/interval'
import { parseMetric } from '../../../worker/rollup/metric'
import { seriesOf } from '../../../worker/rollup/series'

const ZONES: Zones = [{ from: 0, zone: 'Europe/Stockholm' }]
const FROM = Date.UTC(2026, 10, 1, 23)

interface Bucket {
  /** Who was there, by number. */
  who?: number[]
  daily?: boolean
  firsts?: Record<string, number>
}

function cellOf({ who = [], daily = true, firsts = {} }: Bucket): Cell {
  const cell = empty()
  add(cell, 'hits', 6)
  for (const [name, count] of Object.entries(firsts)) add(cell, name, count)
  for (const each of who) visit(cell, each * 4_000_000, 12, daily)
  return cell
}

function ask(text: string, interval: Interval, dimension: Path, buckets: Bucket[]) {
  const metric = parseMetric(text, { views_each: { plus: ['hits'], per: { plus: ['visitors'] } } })
  if ('problem' in metric) throw new Error(metric.problem)
  const list = starts(interval, FROM, FROM + 5000 * 86_400_000, ZONES).slice(0, buckets.length)
  const cells = new Map(buckets.map((bucket, i) => [list[i]!, cellOf(bucket)]))
  const end = next(interval, list.at(-1)!, ZONES)
  const series = seriesOf({ dimension, metric, cells, starts: list, end, zones: ZONES, interval })
  const { points, ...rest } = series
  return { ...rest, values: points.map(([, value]) => value) }
}

const TWO_DAYS: Bucket[] = [{ who: [1, 2] }, { who: [3, 4, 5] }]

describe('visitors up to a day', () => {
  test('are counted from sketches, and together over the hours of a day', () => {
    const hours = [{ who: [1, 2] }, { who: [2, 3] }, { who: [] }]
    expect(ask('visitors', 'hour', ['page', 'shop.example'], hours)).toEqual({
      dimension: ['page', 'shop.example'],
      metric: 'visitors',
      total: 3,
      values: [2, 2, 0],
    })
  })

  test('are a sum over days where hashes are salted by the day, and the total says so', () => {
    expect(ask('visitors', 'day', [], TWO_DAYS)).toMatchObject({
      metric: 'visitors',
      total: 5,
      totalIs: 'daily_visitors',
      values: [2, 3],
    })
    expect(ask('visitors', 'day', [], TWO_DAYS.slice(0, 1))).not.toHaveProperty('totalIs')
  })

  test('are distinct over days where a site names its visitors itself', () => {
    const known = [
      { who: [1, 2], daily: false },
      { who: [2, 3], daily: false },
    ]
    const series = ask('visitors', 'day', [], known)
    expect(series).toMatchObject({ total: 3, values: [2, 2] })
    expect(series).not.toHaveProperty('totalIs')
  })

  test('are first visits of the day where an audience has no sketch', () => {
    const buckets = [{ firsts: { visitors_day: 4 } }, { firsts: { visitors_day: 2 } }]
    const region = ['country', 'SE', 'AB']
    expect(ask('visitors', 'day', region, buckets)).toMatchObject({ metric: 'visitors', values: [4, 2], total: 6 })
    expect(ask('visitors', 'hour', region, buckets)).toMatchObject({ metric: 'visitors_day', values: [4, 2] })
    expect(ask('visitors', 'day', ['entry', 'a'], buckets)).toMatchObject({ metric: 'visitors', values: [0, 0] })
  })

  test('carry their error where they are estimated, and none where they are exact', () => {
    const crowd = Array.from({ length: 20_000 }, (_, i) => i * 13)
    expect(ask('visitors', 'day', [], [{ who: crowd }])['±']).toBeCloseTo(1.04 / 64, 6)
    expect(ask('hits/visitors', 'day', [], [{ who: crowd }])['±']).toBeCloseTo(1.04 / 64, 6)
    expect(ask('visitors', 'day', [], [{ who: [1] }])).not.toHaveProperty('±')
  })
})

describe('visitors above a day', () => {
  test.each<[Interval, string]>([
    ['week', 'visitors_week'],
    ['month', 'visitors_month'],
    ['quarter', 'visitors_quarter'],
    ['year', 'visitors_year'],
    ['all', 'visitors_ever'],
  ])('of a %s are the exact %s of the root and of audiences', (interval, first) => {
    const bucket = { who: [1, 2, 3], firsts: { [first]: 2 } }
    for (const path of [[], ['country'], ['country', 'SE', 'AB'], ['browser', 'Firefox'], ['campaign', 'x']]) {
      expect(ask('visitors', interval, path, [bucket])).toEqual({
        dimension: path,
        metric: 'visitors',
        total: 2,
        values: [2],
      })
    }
    if (interval === 'all') return
    expect(ask('visitors', interval, [], [bucket, bucket])).toMatchObject({ total: 4, totalIs: first, values: [2, 2] })
  })

  test('are daily visitors elsewhere, and are called so', () => {
    const bucket = { who: [1, 2, 3], firsts: { visitors_week: 2 } }
    expect(ask('visitors', 'week', ['page', 'a'], [bucket])).toMatchObject({ metric: 'daily_visitors', total: 3 })
    expect(ask('hits/visitors:+', 'week', ['page', 'a'], [bucket])).toMatchObject({
      metric: 'hits/daily_visitors:+',
      total: 2,
    })
    expect(ask('views_each', 'week', ['page', 'a'], [bucket])).toMatchObject({
      metric: 'views_each',
      totalIs: 'daily_visitors',
      total: 2,
    })
  })

  test('are daily visitors where nothing was flagged either', () => {
    expect(ask('visitors', 'month', [], [{ who: [1, 2] }])).toMatchObject({ metric: 'daily_visitors', total: 2 })
  })

  test('are distinct over any time where a site names its visitors itself', () => {
    const known = [
      { who: [1, 2], daily: false },
      { who: [2, 3], daily: false },
    ]
    for (const path of [[], ['page', 'a']]) {
      expect(ask('visitors', 'month', path, known)).toEqual({
        dimension: path,
        metric: 'visitors',
        total: 3,
        values: [2, 2],
      })
    }
  })
})

test('daily_visitors can be asked by name, and are what they are', () => {
  const bucket = { who: [1, 2, 3], firsts: { visitors_month: 2 } }
  expect(ask('daily_visitors', 'month', [], [bucket])).toEqual({
    dimension: [],
    metric: 'daily_visitors',
    total: 3,
    values: [3],
  })
})

test('a ratio is made of what stands for visitors', () => {
  const bucket = { who: [1, 2, 3], firsts: { visitors_month: 2 } }
  expect(ask('hits/visitors', 'month', [], [bucket, bucket])).toMatchObject({
    values: [3, 3],
    total: 3,
    totalIs: 'visitors_month',
  })
  expect(ask('views_each', 'month', [], [bucket])).toMatchObject({ total: 3 })
})
