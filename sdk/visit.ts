/**
 * A session, and what a view is the first of. Both are the browser's own business: only their bits leave it, so that
 * nobody needs an id to be counted once a day. Pure: the session comes in and the next one goes out.
 */
import type { Saying } from './wire/event'

/** All times are unix milliseconds; kept as JSON in this order. */
export type Session = readonly [
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

export interface View {
  now: number
  /** The site's zone's offset from UTC, minutes. */
  offset: number
  path: string
  referrer: string
}

type Viewed = Extract<Saying, readonly ['p', ...unknown[]]>

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** Longer without a sign, and the next view begins a session. */
const IDLE = 30 * MINUTE

const isOn = (session: Session | undefined, now: number): session is Session =>
  !!session && Math.abs(now - session[0]) < IDLE

/** The site's calendar day, counted from 1970. */
export const dayOf = (now: number, offset: number): number => Math.floor((now + offset * MINUTE) / DAY)

/** By flag (`FLAG` in wire/event), the number of the period that a time lies in. */
function periodsOf(time: number, offset: number): Record<string, number> {
  const date = new Date(time + offset * MINUTE)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  const day = dayOf(time, offset)
  return {
    2: day,
    4: month,
    // 1970 began on a Thursday, ISO weeks begin on Mondays.
    32: Math.floor((day + 3) / 7),
    64: Math.floor(month / 3),
    128: Math.floor(month / 12),
  }
}

export function visit(before: Session | undefined, { now, offset, path, referrer }: View): [Session, Viewed] {
  const on = isOn(before, now)
  let flags = on ? (before[3] === 1 ? 16 : 0) : 1
  if (!before) flags |= 8
  const was = periodsOf(before ? before[1] : NaN, offset)
  const is = periodsOf(now, offset)
  for (const flag in is) if (is[flag] !== was[flag]) flags |= +flag
  const next: Session = on
    ? [now, now, before[2], before[3] + 1, before[4], path, before[6]]
    : [now, now, now, 1, path, path, referrer]
  const age = Math.max(0, Math.round((now - next[2]) / 1000))
  return [next, ['p', flags, age, on ? before[5] : '', next[4]]]
}

/** Any other sign of the visitor keeps a session going, but begins none. */
export function touch(session: Session, now: number): Session {
  const [, ...rest] = session
  return isOn(session, now) ? [now, ...rest] : session
}
