import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dimensions, Event, Numbers } from '../../../sdk/wire/event'
import type { Series } from '../../../sdk/wire/query'
import type { Site } from '../../../worker/ingest/settings'
import { Fragment } from '../../../worker/rollup/fragment'
import type { Query } from '../../../worker/routes/parsed'
import { questionOf } from '../../../worker/routes/question'
import { answer } from '../../../worker/whale/answer'
import { FragmentReader } from '../../../worker/whale/fragment-reader'
import { siteWith } from '../../site'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-11-21T09:12:00Z')

const siteIn = (...zones: Site['zones']): Site => siteWith({ zones })
const UTC = siteIn({ from: 0, zone: 'UTC' })
const STOCKHOLM = siteIn({ from: 0, zone: 'Europe/Stockholm' })

const at = (time: string) => Date.parse(`${time}Z`)
const sale = (time: number, dimensions: Dimensions, metrics: Numbers = {}): Event => ({
  at: time,
  type: 'sale',
  dimensions,
  metrics,
})

function ask(events: readonly Event[], query: Query, site = UTC, now = NOW) {
  const fragment = new Fragment()
  for (const event of events) fragment.add(event)
  return answer(new FragmentReader(fragment), questionOf({ type: 'sale', ...query }, site, { level: 'admin' }, now))
}

const totals = (series: readonly Series[]) =>
  series.map(({ dimension, metric, total }) => [dimension.join('/') || '_', metric, total])
const values = ({ points }: { points: readonly (readonly [number, number])[] }) => points.map(([, value]) => value)

test('is dense, whole, and marks the bucket that is not over', () => {
  const events = [sale(at('2026-11-19T10:00'), null), sale(at('2026-11-21T08:00'), null, { hits: 2 })]
  const days = ask(events, { period: '3d' })
  expect(days).toMatchObject({
    type: 'sale',
    interval: 'day',
    timezone: 'UTC',
    from: at('2026-11-19T00:00'),
    to: NOW + 1,
  })
  expect(days.series.map(values)).toEqual([[1, 0, 2]])
  expect(days.current).toBe(at('2026-11-21T00:00'))
  expect(days).not.toHaveProperty('seams')
  expect(ask(events, { period: 'yesterday' })).not.toHaveProperty('current')
})

test('marks the days on which a site moved', () => {
  const moved = at('2026-11-19T18:00')
  const site = siteIn({ from: 0, zone: 'Europe/Stockholm' }, { from: moved, zone: 'America/New_York' })
  expect(ask([], { period: '5d' }, site).seams).toEqual([at('2026-11-18T23:00')])
  expect(ask([], { period: 'month:2mo' }, site).seams).toEqual([at('2026-10-31T23:00')])
  expect(ask([], { interval: 'hour', period: '5d' }, site)).not.toHaveProperty('seams')
  // To the east the day is cut short by the next one's beginning at once.
  const east = siteIn({ from: 0, zone: 'America/New_York' }, { from: at('2026-11-19T23:00'), zone: 'Europe/Stockholm' })
  expect(ask([], { period: '5d' }, east).seams).toEqual([at('2026-11-19T05:00')])
})

describe('children', () => {
  const noon = at('2026-11-20T12:00')
  const sales = Object.entries({ SE: 50, DE: 30, NO: 9, DK: 6, FI: 5 }).flatMap(([country, dollars], i) => [
    sale(noon + i * HOUR, { country }, { dollars }),
    sale(noon - i * HOUR, { country: { [country]: 'x' } }, { dollars: 0, hits: i }),
  ])
  const query = { metric: 'dollars', dimension: 'country', depth: '1', period: '2d' }
  const shown = (more: Query, events: readonly Event[] = sales) => totals(ask(events, { ...query, ...more }).series)

  test('come by the first metric, greatest first, and end at the limit', () => {
    expect(shown({ limit: '2' })).toEqual([
      ['country', 'dollars', 100],
      ['country/SE', 'dollars', 50],
      ['country/DE', 'dollars', 30],
    ])
    expect(shown({ limit: '2', sort: 'dollars' }).slice(1)).toEqual([
      ['country/FI', 'dollars', 5],
      ['country/DK', 'dollars', 6],
    ])
  })

  test('beyond the limit are the rest, where it is asked for', () => {
    const { series } = ask(sales, { ...query, limit: '2', rest: '1' })
    expect(totals(series).at(-1)).toEqual(['country/…', 'dollars', 20])
    const sum = series
      .slice(1)
      .map(values)
      .reduce((all, each) => all.map((value, i) => value + each[i]!))
    expect(sum).toEqual(values(series[0]!))
  })

  test('below a share of their parent are the rest', () => {
    expect(shown({ threshold: '0.09' }).slice(1)).toEqual([
      ['country/SE', 'dollars', 50],
      ['country/DE', 'dollars', 30],
      ['country/NO', 'dollars', 9],
      ['country/…', 'dollars', 11],
    ])
    expect(shown({ threshold: '0.09', limit: '1' }).slice(1)).toEqual([
      ['country/SE', 'dollars', 50],
      ['country/…', 'dollars', 50],
    ])
    expect(shown({ threshold: '0' })).toHaveLength(6)
  })

  test('that were counted as the rest stay it: last, never cut, and joined by others', () => {
    const events = [...sales, sale(noon, { country: '…' }, { dollars: 70 })]
    expect(shown({ limit: '1' }, events).slice(1)).toEqual([
      ['country/SE', 'dollars', 50],
      ['country/…', 'dollars', 70],
    ])
    expect(shown({ limit: '1', rest: 'true' }, events).at(-1)).toEqual(['country/…', 'dollars', 120])
  })

  test('are each followed by their own, with a rest at every level', () => {
    const events = ['a', 'b', 'c'].flatMap((shop, i) =>
      ['x', 'y', 'z'].map((shelf, j) => sale(noon, { shop: { [shop]: shelf } }, { dollars: 10 * (3 - i) + 3 - j })),
    )
    const { series } = ask(events, { metric: 'dollars', dimension: 'shop', depth: '2', limit: '1', rest: '1' })
    expect(totals(series)).toEqual([
      ['shop', 'dollars', 198],
      ['shop/a', 'dollars', 96],
      ['shop/a/x', 'dollars', 33],
      ['shop/a/…', 'dollars', 63],
      ['shop/…', 'dollars', 102],
    ])
  })

  test('and the rest add up to their parent, whatever is cut', () => {
    const event = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', '…'),
      dollars: fc.integer({ min: 1, max: 100 }),
      time: fc.integer({ min: 0, max: 47 }),
    })
    const cut = fc.record({ limit: fc.constantFrom('1', '2', '9'), threshold: fc.constantFrom('0', '0.1', '0.4', '1') })
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), cut, (list, { limit, threshold }) => {
        const events = list.map(({ name, dollars, time }) => sale(NOW - time * HOUR, { shop: name }, { dollars }))
        const more = { metric: 'dollars,hits', dimension: 'shop', depth: '1', period: '3d', limit, threshold }
        const comparisons: Query[] = [{}, { compare: 'previous' }]
        for (const compare of comparisons) {
          const { series } = ask(events, { ...more, ...compare }, STOCKHOLM)
          for (const metric of ['dollars', 'hits']) {
            const [parent, ...children] = series.filter((each) => each.metric === metric)
            const sum = (of: (each: Series) => number) => children.reduce((all, each) => all + of(each), 0)
            expect(sum(({ total }) => total)).toBeCloseTo(parent!.total, 9)
            expect(sum((each) => each.compare?.total ?? 0)).toBeCloseTo(parent!.compare?.total ?? 0, 9)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('of a dimension are its visitors together', () => {
    const person = (visitor: number, country: string, hour: number): Event => ({
      ...sale(noon + hour * HOUR, { country, browser: 'Firefox' }),
      visitor: visitor * 7_000_000,
    })
    const events = [person(1, 'SE', 0), person(2, 'SE', 1), person(2, 'DE', 2), person(3, 'DE', 2)]
    const people = { metric: 'visitors', period: '2d', depth: '1' }
    expect(totals(ask(events, { ...people, dimension: 'country' }).series)).toEqual([
      ['country', 'visitors', 3],
      ['country/DE', 'visitors', 2],
      ['country/SE', 'visitors', 2],
    ])
    expect(totals(ask(events, people).series)).toEqual([
      ['_', 'visitors', 3],
      ['browser', 'visitors', 3],
      ['country', 'visitors', 3],
    ])
    const cut = ask(events, { ...people, dimension: 'country', limit: '1', rest: '1' })
    expect(totals(cut.series).at(-1)).toEqual(['country/…', 'visitors', 2])
  })
})

describe('a comparison', () => {
  /** One a day, of as many hits as the day's date; in the hour of that number. */
  const events = Array.from({ length: 120 }, (_, i) => NOW - i * DAY).map((time) => {
    const date = new Date(time).getUTCDate()
    return sale(Math.floor(time / DAY) * DAY + (date % 24) * HOUR, { shop: 'a' }, { hits: date, dollars: 2 * date })
  })
  const week = { from: '2026-11-09', to: '2026-11-14', interval: 'day' }

  test.each([
    ['week', [2, 3, 4, 5, 6], '2026-11-02', '2026-11-07'],
    ['month', [12, 13, 14, 15, 16], '2026-10-12', '2026-10-17'],
    ['previous', [4, 5, 6, 7, 8], '2026-11-04', '2026-11-09'],
    ['year', [0, 0, 0, 0, 0], '2025-11-10', '2025-11-15'],
  ])('with a %s lies under each bucket, point by point', (compare, earlier, from, to) => {
    const { series } = ask(events, { ...week, compare })
    expect(values(series[0]!)).toEqual([9, 10, 11, 12, 13])
    expect(series[0]!.compare).toMatchObject({
      from: at(`${from}T00:00`),
      to: at(`${to}T00:00`),
      total: earlier.reduce((a, b) => a + b),
    })
    expect(values(series[0]!.compare!)).toEqual(earlier)
  })

  test('is had of every metric and child', () => {
    const metric = ['dollars/hits', 'hits:+', 'hits:_', 'max(hits)', 'hits/days', '_days_in_month'].join()
    const { series } = ask(events, { ...week, compare: 'week', metric, depth: '1' })
    expect(series.map(({ dimension, compare }) => [dimension.length, values(compare!), compare!.total])).toEqual(
      [0, 1].flatMap((depth) => [
        [depth, [2, 2, 2, 2, 2], 2],
        [depth, [2, 5, 9, 14, 20], 20],
        [depth, [2, 3, 4, 5, 6], 6],
        [depth, [2, 3, 4, 5, 6], 6],
        [depth, [2, 3, 4, 5, 6], 4],
        [depth, [30, 30, 30, 30, 30], 30],
      ]),
    )
  })

  test('of months, quarters and years goes by the calendar', () => {
    const monthly = Array.from({ length: 24 }, (_, i) => sale(Date.UTC(2025, i, 15), null, { hits: i + 1 }))
    const earlier = (query: Query) => values(ask(monthly, query).series[0]!.compare!)
    expect(earlier({ interval: 'month', period: 'month:3mo', compare: 'year' })).toEqual([9, 10, 11])
    expect(earlier({ interval: 'month', period: 'month:3mo', compare: 'month' })).toEqual([20, 21, 22])
    expect(earlier({ interval: 'quarter', period: 'quarter:6mo', compare: 'year' })).toEqual([24, 33])
    expect(earlier({ interval: 'year', period: 'year:1y', compare: 'previous' })).toEqual([78])
  })

  test.each([
    ['Europe/Stockholm', '2026-04-05', '2026-03-29', 23],
    ['Europe/Stockholm', '2026-03-29', '2026-03-22', 24],
    ['Europe/Stockholm', '2025-11-02', '2025-10-26', 25],
    ['Europe/Stockholm', '2025-10-26', '2025-10-19', 24],
    ['America/Sao_Paulo', '2018-11-11', '2018-11-04', 23],
    ['America/Sao_Paulo', '2018-11-04', '2018-10-28', 24],
    ['America/Sao_Paulo', '2019-02-23', '2019-02-16', 25],
  ])('in %s lays the hours of %s over those of %s, of which there were %d', (zone, date, before, hours) => {
    const site = siteIn({ from: 0, zone })
    const clock = new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' })
    const every = Array.from({ length: 20 * 24 }, (_, i) => at(`${before}T00:00`) - 5 * DAY + i * HOUR + 60_000)
    // Each hour counts its own name, and one.
    const named = every.map((time) => sale(time, null, { hits: Number(clock.format(time)) + 1, n: 1 }))
    const query = { from: date, to: next(date), interval: 'hour', metric: 'hits,n,hits/n', compare: 'week' }
    const [hits, n, name] = ask(named, query, site, at('2026-11-21T09:12')).series
    expect(n!.compare!.total).toBe(hours)
    const own = values(name!)
    for (const [i, each] of values(name!.compare!).entries()) {
      if (values(n!.compare!)[i]) expect(each).toBe(own[i])
    }
    expect(values(n!.compare!)).toHaveLength(own.length)
    const lost = values(hits!.compare!).reduce((a, b) => a + b) - hits!.compare!.total
    // The hour that this day does not have is in the total of the day that had it.
    expect(lost).toBe(own.length === 23 ? -[...Array(24).keys()].find((hour) => !own.includes(hour + 1))! - 1 : 0)
  })

  const next = (date: string) => new Date(Date.parse(date) + DAY).toISOString().slice(0, 10)

  test('measures the length of an hour that came twice, and of one that was not there', () => {
    const every = Array.from({ length: 40 * 24 }, (_, i) => sale(at('2025-10-20T00:00') + i * HOUR, null))
    const query = { from: '2025-11-02', to: '2025-11-03', interval: 'hour', metric: 'hits,hits/hours', compare: 'week' }
    const [hits, rate] = ask(every, query, STOCKHOLM).series
    expect(values(hits!.compare!).slice(0, 4)).toEqual([1, 1, 2, 1])
    expect(values(rate!.compare!).slice(0, 4)).toEqual([1, 1, 1, 1])
    expect(rate!.compare!.total).toBe(1)
  })
})

test('has a gauge by its last value in every interval, and through the rest', () => {
  const heat = (time: string, value: number, room: string): Event => ({
    ...sale(at(time), { room }),
    gauges: { heat: value },
  })
  const events = [
    heat('2026-11-20T10:00', 20, 'a'),
    heat('2026-11-20T12:00', 24, 'b'),
    heat('2026-11-20T11:00', 30, 'a'),
    heat('2026-11-21T01:00', 18, 'b'),
  ]
  const metric = 'heat,max(heat),mean(heat)'
  expect(ask(events, { metric, period: '2d' }).series.map((each) => [values(each), each.total])).toEqual([
    [[24, 18], 18],
    [[30, 18], 30],
    [[74 / 3, 18], 23],
  ])
  const rooms = ask(events, { metric, period: '2d', dimension: 'room', depth: '1', limit: '1', rest: '1' })
  expect(totals(rooms.series).slice(3)).toEqual([
    ['room/a', 'heat', 30],
    ['room/a', 'max(heat)', 30],
    ['room/a', 'mean(heat)', 25],
    ['room/…', 'heat', 18],
    ['room/…', 'max(heat)', 24],
    ['room/…', 'mean(heat)', 21],
  ])
})
