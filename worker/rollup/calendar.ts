/**
 * A site's calendar: which local day a moment lies in, and when a day begins, whatever clocks or the site's own zone do.
 * Days are whole numbers, 0 being 1970-01-01. A day begins at the first moment whose local date is that day or a later
 * one, so days follow each other without gap or overlap even where clocks go back over midnight or a date is left out.
 */
import { type Clock, clockOf } from './clock'

/** The zones a site was in: each from a moment on (unix milliseconds), oldest first; the first also before. */
export type Zones = readonly { readonly from: number; readonly zone: string }[]

const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** No local time is further from UTC than this either way (+14, -12), with an hour to spare. */
const FARTHEST = 15 * HOUR
/** Eleven years of days. */
const MOST_STARTS = 4_096
/** Histories in memory: a site's own, and the zones its readers ask in. */
const MOST_CALENDARS = 64

export class Calendar {
  private readonly clocks: { from: number; clock: Clock }[]
  private readonly starts = new Map<number, number>()

  constructor(zones: Zones) {
    this.clocks = zones.map(({ from, zone }) => ({ from, clock: clockOf(zone) }))
  }

  /** Local time minus UTC, in milliseconds. */
  offset(ms: number): number {
    let i = this.clocks.length - 1
    while (i > 0 && this.clocks[i]!.from > ms) i--
    return this.clocks[i]!.clock.offset(ms)
  }

  day(ms: number): number {
    let day = Math.floor((ms + this.offset(ms)) / DAY)
    // Clocks that went back over midnight show yesterday's date once more; it is today all the same.
    while (this.startOfDay(day + 1) <= ms) day++
    return day
  }

  startOfDay(day: number): number {
    const known = this.starts.get(day)
    if (known !== undefined) return known
    const start = this.findStart(day)
    if (this.starts.size >= MOST_STARTS) this.starts.clear()
    this.starts.set(day, start)
    return start
  }

  /** The first moment after `from`, up to `to`, at which the offset is no longer that of `from`. */
  changeBetween(from: number, to: number): number {
    const offset = this.offset(from)
    let [before, after] = [from, to]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.offset(middle) === offset) before = middle
      else after = middle
    }
    return after
  }

  /** The first moment whose local date is that day or a later one, whatever clocks and zone do around it. */
  private findStart(day: number): number {
    const midnight = day * DAY
    const end = midnight + FARTHEST
    let from = midnight - FARTHEST
    while (from < end) {
      const to = this.changeAfter(from, end)
      const start = Math.max(from, midnight - this.offset(from))
      if (start < to) return start
      from = to
    }
    return end
  }

  /** Where the offset of a moment ends: at the next change of zone or of its clocks, or at `end`. */
  private changeAfter(from: number, end: number): number {
    let at = from
    for (const { from: change } of [...this.clocks, { from: end }]) {
      const to = Math.min(change, end)
      if (to <= at) continue
      // Within one zone clocks change once at most in so short a time.
      if (this.offset(to - 1) !== this.offset(at)) return this.changeBetween(at, to - 1)
      if (to === end || this.offset(to) !== this.offset(at)) return to
      at = to
    }
    return end
  }
}

const calendars = new Map<string, Calendar>()
/** By identity, since histories are asked for a million times and written out once. */
let latest: { zones: Zones; calendar: Calendar } | undefined

export function calendarOf(zones: Zones): Calendar {
  if (latest?.zones === zones) return latest.calendar
  const name = JSON.stringify(zones)
  const calendar = calendars.get(name) ?? new Calendar(zones)
  if (calendars.size >= MOST_CALENDARS && !calendars.has(name)) calendars.clear()
  calendars.set(name, calendar)
  latest = { zones, calendar }
  return calendar
}
