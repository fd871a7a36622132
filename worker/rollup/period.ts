/**
 * Named periods: where each begins and ends, and the interval that draws it well. Days are the site's.
 * A length of time ends with the current bucket and counts whole buckets: `24h` is 24 hours, this one included.
 */
import type { Interval } from '../../sdk/wire/query'
import { calendarOf, DAY } from './calendar'
import { dayOf, floor, next, startOfDate, type Zones } from './interval'

export interface Period {
  from: number
  /** Exclusive; just past now, where it is not over. */
  to: number
  interval: Interval
}

const HOUR = 3_600_000
/** A range of so few days is drawn by the hour. */
const HOURLY_DAYS = 2
/** And one of so many by the day. */
const DAILY_DAYS = 400

/**
 * Every period that has a name. `since` is from the start of this day, week, month… until now, or, `back`, of the one
 * before until its end; a text is short for `interval:length`. `seven` is HailWhale's: seven whole days and this one.
 */
const named: Record<string, { since: Interval; back?: true; interval: Interval } | string> = {
  today: { since: 'day', interval: 'hour' },
  yesterday: { since: 'day', back: true, interval: 'hour' },
  '24h': 'hour:24h',
  '7d': 'day:7d',
  '30d': 'day:30d',
  '90d': 'day:90d',
  '12mo': 'month:12mo',
  wtd: { since: 'week', interval: 'day' },
  mtd: { since: 'month', interval: 'day' },
  qtd: { since: 'quarter', interval: 'day' },
  ytd: { since: 'year', interval: 'day' },
  all: { since: 'all', interval: 'all' },
  hour: 'minute:1h',
  hours: 'hour:24h',
  day: 'hour:24h',
  seven: 'day:8d',
  thirty: 'day:30d',
  year: 'week:1y',
  fivemin: '10s:5m',
}

/** HailWhale's units, found by any beginning of theirs, the first that fits: `m` is minutes, `mo` months. */
const units: readonly { name: string; interval: Interval; ms?: number; days?: number; months?: number }[] = [
  { name: 'seconds', interval: '10s', ms: 1_000 },
  { name: 'minutes', interval: 'minute', ms: 60_000 },
  { name: 'hours', interval: 'hour', ms: HOUR },
  { name: 'days', interval: 'day', days: 1 },
  { name: 'weeks', interval: 'week', days: 7 },
  { name: 'months', interval: 'month', months: 1 },
  { name: 'quarters', interval: 'quarter', months: 3 },
  { name: 'years', interval: 'year', months: 12 },
]
type Unit = (typeof units)[number]

/** What a bare length is drawn by, where its own unit would make few points of it; and one of a single unit. */
const finer: Partial<Record<Interval, Interval>> = { week: 'day', quarter: 'month', year: 'month' }
const ofOne: Partial<Record<Interval, Interval>> = {
  ...finer,
  minute: '10s',
  hour: 'minute',
  day: 'hour',
  month: 'day',
}

export function periodOf(text: string, now: number, zones: Zones): Period | { problem: string } {
  const period = Object.hasOwn(named, text) ? named[text]! : text
  if (typeof period === 'string') {
    return lengthOf(period, now, zones) ?? datesOf(period, zones) ?? { problem: problemWith(text) }
  }
  const { since, back, interval } = period
  const start = floor(since, now, zones)
  return back ? { from: floor(since, start - 1, zones), to: start, interval } : { from: start, to: now + 1, interval }
}

const problemWith = (text: string): string =>
  `"${text.slice(0, 80)}" is not one of ${Object.keys(named).join(', ')}, a length such as 48h, 14d or 6mo, ` +
  'interval:length such as day:30d, or two dates such as 2026-01-01..2026-01-31'

/** `day:30d`, `1h:1w`, or a length alone. */
function lengthOf(text: string, now: number, zones: Zones): Period | undefined {
  const [, each, count = '', name = ''] = /^(?:(\w+):)?(\d{1,6})([a-z]*)$/.exec(text) ?? []
  const unit = unitOf(name || 's')
  if (!unit || !Number(count) || (each === undefined && !name)) return undefined
  const drawn = Number(count) === 1 ? ofOne : finer
  const interval = each === undefined ? (drawn[unit.interval] ?? unit.interval) : intervalOf(each)
  if (!interval) return undefined
  const end = next(interval, floor(interval, now, zones), zones)
  const from = floor(interval, Math.max(0, back(end, Number(count), unit, zones)), zones)
  return { from, to: now + 1, interval }
}

const unitOf = (beginning: string): Unit | undefined => units.find(({ name }) => name.startsWith(beginning))

/** `10s`, `hour`, `1h`, `1mo`: the intervals there are, by either spelling. */
function intervalOf(text: string): Interval | undefined {
  if (text === '10s') return text
  const [, name] = /^1?([a-z]+)$/.exec(text) ?? []
  const unit = name && unitOf(name)
  return unit && unit.name !== 'seconds' ? unit.interval : undefined
}

function back(end: number, count: number, { ms, days, months }: Unit, zones: Zones): number {
  if (ms) return end - count * ms
  const calendar = calendarOf(zones)
  const day = calendar.day(end)
  const start = calendar.startOfDay(day)
  const date = new Date(day * DAY)
  const first = days ? day - count * days : monthsBefore(date, count * months!)
  // In the middle of a day, go back to the same time of that day.
  return Number.isFinite(first) ? calendar.startOfDay(first) + (end - start) : 0
}

/** The same date so many months before, or the last of a month that has none. */
function monthsBefore(date: Date, count: number): number {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1 - count]
  return Math.min(dayOf(year, month, date.getUTCDate()), dayOf(year, month + 1, 0))
}

/** `2026-01-01..2026-01-31` or HailWhale's `01/01/2026-01/31/2026`; the last day is in. */
function datesOf(text: string, zones: Zones): Period | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)\.\.(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.slice(1)
  const [m1, d1, y1, m2, d2, y2] = /^(\d\d?)\/(\d\d?)\/(\d{4})-(\d\d?)\/(\d\d?)\/(\d{4})$/.exec(text)?.slice(1) ?? []
  const [first, last] = iso
    ? [iso.slice(0, 3), iso.slice(3)]
    : [
        [y1, m1, d1],
        [y2, m2, d2],
      ]
  const [start, end] = [dateNumber(first), dateNumber(last)]
  if (!start || !end || end < start) return undefined
  const from = startOfDate(start, zones)
  const to = next('day', startOfDate(end, zones), zones)
  return { from, to, interval: intervalFor((to - from) / DAY) }
}

/** A real date as yyyymmdd. */
function dateNumber(parts: readonly (string | undefined)[]): number | undefined {
  const [year = 0, month = 0, day = 0] = parts.map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return year * 10_000 + month * 100 + day
}

function intervalFor(days: number): Interval {
  if (days <= HOURLY_DAYS + 0.1) return 'hour'
  return days <= DAILY_DAYS ? 'day' : 'month'
}
