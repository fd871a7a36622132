/** The calendar by somebody else's book: where a bucket starts and which one follows, as Temporal has it. The tests' oracle. */
import { Temporal } from 'temporal-polyfill/implementation'
import type { Interval } from '../sdk/wire/query'

const HOUR = 3_600_000
const LENGTHS = { '10s': 10_000, minute: 60_000 } as const
const QUARTER = 3

/** Zones that try a calendar: half hours, quarters, clocks that change by half an hour or at midnight, a date left out. */
export const ZONES = [
  'UTC',
  'Europe/Stockholm',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/Havana',
  'Asia/Tehran',
  'Pacific/Chatham',
]

export const zoned = (ms: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)

/** The first local day of the bucket that a local day lies in, and of the one after. */
const days = {
  day: (day) => [day, day.add({ days: 1 })],
  week: (day) => {
    const monday = day.subtract({ days: day.dayOfWeek - 1 })
    return [monday, monday.add({ days: 7 })]
  },
  month: (day) => [day.with({ day: 1 }), day.with({ day: 1 }).add({ months: 1 })],
  quarter: (day) => {
    const first = day.with({ day: 1, month: day.month - ((day.month - 1) % QUARTER) })
    return [first, first.add({ months: QUARTER })]
  },
  year: (day) => [day.with({ day: 1, month: 1 }), day.with({ day: 1, month: 1 }).add({ years: 1 })],
} satisfies Record<string, (day: Temporal.PlainDate) => [first: Temporal.PlainDate, next: Temporal.PlainDate]>

export type DayInterval = keyof typeof days
export const DAY_INTERVALS = Object.keys(days) as DayInterval[]

/** The first date of the day, week, month, quarter or year that a date lies in: `2026-10-01`. */
export const firstDate = (interval: DayInterval, date: Temporal.PlainDate): string => days[interval](date)[0].toString()

/** The bucket that a moment lies in: [start, end), unix milliseconds. */
export function bucketOf(interval: Interval, ms: number, zone: string): [start: number, end: number] {
  if (interval === 'all') return [0, Number.POSITIVE_INFINITY]
  if (interval === '10s' || interval === 'minute') {
    const start = Math.floor(ms / LENGTHS[interval]) * LENGTHS[interval]
    return [start, start + LENGTHS[interval]]
  }
  const local = zoned(ms, zone)
  if (interval === 'hour') return hourOf(local)
  const [first, next] = days[interval](local.toPlainDate())
  return [startOf(first, zone), startOf(next, zone)]
}

/** Where clocks change by a part of an hour, it begins anew. */
function hourOf(local: Temporal.ZonedDateTime): [start: number, end: number] {
  const { minute, second, millisecond, epochMilliseconds, offsetNanoseconds, timeZoneId } = local
  const start = epochMilliseconds - (minute * 60 + second) * 1000 - millisecond
  const before = zoned(start, timeZoneId)
  if (before.offsetNanoseconds === offsetNanoseconds) return [start, start + HOUR]
  return [before.getTimeZoneTransition('next')!.epochMilliseconds, start + HOUR]
}

export const startOf = (date: Temporal.PlainDate, zone: string): number =>
  date.toZonedDateTime(zone).startOfDay().epochMilliseconds

/** The starts of the buckets that cover [from, to), and where the last one ends. */
export function bucketsOf(interval: Interval, from: number, to: number, zone: string) {
  const starts: number[] = []
  let [start, end] = bucketOf(interval, from, zone)
  for (;;) {
    starts.push(start)
    if (end >= to) return { starts, end }
    ;[start, end] = bucketOf(interval, end, zone)
  }
}
