/** Time along an axis: which moments get a label, and what it says, in the graph's own zone. */
import type { Interval } from '../wire/query'

const DAY = 86_400_000

/** A moment on the clocks of a zone. `day` counts from 1970-01-01. */
interface Local {
  ms: number
  year: number
  month: number
  date: number
  minute: number
  day: number
}

export type ToLocal = (ms: number) => Local

export function clockIn(timezone: string): ToLocal {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0 } = parts
    return { ms, year, month, date, minute: hour * 60 + minute, day: Date.UTC(year, month - 1, date) / DAY }
  }
}

type Key = (local: Local) => number

const minutes =
  (count: number): Key =>
  ({ day, minute }) =>
    Math.floor((day * 1440 + minute) / count)
const week: Key = ({ day }) => Math.floor((day + 3) / 7)
const months =
  (count: number): Key =>
  ({ year, month }) =>
    Math.floor((year * 12 + month - 1) / count)

/** Two moments are in one bucket where these are equal. */
const bucketKeys: Record<Interval, Key> = {
  '10s': ({ ms }) => Math.floor(ms / 10_000),
  minute: minutes(1),
  hour: minutes(60),
  day: ({ day }) => day,
  week,
  month: months(1),
  quarter: months(3),
  year: months(12),
  all: () => 0,
}

/** Whether a range ends within the bucket that starts here: it is still being counted. */
export const isOpen = (interval: Interval, start: number, to: number, local: ToLocal): boolean =>
  bucketKeys[interval](local(start)) === bucketKeys[interval](local(to))

type Style = 'time' | 'date' | 'month' | 'year'

/** From fine to coarse: a label stands where the key changes from one bucket to the next. */
const steps: readonly { key: Key; style: Style }[] = [
  ...[1, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((count) => ({ key: minutes(count), style: 'time' as const })),
  { key: ({ day }) => day, style: 'date' },
  { key: ({ day }) => Math.floor(day / 2), style: 'date' },
  { key: week, style: 'date' },
  { key: (local) => Math.floor(week(local) / 2), style: 'date' },
  ...[1, 2, 3, 6].map((count) => ({ key: months(count), style: 'month' as const })),
  ...[12, 24, 60, 120].map((count) => ({ key: months(count), style: 'year' as const })),
]

export interface Tick {
  ms: number
  text: string
}

/** At most so many labels, at bucket starts. */
export function timeTicks(starts: readonly number[], most: number, timezone: string): Tick[] {
  const local = clockIn(timezone)
  const labels = labelsIn(timezone)
  const [first] = starts
  if (first === undefined) return []
  // Before the first bucket there is its last moment before, so that it too has a key to differ from.
  const locals = [first - 1, ...starts].map(local)
  for (const { key, style } of steps) {
    const keys = locals.map(key)
    const found = locals.filter((_, i) => i > 0 && keys[i] !== keys[i - 1])
    if (found.length <= most) return found.map((each) => ({ ms: each.ms, text: labels(each, style) }))
  }
  return []
}

function labelsIn(timezone: string): (local: Local, style: Style) => string {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hourCycle: 'h23', ...options })
  const time = format({ hour: '2-digit', minute: '2-digit' })
  const date = format({ day: 'numeric', month: 'short' })
  const month = format({ month: 'short' })
  const year = format({ year: 'numeric' })
  // A midnight says which day it begins, a January which year.
  const finest: Record<Style, (local: Local) => Intl.DateTimeFormat> = {
    time: ({ minute }) => (minute === 0 ? date : time),
    date: () => date,
    month: (local) => (local.month === 1 ? year : month),
    year: () => year,
  }
  return (local, style) => finest[style](local).format(local.ms)
}

/** From when to when, for a reader who sees no axis. */
export function rangeText(from: number, to: number, timezone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, dateStyle: 'medium', timeStyle: 'short' })
  return `${format.format(from)} to ${format.format(to)}, ${timezone}`
}
