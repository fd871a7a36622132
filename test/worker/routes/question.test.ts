import { describe, expect, test } from 'vitest'
import type { Site } from '../../../worker/ingest/settings'
import type { Derived } from '../../../worker/rollup/metric'
import type { Access } from '../../../worker/routes/access'
import { Problem } from '../../../worker/routes/problem'
import type { Query } from '../../../worker/routes/parsed'
import { questionOf } from '../../../worker/routes/question'
import { siteWith } from '../../site'

const HOUR = 3_600_000
const NOW = Date.parse('2026-11-21T09:12:00Z')

const siteIn = (zone: string): Site & { metrics: Record<string, Derived> } => ({
  ...siteWith({ zones: [{ from: 0, zone }] }),
  metrics: { profit: { plus: ['dollars'], minus: ['cost'] }, margin: { plus: ['dollars'], per: { plus: ['cost'] } } },
})

const parse = (query: Query, zone = 'Europe/Stockholm', access: Access = { level: 'admin' }) =>
  questionOf(query, siteIn(zone), access, NOW)

function problemOf(query: Query, zone?: string, access?: Access) {
  try {
    parse(query, zone, access)
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, field: error.field, detail: error.detail }
    throw error
  }
  return undefined
}

test('asks for the last 24 hours of hits unless told otherwise, and takes an empty value for none', () => {
  const empty: Query = { type: '', metric: '', period: '', depth: '', tz: '', sort: '', where: '', threshold: '' }
  for (const query of [{}, empty]) {
    expect(parse(query)).toMatchObject({
      type: '_',
      dimension: [],
      metrics: [{ text: 'hits' }],
      interval: 'hour',
      depth: 0,
      sort: { metric: { text: 'hits' }, descending: true },
      limit: 10,
      timezone: 'Europe/Stockholm',
      now: NOW,
    })
  }
})

describe("HailWhale's words", () => {
  test.each([
    ['request', 'request'],
    ['request.sql', 'request.sql'],
    ['["site","page"]', 'site.page'],
    ["['site','page']", 'site.page'],
    ['["site"]', 'site'],
    ['"site"', 'site'],
    ['_', '_'],
  ])('pk=%s is the type %s', (pk, type) => {
    expect(parse({ pk }).type).toBe(type)
    expect(parse({ type: pk }).type).toBe(type)
  })

  test.each([
    ['hits', ['hits']],
    ['hits,dollars', ['hits', 'dollars']],
    ['hits, hits , dollars/hits', ['hits', 'dollars/hits']],
    ['hits: ,dollars:_', ['hits:+', 'dollars:_']],
    ['["hits","hits:+"]', ['hits', 'hits:+']],
    ["['hits','dollars']", ['hits', 'dollars']],
    ['"hits"', ['hits']],
    ['{"dollars":"hits"}', ['dollars/hits']],
    ["{'dollars':'hits','cost':'hits'}", ['dollars/hits', 'cost/hits']],
    ['["hits",{"dollars":"hits"}]', ['hits', 'dollars/hits']],
    ['max(dollars),profit,margin', ['max(dollars)', 'profit', 'margin']],
  ])('metrics=%s are %j', (metrics, texts) => {
    expect(parse({ metrics }).metrics.map(({ text }) => text)).toEqual(texts)
    expect(parse({ metric: metrics }).metrics.map(({ text }) => text)).toEqual(texts)
  })

  test.each<[string, string[]]>([
    ['_', []],
    ['["_"]', []],
    ['[]', []],
    ['country', ['country']],
    ['country,SE', ['country,SE']],
    ['["country","SE"]', ['country', 'SE']],
    ["['country','SE']", ['country', 'SE']],
    [`["who's"]`, ["who's"]],
    ['["sku",7]', ['sku', '7']],
    ['{"country":"US"}', ['country', 'US']],
    ['{"country":{"US":"CA"}}', ['country', 'US', 'CA']],
    ['{"country":["US","CA"]}', ['country', 'US', 'CA']],
  ])('dimensions=%s is the path %j', (dimensions, path) => {
    expect(parse({ dimensions }).dimension).toEqual(path)
    expect(parse({ dimension: dimensions }).dimension).toEqual(path)
  })

  test.each([
    ['-700', 'Etc/GMT+7', '2026-11-01T07:00:00Z'],
    ['200', 'Etc/GMT-2', '2026-10-31T22:00:00Z'],
    [' 200', 'Etc/GMT-2', '2026-10-31T22:00:00Z'], // what becomes of +200
    ['0.0', 'UTC', '2026-11-01T00:00:00Z'],
    ['1400', 'Etc/GMT-14', '2026-10-31T10:00:00Z'],
    ['-1200', 'Etc/GMT+12', '2026-11-01T12:00:00Z'],
  ])('tzoffset=%s is %s, and so is mtd|%s', (tzoffset, timezone, from) => {
    const queries: Query[] = [{ period: 'mtd', tzoffset }, { period: `mtd|${tzoffset}` }]
    for (const query of queries) {
      const question = parse(query)
      expect([question.timezone, new Date(question.from).toISOString().replace('.000', '')]).toEqual([timezone, from])
    }
  })

  test('a period may name its zone', () => {
    expect(parse({ period: 'mtd|America/New_York' })).toMatchObject({ timezone: 'America/New_York', level: 'hour' })
    expect(parse({ period: '|-700' })).toMatchObject({ timezone: 'Etc/GMT+7', interval: 'hour' })
  })
})

test('takes a date alone for the start of that day where it is asked', () => {
  expect(parse({ from: '2026-11-01', to: '2026-11-03' })).toMatchObject({
    from: Date.parse('2026-10-31T23:00Z'),
    to: Date.parse('2026-11-02T23:00Z'),
    interval: 'hour',
  })
  expect(parse({ from: '2026-11-01T12:00:00Z', to: String(NOW) })).toMatchObject({
    from: Date.parse('2026-11-01T12:00Z'),
    to: NOW,
  })
})

test('carries what is asked beyond a series', () => {
  const query = { depth: '2', limit: '5', rest: '1', threshold: '0.1', compare: 'week', where: '{"country":"SE"}' }
  expect(parse({ ...query, sort: 'hits: ' })).toMatchObject({
    depth: 2,
    limit: 5,
    rest: true,
    threshold: 0.1,
    compare: 'week',
    where: expect.anything(),
    sort: { metric: { text: 'hits:+' }, descending: false },
  })
  expect(parse({ rest: '0' })).not.toHaveProperty('rest')
})

const LONG = 'ü'.repeat(129)

test.each<[field: string, query: Query, detail: string]>([
  ['colour', { colour: 'red' }, 'known are'],
  ['interval', { interval: 'fortnight' }, 'is not one of 10s, minute'],
  ['interval', { interval: '10s', period: '30d' }, 'more than 10000 points'],
  ['interval', { interval: 'minute', period: '8d' }, 'more than 10000 points'],
  ['interval', { interval: 'hour', from: '2020-01-01' }, 'more than 10000 points'],
  ['interval', { interval: 'day', period: 'all' }, 'more than 10000 points'],
  ['metric', { metric: 'a/b/c' }, 'is not a metric'],
  ['metric', { metric: 'median(x)' }, 'max'],
  ['metrics', { metrics: 'hits:often' }, 'is not a metric'],
  ['metric', { metric: 'margin/hits' }, 'ratio already'],
  ['metric', { metric: ',' }, 'must be a metric'],
  ['metric', { metric: '[1]' }, 'must be a metric'],
  ['metric', { metric: '{"a":1}' }, 'must be a metric'],
  ['metric', { metric: '["a"' }, 'is not JSON'],
  ['metric', { metric: Array.from({ length: 17 }, (_, i) => `m${i}`).join() }, 'more than 16'],
  ['metric', { metric: 'x'.repeat(600) }, 'at most 540 characters'],
  ['sort', { sort: '-a/b/c' }, 'is not a metric'],
  ['period', { period: 'fortnight' }, 'is not one of today, yesterday, 24h'],
  ['period', { period: '2026-02-30..2026-03-01' }, 'is not one of'],
  ['period', { period: 'mtd|1|2' }, 'more than one zone'],
  ['period', { period: 'mtd|-700', tz: 'UTC' }, 'names a zone'],
  ['period', { period: '7d', from: '0' }, 'not both'],
  ['from', { from: 'NaN' }, 'unix milliseconds or an ISO date'],
  ['from', { from: 'Infinity' }, 'unix milliseconds'],
  ['from', { from: '1e400' }, 'unix milliseconds'],
  ['from', { from: '9'.repeat(400) }, 'before the year 9999'],
  ['from', { to: '0' }, 'is missing'],
  ['to', { from: '0', to: '-Infinity' }, 'unix milliseconds'],
  ['to', { from: '0', to: '2026-13-01' }, 'unix milliseconds'],
  ['from', { from: '2026-02-01', to: '2026-01-01' }, 'before to'],
  ['tz', { tz: 'Mars/Olympus' }, 'IANA zone'],
  ['tz', { period: 'mtd|Mars/Olympus' }, 'IANA zone'],
  ['tz', { tz: 'America/New_York', interval: 'month', period: '12mo' }, 'hours, days and weeks'],
  ['from', { tz: 'America/New_York', period: 'day:200d' }, 'kept 93 days'],
  ['from', { tz: 'America/New_York', period: '30d', compare: 'year' }, 'kept 93 days'],
  ['tzoffset', { tzoffset: '-350' }, 'whole hours'],
  ['tzoffset', { tzoffset: '-7' }, '-700'],
  ['tzoffset', { tzoffset: 'NaN' }, 'from -1200 to 1400'],
  ['tzoffset', { tzoffset: 'Infinity' }, 'from -1200 to 1400'],
  ['tzoffset', { tzoffset: '1500' }, 'from -1200 to 1400'],
  ['tzoffset', { tzoffset: '0', tz: 'UTC' }, 'not both'],
  ['dimension', { dimension: JSON.stringify(Array(9).fill('a')) }, 'deeper than 8'],
  ['dimension', { dimension: LONG }, 'longer than 256 bytes'],
  ['dimensions', { dimensions: JSON.stringify(['a', LONG]) }, 'longer than 256 bytes'],
  ['dimension', { dimension: '["a","b\\u001fc"]' }, 'control character'],
  ['dimension', { dimension: '{"a":"1","b":"2"}' }, 'one path'],
  ['dimension', { dimension: '{"a":null}' }, 'list of names'],
  ['dimension', { dimension: '[["a"]]' }, 'list of names'],
  ['dimension', { dimension: '["a"' }, 'is not JSON'],
  ['type', { type: LONG }, 'longer than 256 bytes'],
  ['pk', { pk: '[1]' }, 'dotted name'],
  ['depth', { depth: '9' }, 'from 0 to 8'],
  ['depth', { depth: 'NaN' }, 'from 0 to 8'],
  ['limit', { limit: '1001' }, 'from 1 to 1000'],
  ['limit', { limit: '1.5' }, 'from 1 to 1000'],
  ['rest', { rest: 'maybe' }, 'is not one of'],
  ['threshold', { threshold: 'NaN' }, 'from 0 to 1'],
  ['threshold', { threshold: 'Infinity' }, 'from 0 to 1'],
  ['threshold', { threshold: '10' }, 'from 0 to 1'],
  ['threshold', { threshold: '0.1', metric: 'dollars/hits' }, 'is a ratio'],
  ['compare', { compare: 'decade' }, 'week, month, year, previous'],
  ['compare', { compare: 'week', period: '12mo' }, 'hour, day, week'],
  ['compare', { compare: 'week', period: 'hour' }, 'hour, day, week'],
  ['compare', { compare: 'previous', period: 'all' }, 'nothing before all'],
  ['where', { where: '{' }, 'JSON'],
])('names %s in %j: %s', (field, query, detail) => {
  expect(problemOf(query)).toEqual({ status: 400, field, detail: expect.stringContaining(detail) })
})

describe('another zone', () => {
  test.each([
    ['Europe/Stockholm', 'Asia/Kolkata', 'Europe/Stockholm', 'Etc/GMT-'],
    ['Asia/Kolkata', 'Europe/Stockholm', 'Asia/Kolkata', 'Asia/Tehran'],
    ['Asia/Kathmandu', 'UTC', 'Asia/Kathmandu', 'Australia/Eucla'],
  ])('than %s that is not whole hours from it, %s, is told which days there are', (own, tz, ...named) => {
    for (const interval of ['hour', 'day', 'week']) {
      const problem = problemOf({ tz, interval, period: '30d' }, own)
      expect(problem).toMatchObject({ status: 400, field: 'tz' })
      for (const name of named) expect(problem!.detail).toContain(name)
    }
    expect(problemOf({ tz, period: 'hour' }, own)).toBeUndefined()
  })

  test('is refused where it leaves the grid in the middle of the range', () => {
    // Lord Howe changes its clocks by half an hour, on 2026-10-04: +10:30 before, +11 after.
    const query = { tz: 'Australia/Lord_Howe', interval: 'day' }
    expect(problemOf({ ...query, from: '2026-09-20', to: '2026-11-01' })).toMatchObject({ field: 'tz' })
    expect(problemOf({ ...query, from: '2026-10-10', to: '2026-11-01' })).toBeUndefined()
  })

  test('is read from hours', () => {
    expect(parse({ tz: 'America/New_York', period: '7d' })).toMatchObject({ level: 'hour', interval: 'day' })
    expect(parse({ tz: 'America/New_York', period: 'hour' })).not.toHaveProperty('level')
    expect(parse({ tz: 'Europe/Stockholm', period: '7d' })).not.toHaveProperty('level')
    expect(parse({ tz: 'America/New_York', period: '7d' }).from % HOUR).toBe(0)
  })
})
