import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scope } from '../../../sdk/wire/plaintext'
import { Problem } from '../../../worker/routes/problem'
import type { Query } from '../../../worker/routes/parsed'
import { questionOf } from '../../../worker/routes/question'
import { shownPeriods } from '../../../worker/routes/scope'
import { INTERVALS } from '../../../sdk/wire/query'
import { spansOf } from '../../../worker/whale/question'
import { siteWith } from '../../site'

/** A Saturday; in Stockholm it is an hour later. */
const NOW = Date.parse('2026-11-21T09:12:00Z')
const site = siteWith({ zones: [{ from: 0, zone: 'Europe/Stockholm' }] })

const share = (scope: Scope) => ({ level: 'share', site: site.site, scope }) as const
const parse = (scope: Scope, query: Query = {}) => questionOf(query, site, share(scope), NOW)

/** `200`, or the status and the parameter that is at fault. */
function judged(scope: Scope, query: Query): string {
  try {
    parse(scope, query)
    return '200'
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.field}`
    throw error
  }
}

const dates = ({ from, to }: { from: number; to: number }) => [from, to].map((ms) => new Date(ms).toISOString())

describe('a share alone asks', () => {
  test('for its own type, path, metrics and first period', () => {
    const scope: Scope = {
      type: 'order',
      dimension: ['country', 'SE'],
      metrics: ['dollars', 'dollars/hits'],
      periods: ['7d', '30d'],
    }
    const question = parse(scope)
    expect(question).toMatchObject({ type: 'order', dimension: ['country', 'SE'], interval: 'day', depth: 0 })
    expect(question.metrics.map(({ text }) => text)).toEqual(['dollars', 'dollars/hits'])
    expect(question.sort.metric.text).toBe('dollars')
    expect(dates(question)).toEqual(['2026-11-14T23:00:00.000Z', '2026-11-21T09:12:00.001Z'])
  })

  test('for a day of views where it limits nothing', () => {
    const question = parse({})
    expect(question).toMatchObject({ type: 'pageview', dimension: [], interval: 'hour', metrics: [{ text: 'hits' }] })
    expect(question.to - question.from).toBeLessThan(24 * 3_600_000)
  })

  test('for a type, a name and a metric whatever characters are in them', () => {
    const scope: Scope = { type: '["a","b"]', dimension: ['{"a":1}', 'b,c'], metrics: ['max(a b)'] }
    expect(parse(scope)).toMatchObject({
      type: '["a","b"]',
      dimension: ['{"a":1}', 'b,c'],
      metrics: [{ text: 'max(a b)' }],
    })
  })

  test.each<[string, string[] | undefined, string]>([
    ['30d', undefined, 'day'],
    ['30d', ['hour', 'day'], 'day'],
    ['today', ['day', 'month'], 'day'],
    ['2026-01-01..2026-12-31', ['month'], 'month'],
    ['2026-01-01..2026-12-31', ['10s', 'hour'], 'hour'],
  ])('of %s, where it shows %j, by the %s', (period, intervals, interval) => {
    expect(parse({ periods: [period], ...(intervals && { intervals }) }).interval).toBe(interval)
  })

  test.each<[Scope, string[]]>([
    [{}, ['minute:1h', 'day:30d', 'all']],
    [{ periods: ['7d', 'today'] }, ['7d', 'today']],
    [{ intervals: ['day'] }, ['day:30d']],
    [{ intervals: ['week'] }, ['24h']],
  ])('with %j for the totals of %j', (scope, periods) => {
    expect(shownPeriods(['minute:1h', 'day:30d', 'all'], share(scope))).toEqual(periods)
  })
})

const COUNTRY: Scope = { type: 'sale', dimension: ['country'], metrics: ['hits', 'dollars/hits'] }
const MONTH: Scope = { periods: ['30d'] }
const YEAR: Scope = { periods: ['2026-01-01..2026-12-31', '2024-01-01..2024-12-31'] }
const DAYS: Scope = { intervals: ['day', 'week'] }

test.each<[verdict: string, scope: Scope, query: Query]>([
  // Type and what is below it.
  ['200', COUNTRY, { type: 'sale' }],
  ['200', COUNTRY, { type: 'sale.web' }],
  ['200', COUNTRY, { pk: '["sale","web"]' }],
  ['200', COUNTRY, { type: '' }],
  ['403 type', COUNTRY, { type: 'order' }],
  ['403 type', COUNTRY, { type: 'sales' }],
  ['403 type', COUNTRY, { type: '_' }],
  ['403 type', COUNTRY, { pk: 'order' }],
  ['200', {}, { type: 'anything' }],
  // Path and what is below it.
  ['200', COUNTRY, { dimension: '["country","SE","AB"]', depth: '3', limit: '1000' }],
  ['200', COUNTRY, { dimensions: "{'country':'SE'}" }],
  ['403 dimension', COUNTRY, { dimension: '_' }],
  ['403 dimension', COUNTRY, { dimension: '[]' }],
  ['403 dimension', COUNTRY, { dimensions: 'country*device' }],
  ['403 dimension', { dimension: ['country', 'SE'] }, { dimension: 'country' }],
  ['403 dimension', { dimension: ['country', 'SE'] }, { dimension: '["country","NO"]' }],
  // Metrics, whatever they are asked for.
  ['200', COUNTRY, { metric: 'hits', sort: '-dollars/hits' }],
  ['200', COUNTRY, { metric: '{"dollars":"hits"}', sort: 'hits' }],
  ['403 metric', COUNTRY, { metric: 'dollars' }],
  ['403 metric', COUNTRY, { metrics: 'hits,visitors' }],
  ['403 metric', COUNTRY, { metric: 'hits:+' }],
  ['403 metric', COUNTRY, { metric: 'max(hits)' }],
  ['403 sort', COUNTRY, { sort: '-dollars' }],
  ['403 where', COUNTRY, { where: '{"page":"a"}' }],
  ['403 where', {}, { where: '{"page":"a"}' }],
  // Periods: whatever lies within one of them.
  ['200', MONTH, {}],
  ['200', MONTH, { period: '7d' }],
  ['200', MONTH, { period: 'yesterday' }],
  ['200', MONTH, { period: 'minute:1h' }],
  ['200', MONTH, { period: '30d', interval: 'hour' }],
  ['200', MONTH, { from: '2026-11-01', to: '2026-11-08' }],
  ['200', MONTH, { from: '2026-11-01', to: '2030-01-01' }],
  ['200', MONTH, { from: '2026-10-23' }],
  ['403 from', MONTH, { from: '2026-10-22' }],
  ['403 from', MONTH, { from: '2026-10-22', to: '2026-10-23' }],
  ['403 from', MONTH, { from: String(Date.parse('2026-10-22T22:00:00Z') - 1) }],
  ['403 period', MONTH, { period: '31d' }],
  ['403 period', MONTH, { period: 'all' }],
  ['403 period', MONTH, { period: '2026-01-01..2026-01-31' }],
  // The first day of another zone begins before the site's.
  ['403 period', MONTH, { tz: 'Asia/Tokyo' }],
  ['200', MONTH, { tz: 'America/New_York' }],
  ['200', YEAR, {}],
  ['200', YEAR, { period: 'ytd' }],
  ['200', YEAR, { from: '2024-03-01', to: '2024-04-01' }],
  ['403 from', YEAR, { from: '2023-12-31', to: '2024-04-01' }],
  ['403 to', YEAR, { from: '2024-03-01', to: '2025-04-01' }],
  ['403 to', YEAR, { from: '2024-03-01' }],
  // Whole buckets are read, and those must lie within as well.
  ['403 interval', MONTH, { interval: 'week' }],
  ['403 interval', MONTH, { interval: 'all' }],
  ['200', MONTH, { period: '7d', interval: 'week' }],
  ['403 interval', YEAR, { from: '2024-01-02', to: '2024-12-31', interval: 'week' }],
  ['403 interval', { periods: ['2026-11-03..2026-11-10'] }, { interval: 'month' }],
  ['200', { periods: ['week:30d'] }, { interval: 'week' }],
  // And so must what they are compared with.
  ['200', MONTH, { period: '7d', compare: 'week' }],
  ['200', MONTH, { period: '7d', compare: 'previous' }],
  ['403 compare', MONTH, { compare: 'week' }],
  ['403 compare', MONTH, { period: '7d', compare: 'month' }],
  ['403 compare', YEAR, { period: '2024-01-01..2024-01-31', compare: 'previous' }],
  ['200', {}, { compare: 'year' }],
  // Intervals, and none by way of a period.
  ['200', DAYS, {}],
  ['200', DAYS, { period: '30d' }],
  ['200', DAYS, { period: '24h' }],
  ['200', DAYS, { interval: 'week', period: '90d' }],
  ['403 interval', DAYS, { interval: 'hour' }],
  ['403 interval', DAYS, { interval: 'month', period: '12mo' }],
  ['403 interval', DAYS, { period: 'minute:1h' }],
  // What is wrong is wrong for everybody.
  ['400 type', COUNTRY, { type: '[1]' }],
  ['400 period', MONTH, { period: 'fortnight' }],
  ['400 interval', {}, { interval: '10s', period: '30d' }],
])('%s for %j asked %j', (verdict, scope, query) => {
  expect(judged(scope, query)).toBe(verdict)
})

test('says what it shows instead', () => {
  expect(() => parse(COUNTRY, { metric: 'dollars' })).toThrow('this share shows only hits, dollars/hits')
  expect(() => parse(MONTH, { interval: 'week' })).toThrow('a period such as week:30d is made of whole ones')
})

test('whatever is asked of it, reads nothing from before or after what it shows, and knows why not', () => {
  const [first, end] = [Date.parse('2026-10-31T23:00:00Z'), Date.parse('2026-11-14T23:00:00Z')]
  const scope: Scope = { periods: ['2026-11-01..2026-11-14'] }
  const HOUR = 3_600_000
  const maybe = (...texts: string[]) => fc.option(fc.constantFrom(...texts), { nil: undefined })
  const hour = fc.integer({ min: -30, max: 15 * 24 })
  const named = fc.record({
    period: maybe('mtd', '7d', 'hour:20d', 'week:3w', '2026-11-02..2026-11-08', 'all', 'mtd|-700'),
  })
  const bounded = fc
    .tuple(hour, hour)
    .map(([from, length]) => ({ from: String(first + from * HOUR), to: String(first + (from + length / 4) * HOUR) }))
  const how = fc.record({
    interval: maybe(...INTERVALS),
    compare: maybe('week', 'previous'),
    tz: maybe('Asia/Tokyo', 'America/New_York', 'Asia/Kolkata'),
  })
  const asked = fc.tuple(fc.oneof(named, bounded), how).map(([when, rest]): Query => {
    const all: Record<string, string | undefined> = { ...when, ...rest }
    return Object.fromEntries(Object.entries(all).flatMap(([name, text]) => (text ? [[name, text]] : [])))
  })
  let shown = 0
  fc.assert(
    fc.property(asked, (query) => {
      if (judged(scope, query) !== '200') return
      shown += 1
      for (const span of spansOf(parse(scope, query))) {
        expect(span.from).toBeGreaterThanOrEqual(first)
        expect(span.to).toBeLessThanOrEqual(end)
      }
    }),
    { numRuns: 3_000 },
  )
  expect(shown).toBeGreaterThan(50)
})
