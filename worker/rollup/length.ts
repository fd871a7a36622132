/** How long buckets are in a unit of the calendar: a day of 23 hours is one day, February is one month. */
import { type Calendar, calendarOf, DAY, type Zones } from './calendar'
import { dayOf } from './interval'

const SECOND = 1_000

/** Where a moment lies, counted in the unit: whole at the unit's own starts. Lengths are differences. */
const positions = {
  seconds: (ms) => ms / SECOND,
  minutes: (ms) => ms / (60 * SECOND),
  hours: (ms) => ms / (3_600 * SECOND),
  days: dayPosition,
  weeks: (ms, calendar) => dayPosition(ms, calendar) / 7,
  months: (ms, calendar) => {
    const [year, month] = monthAt(ms, calendar)
    const first = dayOf(year, month, 1)
    return year * 12 + month + (dayPosition(ms, calendar) - first) / (dayOf(year, month + 1, 1) - first)
  },
  years: (ms, calendar) => {
    const [year] = monthAt(ms, calendar)
    const first = dayOf(year, 1, 1)
    return year + (dayPosition(ms, calendar) - first) / (dayOf(year + 1, 1, 1) - first)
  },
} satisfies Record<string, (ms: number, calendar: Calendar) => number>

export type Unit = keyof typeof positions
export const isUnit = (name: string): name is Unit => Object.hasOwn(positions, name)

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
  const at = (ms: number) => positions[unit](ms, calendar)
  return starts.map((start, i) => at(ends[i] ?? starts[i + 1] ?? end) - at(start))
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

function dayPosition(ms: number, calendar: Calendar): number {
  const day = calendar.day(ms)
  const start = calendar.startOfDay(day)
  return day + (ms - start) / (calendar.startOfDay(day + 1) - start)
}

function monthAt(ms: number, calendar: Calendar): [year: number, month: number] {
  const date = new Date(calendar.day(ms) * DAY)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1]
}
