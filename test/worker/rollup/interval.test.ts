import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill/implementation'
import { describe, expect, test } from 'vitest'
import { INTERVALS, type Interval } from '../../../sdk/wire/query'
import {
  dateOf,
  floor,
  monthOf,
  next,
  offsetAt,
  startOfDate,
  startOfMonth,
  starts,
  type Zones,
} from '../../../worker/rollup/interval'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ZONES = [
  'UTC',
  'Europe/Stockholm',
  'Asia/Kolkata',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'America/Los_Angeles',
  'Pacific/Kiritimati',
]
const FROM = Date.UTC(2024, 0, 1)
const TO = Date.UTC(2028, 0, 1)
const CUT = INTERVALS.filter((interval) => interval !== 'all')

const at = (zone: string): Zones => [{ from: 0, zone }]
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
const zoned = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)

/** Moments of all four years, and crowded around every change of clocks. */
function moments(zone: string): number[] {
  const all: number[] = []
  for (let ms = FROM; ms < TO; ms += 11 * HOUR + 1_234_567) all.push(ms)
  for (let ms = FROM; ms < TO; ms += DAY) {
    if (zoned(ms, zone).offsetNanoseconds === zoned(ms + DAY, zone).offsetNanoseconds) continue
    for (let near = ms - DAY; near < ms + 2 * DAY; near += 7.5 * 60_000) all.push(near, near - 1)
  }
  return all.toSorted((a, b) => a - b)
}

test.each<[Interval, string, string, string]>([
  ['10s', 'Asia/Kolkata', '2026-11-20T12:00:19.999Z', '2026-11-20T12:00:10Z'],
  ['minute', 'Asia/Kolkata', '2026-11-20T12:00:59Z', '2026-11-20T12:00:00Z'],
  ['hour', 'Asia/Kolkata', '2026-11-20T12:10:00Z', '2026-11-20T11:30:00Z'],
  ['hour', 'Asia/Kathmandu', '2026-11-20T12:10:00Z', '2026-11-20T11:15:00Z'],
  ['day', 'Asia/Kolkata', '2026-11-20T23:30:00Z', '2026-11-20T18:30:00Z'],
  ['day', 'Europe/Stockholm', '2026-03-29T23:30:00Z', '2026-03-29T22:00:00Z'], // the 23-hour day is over
  ['day', 'Europe/Stockholm', '2026-10-25T22:30:00Z', '2026-10-24T22:00:00Z'], // the 25-hour day is not
  ['day', 'America/Havana', '2026-03-08T12:00:00Z', '2026-03-08T05:00:00Z'], // begins at one o'clock
  ['day', 'America/Havana', '2026-11-01T05:30:00Z', '2026-11-01T04:00:00Z'], // midnight comes twice; the first counts
  ['hour', 'Australia/Lord_Howe', '2026-04-04T15:10:00Z', '2026-04-04T15:00:00Z'], // half past one comes twice
  ['week', 'UTC', '2026-01-01T00:00:00Z', '2025-12-29T00:00:00Z'],
  ['week', 'UTC', '2026-11-22T23:59:59Z', '2026-11-16T00:00:00Z'],
  ['month', 'America/St_Johns', '2026-12-01T03:00:00Z', '2026-11-01T02:30:00Z'],
  ['quarter', 'UTC', '2026-11-20T12:00:00Z', '2026-10-01T00:00:00Z'],
  ['year', 'Pacific/Kiritimati', '2026-12-31T23:30:00Z', '2026-12-31T10:00:00Z'],
  ['month', 'UTC', '2024-02-29T12:00:00Z', '2024-02-01T00:00:00Z'],
  ['all', 'UTC', '2026-11-20T12:00:00Z', '1970-01-01T00:00:00Z'],
])('%s in %s floors %s to %s', (interval, zone, moment, start) => {
  expect(iso(floor(interval, Date.parse(moment), at(zone)))).toBe(start)
})

test.each<[Interval, string, string, string]>([
  ['day', 'Europe/Stockholm', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['month', 'UTC', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
  ['year', 'UTC', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
  ['hour', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-04T15:30:00Z'],
  ['day', 'Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'], // the 30th was left out
])('%s in %s follows %s with %s', (interval, zone, start, after) => {
  expect(iso(next(interval, Date.parse(start), at(zone)))).toBe(after)
})

describe.each(ZONES)('in %s', (zone) => {
  const zones = at(zone)
  const all = moments(zone)

  test('knows the offset of every moment', () => {
    for (const ms of all) expect(offsetAt(ms, zones)).toBe(zoned(ms, zone).offsetNanoseconds / 1e6)
  })

  test.each(CUT)('puts each moment into exactly one %s, in order', (interval) => {
    let last = Number.NEGATIVE_INFINITY
    for (const ms of all) {
      const start = floor(interval, ms, zones)
      expect(start <= ms && ms < next(interval, start, zones)).toBe(true)
      expect(floor(interval, start, zones)).toBe(start)
      expect(start).toBeGreaterThanOrEqual(last)
      last = start
    }
  })

  test.each(['hour', 'day', 'week', 'month', 'quarter', 'year'] as const)(
    'has no gap between one %s and the next',
    (interval) => {
      const span = interval === 'hour' ? 400 * DAY : TO - FROM
      const list = starts(interval, FROM, FROM + span, zones)
      for (const [i, start] of list.entries()) {
        expect(floor(interval, start, zones)).toBe(start)
        if (i) expect(floor(interval, start - 1, zones)).toBe(list[i - 1])
      }
    },
  )

  test('begins days, weeks, months, quarters and years when Temporal does', () => {
    for (const ms of all.filter((_, i) => i % 9 === 0)) {
      const day = zoned(ms, zone).startOfDay()
      const first = day.with({ day: 1 }).startOfDay()
      const expected: [Interval, Temporal.ZonedDateTime][] = [
        ['day', day],
        ['week', day.subtract({ days: day.dayOfWeek - 1 }).startOfDay()],
        ['month', first],
        ['quarter', first.with({ month: first.month - ((first.month - 1) % 3) }).startOfDay()],
        ['year', first.with({ month: 1 }).startOfDay()],
      ]
      for (const [interval, start] of expected) {
        expect([interval, iso(floor(interval, ms, zones))]).toEqual([interval, iso(start.epochMilliseconds)])
      }
      expect(dateOf(ms, zones)).toBe(day.year * 10_000 + day.month * 100 + day.day)
      expect(monthOf(ms, zones)).toBe(day.year * 100 + day.month)
    }
  })

  test('finds the way back from dates and months', () => {
    for (const ms of all.filter((_, i) => i % 9 === 0)) {
      expect(startOfDate(dateOf(ms, zones), zones)).toBe(floor('day', ms, zones))
      expect(startOfMonth(monthOf(ms, zones), zones)).toBe(floor('month', ms, zones))
    }
  })
})

describe('a site that moved', () => {
  const moved = Date.UTC(2026, 5, 10, 12)
  const zones: Zones = [
    { from: 0, zone: 'Europe/Stockholm' },
    { from: moved, zone: 'America/New_York' },
  ]

  test('counts by its old zone before, by its new one after', () => {
    expect(iso(floor('day', moved - 3 * DAY, zones))).toBe('2026-06-06T22:00:00Z')
    expect(iso(floor('day', moved + 3 * DAY, zones))).toBe('2026-06-13T04:00:00Z')
    expect(iso(floor('hour', Date.UTC(1980, 0, 1, 12, 30), zones))).toBe('1980-01-01T12:00:00Z')
  })

  test.each([
    ['west', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'],
    ['east', 'Pacific/Pago_Pago', 'Pacific/Kiritimati'],
    ['by half an hour', 'Asia/Kolkata', 'Asia/Karachi'],
  ])('has no gap, overlap or step back at the seam, %s', (_, old, young) => {
    const history: Zones = [
      { from: Date.UTC(2026, 0, 1), zone: old },
      { from: moved, zone: young },
    ]
    for (const interval of ['hour', 'day', 'week', 'month'] as const) {
      let last = 0
      for (let ms = moved - 40 * DAY; ms < moved + 40 * DAY; ms += interval === 'hour' ? HOUR / 4 : HOUR) {
        const start = floor(interval, ms, history)
        expect(start >= last && start <= ms && ms < next(interval, start, history)).toBe(true)
        expect(floor(interval, start, history)).toBe(start)
        last = start
      }
    }
    let date = 0
    for (let ms = moved - 3 * DAY; ms < moved + 3 * DAY; ms += HOUR / 4) {
      expect(dateOf(ms, history)).toBeGreaterThanOrEqual(date)
      date = dateOf(ms, history)
    }
  })
})

test('keeps dates in order where clocks went back over midnight', () => {
  const zones = at('America/St_Johns')
  const change = Date.UTC(2010, 10, 7, 2, 31)
  expect(dateOf(change - 1, zones)).toBe(20101107)
  expect(dateOf(change, zones)).toBe(20101107)
  expect(floor('day', change + HOUR / 2, zones)).toBe(change - 60_000)
})

test('sums every interval to the same', () => {
  const moment = fc.integer({ min: FROM, max: FROM + 60 * DAY })
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.array(moment, { minLength: 1 }), (zone, events) => {
      const zones = at(zone)
      for (const interval of INTERVALS) {
        const counts = Map.groupBy(events, (ms) => floor(interval, ms, zones))
        for (const [start, inside] of counts) {
          const naive = events.filter((ms) => ms >= start && ms < next(interval, start, zones))
          expect(inside.length).toBe(naive.length)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('answers at the ends of time', () => {
  for (const zone of ZONES) expect(Number.isFinite(floor('hour', 8.64e15 - 1, at(zone)))).toBe(true)
  expect(starts('all', 0, Date.UTC(2026, 0, 1), at('UTC'))).toEqual([0])
})

test('refuses a zone nobody knows', () => {
  expect(() => floor('day', 0, at('Mars/Olympus'))).toThrow(RangeError)
})
