import { Temporal } from 'temporal-polyfill/implementation'
import { describe, expect, test } from 'vitest'
import { COMPARISONS, INTERVALS, type Comparison, type Interval } from '../../../sdk/wire/query'
import { compareProblem, overlayOf } from '../../../worker/rollup/compare'
import { next, starts, type Zones } from '../../../worker/rollup/interval'

const at = (zone: string): Zones => [{ from: 0, zone }]
const zoned = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
const local = (ms: number, zone: string) => zoned(ms, zone).toPlainDateTime().toString().slice(0, 16)

function overlay(comparison: Comparison, interval: Interval, zone: string, from: string, to: string) {
  const midnight = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
  const zones = at(zone)
  const buckets = starts(interval, midnight(from), midnight(to), zones)
  return { buckets, ...overlayOf(comparison, interval, buckets, zones) }
}

test.each<[Comparison, Interval, string, string, string, string]>([
  ['week', 'day', '2026-11-16', '2026-11-23', '2026-11-09', '2026-11-16'],
  ['week', 'week', '2026-11-02', '2026-11-23', '2026-10-26', '2026-11-16'],
  ['month', 'day', '2026-03-02', '2026-03-09', '2026-02-02', '2026-02-09'],
  ['month', 'week', '2026-11-02', '2026-11-23', '2026-10-05', '2026-10-26'],
  ['month', 'month', '2026-01-01', '2026-04-01', '2025-12-01', '2026-03-01'],
  ['year', 'day', '2026-11-16', '2026-11-23', '2025-11-17', '2025-11-24'],
  ['year', 'week', '2026-11-16', '2026-11-23', '2025-11-17', '2025-11-24'],
  ['year', 'month', '2024-02-01', '2024-04-01', '2023-02-01', '2023-04-01'],
  ['year', 'quarter', '2026-01-01', '2026-07-01', '2025-01-01', '2025-07-01'],
  ['year', 'year', '2024-01-01', '2026-01-01', '2023-01-01', '2025-01-01'],
  ['previous', 'day', '2026-11-01', '2026-11-22', '2026-10-11', '2026-11-01'],
  ['previous', 'month', '2026-03-01', '2026-05-01', '2026-01-01', '2026-03-01'],
  ['previous', 'week', '2026-01-05', '2026-01-19', '2025-12-22', '2026-01-05'],
])('%s: each %s from %s to %s lies over one from %s to %s', (comparison, interval, from, to, first, end) => {
  for (const zone of ['UTC', 'Europe/Stockholm', 'America/Sao_Paulo', 'Pacific/Apia']) {
    const found = overlay(comparison, interval, zone, from, to)
    expect([local(found.starts[0]!, zone), local(found.end, zone)]).toEqual([`${first}T00:00`, `${end}T00:00`])
    expect(found.under).toEqual(found.starts.map((start) => [start]))
    expect(found.starts).toHaveLength(found.buckets.length)
  }
})

describe('across a change of clocks', () => {
  test.each([
    ['Europe/Stockholm', '2026-03-29'],
    ['Europe/Stockholm', '2026-10-25'],
    ['America/Sao_Paulo', '2018-11-04'], // midnight was left out
    ['America/Sao_Paulo', '2019-02-17'], // the hour before it came twice
    ['Australia/Lord_Howe', '2026-04-05'],
    ['America/Havana', '2026-11-01'],
  ])('in %s around %s lies every day and hour over the one of that name a week before', (zone, date) => {
    const from = Temporal.PlainDate.from(date).subtract({ days: 3 })
    for (const [shift, ahead] of [
      [0, 8],
      [7, 15],
    ] as const) {
      const range = [from.add({ days: shift }).toString(), from.add({ days: ahead }).toString()] as const
      const days = overlay('week', 'day', zone, ...range)
      for (const [i, [start]] of days.under.entries()) {
        const before = zoned(days.buckets[i]!, zone).toPlainDate().subtract({ days: 7 })
        expect(zoned(start!, zone).toPlainDate().toString()).toBe(before.toString())
      }
      const hours = overlay('week', 'hour', zone, ...range)
      for (const [i, list] of hours.under.entries()) {
        const hour = zoned(hours.buckets[i]!, zone).toPlainDateTime().subtract({ days: 7 }).toString().slice(0, 13)
        for (const start of list) expect(local(start, zone).slice(0, 13)).toBe(hour)
      }
      const dealt = hours.under.flat()
      expect(new Set(dealt).size).toBe(dealt.length)
    }
  })

  test('an hour that was not there has nothing under it, and one that came twice is dealt once', () => {
    const zone = 'Europe/Stockholm'
    const afterSpring = overlay('week', 'hour', zone, '2026-04-05', '2026-04-06')
    expect(afterSpring.under.map((list) => list.length)).toEqual([1, 1, 0, ...Array.from({ length: 21 }, () => 1)])
    const spring = overlay('week', 'hour', zone, '2026-03-29', '2026-03-30')
    expect([spring.under.length, spring.starts.length]).toEqual([23, 24])
    expect(spring.under.every((list) => list.length === 1)).toBe(true)
    const afterAutumn = overlay('week', 'hour', zone, '2026-11-01', '2026-11-02')
    expect(afterAutumn.under.map((list) => list.length)).toEqual([1, 1, 2, ...Array.from({ length: 21 }, () => 1)])
    const autumn = overlay('week', 'hour', zone, '2026-10-25', '2026-10-26')
    expect(autumn.under.map((list) => list.length)).toEqual([1, 1, 1, 0, ...Array.from({ length: 21 }, () => 1)])
  })

  test('previous counts buckets, whatever the clocks do', () => {
    const {
      buckets,
      starts: earlier,
      end,
    } = overlay('previous', 'hour', 'Europe/Stockholm', '2026-03-29', '2026-03-30')
    expect([earlier.length, end]).toEqual([23, buckets[0]])
  })
})

test('finds days of a site that moved, over those it had before', () => {
  const moved = Date.UTC(2026, 5, 10, 12)
  const zones: Zones = [
    { from: 0, zone: 'Europe/Stockholm' },
    { from: moved, zone: 'America/New_York' },
  ]
  const days = starts('day', moved - 2 * 86_400_000, moved + 12 * 86_400_000, zones)
  const { under, starts: earlier } = overlayOf('week', 'day', days, zones)
  expect(under).toEqual(earlier.map((start) => [start]))
  const hours = starts('hour', moved - 2 * 86_400_000, moved + 12 * 86_400_000, zones)
  const overlaid = overlayOf('week', 'hour', hours, zones)
  expect(new Set(overlaid.under.flat()).size).toBe(overlaid.under.flat().length)
})

test('says what cannot be compared, and compares all the rest', () => {
  const cannot: [Comparison, Interval][] = []
  for (const comparison of COMPARISONS) {
    for (const interval of INTERVALS) {
      if (compareProblem(comparison, interval)) {
        cannot.push([comparison, interval])
        continue
      }
      const [start] = starts(interval, Date.UTC(2026, 4, 5), Date.UTC(2026, 4, 5) + 1, at('UTC'))
      const { under, end } = overlayOf(comparison, interval, [start!], at('UTC'))
      expect(under).toHaveLength(1)
      expect(end).toBeLessThanOrEqual(next(interval, start!, at('UTC')))
    }
  }
  expect(cannot.map((pair) => pair.join(' ')).join(', ')).toBe(
    'week 10s, week minute, week month, week quarter, week year, week all, ' +
      'month 10s, month minute, month quarter, month year, month all, year 10s, year minute, year all, previous all',
  )
})
