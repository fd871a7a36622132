/**
 * A session, and what a view is the first of. Both are the browser's own business: only their bits leave it, so that
 * nobody needs an id to be counted once a day. Pure: a session goes in, the next one comes out.
 */
import type { Saying } from './wire/event'

/** Times are unix milliseconds. Kept as JSON in this order. */
export type Session = [
  /** The last sign of the visitor. */
  seen: number,
  /** The last view, of whatever session. */
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

/** The numbers of day, month, week, quarter and year that a time lies in; `offset` is the site's zone's, in minutes. */
export function periodsOf(time: number, offset: number): number[] {
  const date = new Date(time + offset * MINUTE)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  const day = +date / DAY
  // 1970 began on a Thursday, ISO weeks begin on Mondays.
  return [day, month, (Math.floor(day) + 3) / 7, month / 3, month / 12].map(Math.floor)
}
/** Their flags, as `FLAG` in wire/event names them. */
const FLAGS = [2, 4, 32, 64, 128]

/** Any sign of the visitor keeps a session going. */
export const isOn = (session: Session, now: number): boolean => Math.abs(now - session[0]) < IDLE

/** `fresh` is the session that this view begins if none is on. */
export function visit(before: Session | undefined, fresh: Session, offset: number): [Session, Saying] {
  const [now, , , , path] = fresh
  const [, viewed, began, views, entry, previous, referrer] = before ?? [0, 0, 0, 0, '', '', '']
  const periods = periodsOf(viewed, offset)
  let flags = before ? 0 : 8
  periodsOf(now, offset).forEach((period, i) => {
    if (period !== periods[i]) flags += FLAGS[i]!
  })
  if (!before || !isOn(before, now)) return [fresh, ['p', flags + 1, 0, '', path]]
  const age = Math.round(Math.max(0, now - began) / 1000)
  return [[now, now, began, views + 1, entry, path, referrer], ['p', flags + (views > 1 ? 0 : 16), age, previous, entry]]
}
