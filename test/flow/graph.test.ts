import { describe, expect, test } from 'vitest'
import type { Graph } from '../../sdk/wire/query'
import { call, graph, makeSite, type Made } from './api'
import { type Server, startServer } from './server'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const sale = (daysAgo: number, country: string, dollars: number, more: object = {}) => ({
  type: 'sale',
  at: Date.now() - daysAgo * DAY,
  dimensions: { country },
  metrics: { dollars, cost: dollars / 4 },
  ...more,
})

async function counted(events: object[], settings: Record<string, unknown> = {}) {
  const server = await startServer()
  const made = await makeSite(server, settings)
  const { body } = await call(server, 'POST', '/count', events, made.keys.write)
  expect(body).toMatchObject({ accepted: events.length })
  const ask = (query: Record<string, string>) => graph(server, made.site, { type: 'sale', ...query })
  return { server, made, ask }
}

const sums = ({ series }: Graph) => series.map(({ dimension, metric, total }) => [dimension.join('/'), metric, total])

test('sums what a threshold cuts, compares each series, and marks today', async () => {
  const { ask } = await counted([
    ...[sale(0, 'SE', 80), sale(1, 'DE', 40), sale(1, 'NO', 6), sale(0, 'FI', 4)],
    ...[sale(7, 'SE', 20), sale(8, 'NO', 30), sale(8, 'IS', 1)],
  ])
  const query = { metric: 'dollars', dimension: 'country', depth: '1', period: '2d', threshold: '0.1', compare: 'week' }
  const answer = await ask(query)
  expect(sums(answer)).toEqual([
    ['country', 'dollars', 130],
    ['country/SE', 'dollars', 80],
    ['country/DE', 'dollars', 40],
    ['country/…', 'dollars', 10],
  ])
  expect(answer.series.map(({ compare }) => compare?.total)).toEqual([51, 20, 0, 31])
  expect(answer.series[0]!.compare!.points.map(([, value]) => value)).toEqual([31, 20])
  expect(answer.current).toBe(answer.series[0]!.points.at(-1)![0])
  expect(answer.series[0]!.compare!.from).toBe(answer.from - 7 * DAY)
})

test("knows a site's own metrics, functions, and gauges", async () => {
  const metrics = { profit: { plus: ['dollars'], minus: ['cost'] } }
  const { ask } = await counted([sale(0, 'SE', 80), sale(1, 'SE', 40)], { metrics })
  expect(sums(await ask({ metric: 'profit,profit/hits,max(dollars),mean(dollars)', period: '2d' }))).toEqual([
    ['', 'profit', 90],
    ['', 'profit/hits', 45],
    ['', 'max(dollars)', 80],
    ['', 'mean(dollars)', 60],
  ])
})

test('tells distinct visitors that a server names', async () => {
  const { ask } = await counted([
    ...[
      sale(0, 'SE', 1, { visitor: 'ann' }),
      sale(1, 'SE', 1, { visitor: 'ann' }),
      sale(1, 'DE', 1, { visitor: 'bob' }),
    ],
  ])
  const query = { metric: 'visitors', dimension: 'country', depth: '1' }
  for (const period of ['2d', 'month:3mo']) {
    expect(sums(await ask({ ...query, period }))).toEqual([
      ['country', 'visitors', 2],
      ['country/DE', 'visitors', 1],
      ['country/SE', 'visitors', 1],
    ])
  }
})

test('is had as CSV, in which no name is a formula', async () => {
  const { server, made } = await counted([sale(0, '=HYPERLINK("x")', 2)])
  const query = new URLSearchParams({ type: 'sale', dimension: 'country', depth: '1', period: 'day:1d', tzoffset: '0' })
  const response = await fetch(`${server.origin}/graph.csv?${query}`, {
    headers: { Authorization: `Bearer ${made.keys.read}` },
  })
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  const start = new Date(Math.floor(Date.now() / DAY) * DAY).toISOString().replace('.000', '')
  expect(await response.text()).toBe(
    [
      'start,dimension,metric,value',
      `${start},country,hits,1`,
      `${start},"[""country"",""=HYPERLINK(\\""x\\"")""]",hits,1`,
      '',
    ].join('\r\n'),
  )
})

describe('what cannot be answered', () => {
  let asked: { server: Server; made: Made } | undefined
  const ask = async (query: Record<string, string>) => {
    asked ??= await counted([], { timezone: 'Asia/Kolkata' })
    return call(asked.server, 'GET', `/graph?${new URLSearchParams(query)}`, undefined, asked.made.keys.read)
  }

  test.each([
    ['interval', { interval: 'fortnight' }, '10s, minute, hour'],
    ['interval', { interval: 'minute', period: '90d' }, '10000 points'],
    ['metric', { metric: 'median(x)' }, 'min, max, mean, last, sum'],
    ['period', { period: 'soon' }, 'yesterday'],
    ['tz', { tz: 'Europe/Stockholm', period: '7d' }, 'days can be had in Asia/Kolkata'],
    ['dimension', { dimension: JSON.stringify(Array(9).fill('x')) }, 'deeper than 8'],
    ['dimension', { dimension: 'ü'.repeat(129) }, '256 bytes'],
    ['from', { from: 'NaN' }, 'unix milliseconds'],
    ['threshold', { threshold: 'Infinity' }, 'from 0 to 1'],
    ['compare', { compare: 'week', interval: 'month', period: '12mo' }, 'hour, day, week'],
  ])('names %s in %j, and the limit', async (field, query, detail) => {
    const { status, body } = await ask(query as Record<string, string>)
    expect([status, body]).toEqual([
      400,
      { type: 'about:blank', title: 'Bad request', status: 400, field, detail: expect.stringContaining(detail) },
    ])
  })
})
