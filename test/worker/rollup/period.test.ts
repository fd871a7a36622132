import { expect, test } from 'vitest'
import { starts, type Zones } from '../../../worker/rollup/interval'
import { periodOf } from '../../../worker/rollup/period'

const STOCKHOLM: Zones = [{ from: 0, zone: 'Europe/Stockholm' }]
const NOW = Date.parse('2026-11-21T09:12:00Z') // a Saturday, 10:12 in Stockholm
const SPRING = Date.parse('2026-03-29T22:30:00Z') // half past midnight, after a day of 23 hours

function asked(text: string, now = NOW) {
  const period = periodOf(text, now, STOCKHOLM)
  if ('problem' in period) throw new Error(period.problem)
  const buckets = starts(period.interval, period.from, period.to, STOCKHOLM)
  return { ...period, buckets, first: new Date(buckets[0]!).toISOString().slice(0, 16) }
}

test.each([
  ['today', 'hour', '2026-11-20T23:00', 11],
  ['yesterday', 'hour', '2026-11-19T23:00', 24],
  ['24h', 'hour', '2026-11-20T10:00', 24],
  ['hours', 'hour', '2026-11-20T10:00', 24],
  ['day', 'hour', '2026-11-20T10:00', 24],
  ['48h', 'hour', '2026-11-19T10:00', 48],
  ['hour', 'minute', '2026-11-21T08:13', 60],
  ['fivemin', '10s', '2026-11-21T09:07', 30],
  ['7d', 'day', '2026-11-14T23:00', 7],
  ['seven', 'day', '2026-11-13T23:00', 8],
  ['30d', 'day', '2026-10-22T22:00', 30],
  ['thirty', 'day', '2026-10-22T22:00', 30],
  ['90d', 'day', '2026-08-23T22:00', 90],
  ['12mo', 'month', '2025-11-30T23:00', 12],
  ['year', 'week', '2025-11-16T23:00', 53],
  ['1m', '10s', '2026-11-21T09:11', 6],
  ['1h', 'minute', '2026-11-21T08:13', 60],
  ['1d', 'hour', '2026-11-20T10:00', 24],
  ['1w', 'day', '2026-11-14T23:00', 7],
  ['1mo', 'day', '2026-10-21T22:00', 31],
  ['2q', 'month', '2026-05-31T22:00', 6],
  ['1y', 'month', '2025-11-30T23:00', 12],
  ['30m', 'minute', '2026-11-21T08:43', 30],
  ['wtd', 'day', '2026-11-15T23:00', 6],
  ['mtd', 'day', '2026-10-31T23:00', 21],
  ['qtd', 'day', '2026-09-30T22:00', 52],
  ['ytd', 'day', '2025-12-31T23:00', 325],
  ['all', 'all', '1970-01-01T00:00', 1],
  ['day:30d', 'day', '2026-10-22T22:00', 30],
  ['1h:1w', 'hour', '2026-11-14T10:00', 168],
  ['1mo:3y', 'month', '2023-11-30T23:00', 36],
  ['1m:1h', 'minute', '2026-11-21T08:13', 60],
  ['10s:5m', '10s', '2026-11-21T09:07', 30],
  ['1m:3600', 'minute', '2026-11-21T08:13', 60],
  ['month:1y', 'month', '2025-11-30T23:00', 12],
  ['day:1h', 'day', '2026-11-20T23:00', 1],
  ['01/31/2026-02/02/2026', 'day', '2026-01-30T23:00', 3],
  ['2026-03-29..2026-03-29', 'hour', '2026-03-28T23:00', 23],
  ['2026-10-25..2026-10-25', 'hour', '2026-10-24T22:00', 25],
  ['2024-02-28..2024-03-01', 'day', '2024-02-27T23:00', 3],
  ['1/2/2026-1/2/2026', 'hour', '2026-01-01T23:00', 24],
  ['2024-01-01..2025-12-31', 'month', '2023-12-31T23:00', 24],
])('%s is by the %s from %s on, %d buckets', (text, interval, first, count) => {
  const period = asked(text)
  expect([period.interval, period.first, period.buckets.length]).toEqual([interval, first, count])
})

test.each([
  ['7d', 7],
  ['30d', 30],
  ['12mo', 12],
  ['24h', 24],
  ['1h:1w', 167], // a week that lost an hour
])('%s counts whole buckets across a change of clocks: %d', (text, count) => {
  expect(asked(text, SPRING).buckets).toHaveLength(count)
})

test('holds now, but for what is over', () => {
  for (const text of ['today', '24h', '7d', '12mo', 'wtd', 'all', 'day:30d']) {
    const { from, to } = asked(text)
    expect(from <= NOW && NOW < to).toBe(true)
  }
  expect(asked('yesterday').to).toBe(Date.parse('2026-11-20T23:00:00Z'))
})

test.each([
  '',
  'x',
  'constructor',
  '6h:1w',
  'day:',
  'day:0d',
  ':7d',
  'day:7x',
  'hour:1d:2',
  '7',
  '02/30/2026-03/01/2026',
  '2026-02-02..2026-02-01',
  '2026-13-01..2026-14-01',
])('refuses %j and says what there is', (text) => {
  expect(periodOf(text, NOW, STOCKHOLM)).toEqual({ problem: expect.stringContaining('today') })
})

test('goes back no further than time does', () => {
  for (const text of ['1y:999999y', 'day:999999d', '1h:999999w'])
    expect(asked(text.replace('1h', '1y')).from).toBeGreaterThan(-86_400_000 * 2)
})
