/**
 * A session, and what a view is the first of. Both are the browser's own business: only their bits leave it, so that
 * nobody needs an id to be counted once a day. Pure: a session goes in, the next one comes out.
 */
import type { Saying } from './wire/event'

/** Times are unix milliseconds. Kept as JSON in this order. */
export type Session = [
  /** The last sign of the visitor. */
  seen: number,
  /** The last view, of whatever session; 0 if there was none. */
  viewed: number,
  began: number,
  views: number,
  entryPath: string,
  previousPath: string,
  /** What brought the session. */
  referrer: string,
]

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** Longer without a sign, and the next view begins a session. */
const IDLE = 30 * MINUTE

/**
 * The numbers of the periods that a time lies in, by `offset` minutes from UTC, the flag of the first being 2, of the next 4
 * and so on: day, month, ever, nothing, week, quarter, year.
 */
export function periodsOf(time: number, offset: number): number[] {
  const date = new Date(time + offset * MINUTE)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  const day = +date / DAY
  // 1970 began on a Thursday, ISO weeks begin on Mondays.
  return [day, month, +!time, 0, (day + 3) / 7, month / 3, month / 12].map(Math.floor)
}

/** Any sign of the visitor keeps a session going. */
export const isOn = ([seen]: readonly [number, ...unknown[]], now: number): boolean => Math.abs(now - seen) < IDLE

/** `fresh` is the session that this view begins if none is on. */
export function visit(before: readonly [...Session, ...unknown[]], fresh: Session, offset: number): [Session, Saying] {
  const [now, , , , path] = fresh
  const [, viewed, began, views, entry, previous, referrer] = before
  const periods = periodsOf(viewed, offset)
  const flags = periodsOf(now, offset).reduce((sum, period, i) => sum + (period === periods[i] ? 0 : 2 << i), 0)
  if (!isOn(before, now)) return [fresh, ['p', flags + 1, 0, '', path]]
  const age = Math.round(Math.max(0, now - began) / 1000)
  return [
    [now, now, began, views + 1, entry, path, referrer],
    ['p', flags + (views > 1 ? 0 : 16), age, previous, entry],
  ]
}
