/**
 * Buckets of time: where the one that holds a moment begins, and where the next. Calendar buckets are cut in the
 * site's zone, correct across daylight saving; a site's zones are a history, since a site may move.
 * Times are unix milliseconds. Nothing here asks the clock.
 */
import * as Instant from 'temporal-polyfill/fns/Instant'
import * as Zoned from 'temporal-polyfill/fns/ZonedDateTime'
import type { Interval } from '../../sdk/wire/query'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Every offset in use, and every change of one, lies on this grid. */
const QUARTER_HOUR = 15 * MINUTE

/** The end of the bucket `all`: every calendar still reaches it. */
export const FOREVER = Date.UTC(9999, 0)

/** Zones with the moment each came into force, oldest first; the first also holds before its own. */
export type Zones = readonly { from: number; zone: string }[]

/** What is kept on disk by itself; the rest is read from these. */
export type Kept = 'fragment' | 'hour' | 'day' | 'month'

interface Rule {
  floor(ms: number, zones: Zones): number
  next(start: number, zones: Zones): number
  from: Kept
  /** How long its buckets can be had. */
  keep: number
}

export const rules = {
  '10s': { ...fixed(10 * SECOND), from: 'fragment', keep: HOUR },
  minute: { ...fixed(MINUTE), from: 'fragment', keep: DAY },
  hour: { floor: floorHour, next: nextHour, from: 'hour', keep: 93 * DAY },
  day: {
    ...calendar(
      (date) => date,
      (date) => addDays(date, 1),
    ),
    from: 'day',
    keep: 800 * DAY,
  },
  week: { ...calendar(monday, (date) => addDays(date, 7)), from: 'day', keep: 800 * DAY },
  month: { ...calendar(months(1), addMonths(1)), from: 'month', keep: Number.POSITIVE_INFINITY },
  quarter: { ...calendar(months(3), addMonths(3)), from: 'month', keep: Number.POSITIVE_INFINITY },
  year: { ...calendar(months(12), addMonths(12)), from: 'month', keep: Number.POSITIVE_INFINITY },
  all: { floor: () => 0, next: () => FOREVER, from: 'month', keep: Number.POSITIVE_INFINITY },
} satisfies Record<Interval, Rule>

/** The start of the bucket that holds the moment. */
export const floor = (interval: Interval, ms: number, zones: Zones): number => rules[interval].floor(ms, zones)

/** The start of the bucket after the one that begins at `start`. */
export const next = (interval: Interval, start: number, zones: Zones): number => rules[interval].next(start, zones)

/** Starts of all buckets that overlap [from, to). */
export function starts(interval: Interval, from: number, to: number, zones: Zones): number[] {
  const all: number[] = []
  for (let start = floor(interval, from, zones); start < to; start = next(interval, start, zones)) all.push(start)
  return all
}

/** The zone in force. */
export const zoneAt = (ms: number, zones: Zones): string =>
  zones.findLast(({ from }) => from <= ms)?.zone ?? zones[0]?.zone ?? 'UTC'

/** Milliseconds to add to UTC. */
export function offsetAt(ms: number, zones: Zones): number {
  return offsetIn(zoneAt(ms, zones), ms)
}

/** The local calendar date as yyyymmdd. */
export function dateOf(ms: number, zones: Zones): number {
  const date = dateAt(ms + offsetAt(ms, zones))
  const tomorrow = addDays(date, 1)
  // Where clocks go back over midnight, yesterday's last hour comes twice; its second pass belongs to today.
  return startOfDate(tomorrow, zones) <= ms ? tomorrow : date
}

/** The local month as yyyymm. */
export const monthOf = (ms: number, zones: Zones): number => Math.floor(dateOf(ms, zones) / 100)

/** The first moment of a local date: midnight, or later where clocks skip it. */
export function startOfDate(date: number, zones: Zones): number {
  for (let i = zones.length - 1; i > 0; i--) {
    const start = startOfDateIn(zones[i]!.zone, date)
    if (start >= zones[i]!.from) return start
  }
  return startOfDateIn(zones[0]?.zone ?? 'UTC', date)
}

export const startOfMonth = (month: number, zones: Zones): number => startOfDate(month * 100 + 1, zones)

function fixed(length: number): Pick<Rule, 'floor' | 'next'> {
  return { floor: (ms) => Math.floor(ms / length) * length, next: (start) => start + length }
}

/** Hours by the wall clock: in Kolkata they begin at half past of UTC. One that clocks cut short begins with the change. */
function floorHour(ms: number, zones: Zones): number {
  const offset = offsetAt(ms, zones)
  let start = ms - modulo(ms + offset, HOUR)
  while (start < ms && offsetAt(start, zones) !== offset) start = (Math.floor(start / QUARTER_HOUR) + 1) * QUARTER_HOUR
  return start
}

function nextHour(start: number, zones: Zones): number {
  const offset = offsetAt(start, zones)
  const end = start + HOUR - modulo(start + offset, HOUR)
  for (let at = start + QUARTER_HOUR; at < end; at += QUARTER_HOUR) if (offsetAt(at, zones) !== offset) return at
  return end
}

/** Buckets of whole local dates: from a date to the first of its bucket, and on to the first of the next. */
function calendar(first: (date: number) => number, after: (first: number) => number): Pick<Rule, 'floor' | 'next'> {
  return {
    floor: (ms, zones) => startOfDate(first(dateOf(ms, zones)), zones),
    next: (start, zones) => startOfDate(after(first(dateOf(start, zones))), zones),
  }
}

const utc = (date: number): number =>
  Date.UTC(Math.floor(date / 10_000), (Math.floor(date / 100) % 100) - 1, date % 100)

function dateAt(localMs: number): number {
  const day = new Date(localMs)
  return day.getUTCFullYear() * 10_000 + (day.getUTCMonth() + 1) * 100 + day.getUTCDate()
}

const addDays = (date: number, days: number): number => dateAt(utc(date) + days * DAY)

/** The Monday of the date's ISO 8601 week; the unix epoch was a Thursday. */
function monday(date: number): number {
  return addDays(date, -modulo(utc(date) / DAY + 3, 7))
}

/** The first date of the run of so many months that holds the date, counted from January. */
function months(length: number): (date: number) => number {
  return (date) => {
    const month = Math.floor(date / 100) % 100
    return Math.floor(date / 10_000) * 10_000 + (month - ((month - 1) % length)) * 100 + 1
  }
}

function addMonths(length: number): (first: number) => number {
  return (first) => {
    const month = (Math.floor(first / 100) % 100) - 1 + length
    return (Math.floor(first / 10_000) + Math.floor(month / 12)) * 10_000 + ((month % 12) + 1) * 100 + 1
  }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

/** A merge asks after thousands of moments of few hours, so answers are kept; cleared when there are too many. */
const REMEMBERED = 20_000
const offsets = new Map<string, number>()
const datesStarts = new Map<string, number>()

function remembered(map: Map<string, number>, key: string, make: () => number): number {
  const known = map.get(key)
  if (known !== undefined) return known
  if (map.size >= REMEMBERED) map.clear()
  const made = make()
  map.set(key, made)
  return made
}

function offsetIn(zone: string, ms: number): number {
  if (zone === 'UTC') return 0
  const slot = Math.floor(ms / QUARTER_HOUR)
  return remembered(offsets, `${slot}${zone}`, () => {
    const moment = Zoned.create(BigInt(slot * QUARTER_HOUR) * 1_000_000n, zone)
    return Zoned.offsetNanoseconds(moment) / 1_000_000
  })
}

function startOfDateIn(zone: string, date: number): number {
  if (zone === 'UTC') return utc(date)
  return remembered(datesStarts, `${date}${zone}`, () => {
    const [year, month, day] = [Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100]
    const noon = Zoned.fromFields({ year, month, day, hour: 12, timeZone: zone })
    return Date.parse(Instant.toString(Zoned.toInstant(Zoned.startOfDay(noon))))
  })
}
