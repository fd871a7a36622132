import { expect, test } from 'vitest'
import type { Graph } from '../../sdk/wire/query'
import { call, graph, makeSite } from './api'
import { startServer } from './server'

const DAY = 86_400_000

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
  const now = [sale(0, 'SE', 80), sale(1, 'DE', 40), sale(1, 'NO', 6), sale(0, 'FI', 4)]
  const then = [sale(7, 'SE', 20), sale(8, 'NO', 30), sale(8, 'IS', 1)]
  const { ask } = await counted([...now, ...then])
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

test("knows a site's own metrics, and functions of any", async () => {
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
    sale(0, 'SE', 1, { visitor: 'ann' }),
    sale(1, 'SE', 1, { visitor: 'ann' }),
    sale(1, 'DE', 1, { visitor: 'bob' }),
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

test('names what cannot be answered, and the limit', async () => {
  const { server, made } = await counted([], { timezone: 'Asia/Kolkata' })
  const cases: [field: string, query: Record<string, string>, detail: string][] = [
    ['interval', { interval: 'fortnight' }, '10s, minute, hour'],
    ['interval', { interval: 'minute', period: '90d' }, '10000 points'],
    ['metric', { metric: 'median(x)' }, 'last, min, max, mean, sum'],
    ['period', { period: 'soon' }, 'yesterday'],
    ['tz', { tz: 'Europe/Stockholm', period: '7d' }, 'days can be had in Asia/Kolkata'],
    ['dimension', { dimension: JSON.stringify(Array(9).fill('x')) }, 'deeper than 8'],
    ['dimension', { dimension: 'ü'.repeat(129) }, '256 bytes'],
    ['from', { from: 'NaN' }, 'unix milliseconds'],
    ['threshold', { threshold: 'Infinity' }, 'from 0 to 1'],
    ['compare', { compare: 'week', interval: 'month', period: '12mo' }, 'hour, day, week'],
  ]
  for (const [field, query, detail] of cases) {
    const answer = await call(server, 'GET', `/graph?${new URLSearchParams(query)}`, undefined, made.keys.read)
    expect(answer).toEqual({
      status: 400,
      body: { type: 'about:blank', title: 'Bad request', status: 400, field, detail: expect.stringContaining(detail) },
    })
  }
})

test('takes a site by its name, draws what it is compared with, and knows seconds from milliseconds', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { name: 'pottery' })
  const day = 86_400_000
  const events = [0, 1, 7, 8, 8].map((back) => ({ type: 'x', at: Date.now() - back * day }))
  await call(server, 'POST', '/count', events, keys.write)
  const query = `type=x&period=day:3d&compare=week`
  const named = await call<Graph>(server, 'GET', `/graph?site=pottery&${query}`)
  const numbered = await call<Graph>(server, 'GET', `/graph?site=${site}&${query}`)
  expect(named.body.series).toEqual(numbered.body.series)
  expect(named.body.series[0]).toMatchObject({ total: 2, compare: { total: 3 } })
  const svg = await fetch(`${server.origin}/graph.svg?site=pottery&${query}`, {
    headers: { Authorization: `Bearer ${keys.read}` },
  })
  expect(await svg.text()).toContain('hits before')
  const seconds = await call<{ detail: string }>(server, 'GET', `/graph?site=${site}&type=x&from=1761000000`)
  expect([seconds.status, seconds.body.detail]).toEqual([400, expect.stringContaining('looks like seconds')])
  expect((await call(server, 'GET', `/graph?site=other&type=x`, undefined, keys.read)).status).toBe(403)
  expect((await call(server, 'GET', `/graph?site=other&type=x`)).status).toBe(404)
})
