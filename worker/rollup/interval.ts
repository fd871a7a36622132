/**
 * The intervals: where a bucket starts, where the next one does, and from which level it is read.
 * Hours, days and everything longer are cut in the site's zone; weeks begin on Monday. Pure: `now` is never asked.
 */
import type { Interval } from '../../sdk/wire/query'
import { type Calendar, calendarOf, DAY, type Zones } from './calendar'

export type { Zones } from './calendar'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

interface Rule {
  floor(ms: number, calendar: Calendar): number
  /** The start after a start. */
  next(start: number, calendar: Calendar): number
  /** The kept level whose buckets it is summed from. */
  from: 'fragment' | 'hour' | 'day' | 'month'
}

const grid = (length: number): Rule => ({
  floor: (ms) => Math.floor(ms / length) * length,
  next: (start) => start + length,
  from: 'fragment',
})

/** A whole number of days, named by its first: `shift` 1 is the one after. */
const days = (firstOf: (day: number, shift: number) => number, from: Rule['from']): Rule => ({
  floor: (ms, calendar) => calendar.startOfDay(firstOf(calendar.day(ms), 0)),
  next: (start, calendar) => calendar.startOfDay(firstOf(calendar.day(start), 1)),
  from,
})

/** The end of the bucket `all`: every calendar still reaches it. */
export const FOREVER = Date.UTC(9999, 0)

const months = (count: number): Rule => days((day, shift) => firstOfMonths(day, count, shift), 'month')

export const rules = {
  '10s': grid(10 * SECOND),
  minute: grid(MINUTE),
  hour: { floor: floorHour, next: nextHour, from: 'hour' },
  day: days((day, shift) => day + shift, 'day'),
  week: days((day, shift) => mondayOf(day) + 7 * shift, 'day'),
  month: months(1),
  quarter: months(3),
  year: months(12),
  all: {
    floor: () => 0,
    next: (start) => (start < FOREVER ? FOREVER : Number.POSITIVE_INFINITY),
    from: 'month',
  },
} satisfies Record<Interval, Rule>

export const floor = (interval: Interval, ms: number, zones: Zones): number =>
  rules[interval].floor(ms, calendarOf(zones))

export const next = (interval: Interval, start: number, zones: Zones): number =>
  rules[interval].next(start, calendarOf(zones))

/** The bucket starts that cover [from, to). */
export function starts(interval: Interval, from: number, to: number, zones: Zones): number[] {
  const rule = rules[interval]
  const calendar = calendarOf(zones)
  const list: number[] = []
  for (let start = rule.floor(from, calendar); start < to; start = rule.next(start, calendar)) list.push(start)
  return list
}

/** Local time minus UTC, in milliseconds. */
export const offsetAt = (ms: number, zones: Zones): number => calendarOf(zones).offset(ms)

/** The local calendar date, as yyyymmdd. */
export function dateOf(ms: number, zones: Zones): number {
  const date = new Date(calendarOf(zones).day(ms) * DAY)
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
}

export const startOfDate = (yyyymmdd: number, zones: Zones): number =>
  calendarOf(zones).startOfDay(dayOf(Math.floor(yyyymmdd / 10_000), Math.floor(yyyymmdd / 100) % 100, yyyymmdd % 100))

/** The local calendar month, as yyyymm. */
export const monthOf = (ms: number, zones: Zones): number => Math.floor(dateOf(ms, zones) / 100)

export const startOfMonth = (yyyymm: number, zones: Zones): number => startOfDate(yyyymm * 100 + 1, zones)

/** The day of a date; months count from 1 and may lie beyond the year, as days may lie beyond the month. */
export const dayOf = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) / DAY

const mondayOf = (day: number): number => day - ((((day + 3) % 7) + 7) % 7)

/** The first day of the month, quarter or year that a day lies in, or of a later one. */
function firstOfMonths(day: number, count: number, shift: number): number {
  const date = new Date(day * DAY)
  const month = date.getUTCMonth()
  return dayOf(date.getUTCFullYear(), month - (month % count) + 1 + shift * count, 1)
}

/** The local hour: clocks half an hour off begin theirs at :30 UTC. Where they change by less than an hour, an hour is cut there. */
function floorHour(ms: number, calendar: Calendar): number {
  const offset = calendar.offset(ms)
  const start = Math.floor((ms + offset) / HOUR) * HOUR - offset
  return calendar.offset(start) === offset ? start : calendar.changeBetween(start, ms)
}

function nextHour(start: number, calendar: Calendar): number {
  const offset = calendar.offset(start)
  const end = Math.floor((start + offset) / HOUR + 1) * HOUR - offset
  return calendar.offset(end - 1) === offset ? end : calendar.changeBetween(start, end - 1)
}
