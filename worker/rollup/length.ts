/** How long buckets are in a unit of the calendar: a day of 23 hours is one day, February is one month. */
import { type Calendar, calendarOf, DAY, type Zones } from './calendar'
import { dayOf } from './interval'

const SECOND = 1_000

/**
 * A place in time, counted in a unit: whole ones since 1970, and how far into the next. Apart, because the difference of
 * two large numbers would keep few digits of a short bucket.
 */
type Place = readonly [whole: number, part: number]

const fixed =
  (length: number) =>
  (ms: number): Place => {
    const whole = Math.floor(ms / length)
    return [whole, (ms - whole * length) / length]
  }

const places = {
  seconds: fixed(SECOND),
  minutes: fixed(60 * SECOND),
  hours: fixed(3_600 * SECOND),
  days: dayPlace,
  weeks: (ms, calendar) => {
    const [day, part] = dayPlace(ms, calendar)
    const week = Math.floor(day / 7)
    return [week, (day - 7 * week + part) / 7]
  },
  months: (ms, calendar) => {
    const [year, month] = monthAt(ms, calendar)
    const first = dayOf(year, month, 1)
    return [year * 12 + month, partOf(first, dayOf(year, month + 1, 1), ms, calendar)]
  },
  years: (ms, calendar) => {
    const [year] = monthAt(ms, calendar)
    return [year, partOf(dayOf(year, 1, 1), dayOf(year + 1, 1, 1), ms, calendar)]
  },
} satisfies Record<string, (ms: number, calendar: Calendar) => Place>

export type Unit = keyof typeof places
export const isUnit = (name: string): name is Unit => Object.hasOwn(places, name)

export interface Buckets {
  starts: readonly number[]
  /** Where the last one ends. */
  end: number
  /** Where each one ends, if not where the next begins. */
  ends?: readonly number[]
  zones: Zones
}

export function lengths(unit: Unit, { starts, end, ends = [], zones }: Buckets): number[] {
  const calendar = calendarOf(zones)
  return starts.map((start, i) => {
    const [first, from] = places[unit](start, calendar)
    const [last, to] = places[unit](ends[i] ?? starts[i + 1] ?? end, calendar)
    return last - first + (to - from)
  })
}

/** Of the month each bucket begins in; and of all months that buckets begin in, each once. */
export function daysInMonths({ starts, zones }: Buckets): { values: number[]; total: number } {
  const calendar = calendarOf(zones)
  const months = new Map<string, number>()
  const values = starts.map((start) => {
    const [year, month] = monthAt(start, calendar)
    const days = dayOf(year, month + 1, 1) - dayOf(year, month, 1)
    months.set(`${year}-${month}`, days)
    return days
  })
  return { values, total: [...months.values()].reduce((total, days) => total + days, 0) }
}

function dayPlace(ms: number, calendar: Calendar): Place {
  const day = calendar.day(ms)
  const start = calendar.startOfDay(day)
  return [day, (ms - start) / (calendar.startOfDay(day + 1) - start)]
}

/** How far a moment is into a stretch of days. */
function partOf(first: number, next: number, ms: number, calendar: Calendar): number {
  const [day, part] = dayPlace(ms, calendar)
  return (day - first + part) / (next - first)
}

function monthAt(ms: number, calendar: Calendar): [year: number, month: number] {
  const date = new Date(calendar.day(ms) * DAY)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1]
}
