/**
 * Which earlier buckets lie under a graph's own. By the hour, day and week the shift is whole weeks, so that a Monday
 * lies over a Monday and nine o'clock over nine o'clock, whatever clocks did in between; months, quarters and years are
 * shifted by months. `previous` is as many buckets, just before.
 */
import type { Comparison, Interval } from '../../sdk/wire/query'
import { type Calendar, calendarOf, DAY, type Zones } from './calendar'
import { floor, next, starts as startsOf } from './interval'

const HOUR = 3_600_000
const HOURS_OF_DAY = 24

export interface Overlay {
  /** All earlier buckets, and where the last of them ends. */
  starts: number[]
  end: number
  /** For each of the graph's buckets the earlier ones under it: one, but around a change of clocks none or two. */
  under: number[][]
}

/** What buckets are shifted by, in their own unit: hours, days or months. */
const SHIFTS: Record<Exclude<Comparison, 'previous'>, Partial<Record<Interval, number>>> = {
  week: { hour: 7 * HOURS_OF_DAY, day: 7, week: 7 },
  month: { hour: 28 * HOURS_OF_DAY, day: 28, week: 28, month: 1 },
  year: { hour: 364 * HOURS_OF_DAY, day: 364, week: 364, month: 12, quarter: 12, year: 12 },
}

interface Unit {
  position(start: number, calendar: Calendar): number
  /** Milliseconds, at the least and at the most. */
  length: readonly [number, number]
  /** By how much more a guess may miss: a site that moved repeats a day's hours. */
  slack: number
}

const days: Unit = { position: (start, calendar) => calendar.day(start), length: [DAY, DAY], slack: 3 * DAY }
const months: Unit = { position: monthOf, length: [28 * DAY, 31 * DAY], slack: 3 * DAY }

const units: Partial<Record<Interval, Unit>> = {
  hour: {
    position: (start, calendar) => Math.floor((start + calendar.offset(start)) / HOUR),
    length: [HOUR, HOUR],
    slack: 2 * DAY,
  },
  day: days,
  week: { ...days, slack: 10 * DAY },
  month: months,
  quarter: { ...months, slack: 95 * DAY },
  year: { ...months, slack: 370 * DAY },
}

/** Why an interval cannot be compared so; undefined where it can. */
export function compareProblem(comparison: Comparison, interval: Interval): string | undefined {
  if (interval === 'all') return 'there is nothing before all'
  if (comparison === 'previous' || SHIFTS[comparison][interval]) return undefined
  const known = Object.keys(SHIFTS[comparison]).join(', ')
  return `${comparison} can be had of these intervals: ${known}; previous of every one`
}

/** The graph's own buckets must be whole and follow each other. */
export function overlayOf(
  comparison: Comparison,
  interval: Interval,
  starts: readonly number[],
  zones: Zones,
): Overlay {
  if (comparison === 'previous') return previous(interval, starts, zones)
  const shift = SHIFTS[comparison][interval]
  const unit = units[interval]
  if (!shift || !unit) throw new RangeError(compareProblem(comparison, interval))
  const calendar = calendarOf(zones)
  const positions = starts.map((start) => unit.position(start, calendar) - shift)
  const earlier = between(starts, { interval, unit, shift, zones }, positions)
  return {
    starts: earlier,
    end: next(interval, earlier.at(-1)!, zones),
    under: dealt(
      positions,
      Map.groupBy(earlier, (start) => unit.position(start, calendar)),
    ),
  }
}

function previous(interval: Interval, starts: readonly number[], zones: Zones): Overlay {
  const earlier: number[] = []
  for (let end = starts[0]!; earlier.length < starts.length; end = earlier.at(-1)!) {
    earlier.push(floor(interval, end - 1, zones))
  }
  earlier.reverse()
  return { starts: earlier, end: starts[0]!, under: earlier.map((start) => [start]) }
}

/** The earlier buckets from the first position to the last, found around where lengths alone would put them. */
function between(
  starts: readonly number[],
  { interval, unit, shift, zones }: { interval: Interval; unit: Unit; shift: number; zones: Zones },
  positions: readonly number[],
): number[] {
  const calendar = calendarOf(zones)
  const [least, most] = unit.length
  const from = starts[0]! - shift * most - unit.slack
  const around = startsOf(interval, from, starts.at(-1)! - shift * least + unit.slack, zones)
  // A day that begins at one o'clock lies over a whole day all the same.
  const day = calendar.day(starts[0]!)
  const isMorning = interval === 'hour' && calendar.startOfDay(day) === starts[0]
  const lowest = isMorning ? day * HOURS_OF_DAY - shift : positions[0]!
  const isIn = (start: number) => {
    const position = unit.position(start, calendar)
    return position >= lowest && position <= positions.at(-1)!
  }
  const first = around.findIndex(isIn)
  return first < 0 ? around.slice(0, 1) : around.slice(first, around.findLastIndex(isIn) + 1)
}

/** An hour that comes twice meets the same hour of a day where it comes once, and the other way round: the last takes what is left. */
function dealt(positions: readonly number[], earlier: ReadonlyMap<number, number[]>): number[][] {
  const left = new Map<number, number>()
  for (const position of positions) left.set(position, (left.get(position) ?? 0) + 1)
  const taken = new Map<number, number>()
  return positions.map((position) => {
    const [i, others] = [taken.get(position) ?? 0, left.get(position)! - 1]
    taken.set(position, i + 1)
    left.set(position, others)
    return (earlier.get(position) ?? []).slice(i, others ? i + 1 : undefined)
  })
}

function monthOf(start: number, calendar: Calendar): number {
  const date = new Date(calendar.day(start) * DAY)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
