/**
 * Whether server and machine agree on the time, and whether the `Date` of an answer is the server's own: by it the script
 * corrects the clocks of browsers, and something on the way may have kept the answer or written another.
 */
import { get } from '../get'
import { type Check, note, ok, wrong } from './check'

/** Past this the script corrects a browser's clock, and the server believes none that runs ahead. */
const SKEW_MS = 600_000
/** `Date` has whole seconds, and an answer takes a while. */
const NEAR_MS = 5_000

export interface Times {
  /** Of this machine, half-way between asking and being answered. */
  here: number
  /** What the server itself says. */
  server: number
  /** The header of an answer to a browser; NaN where it has none. */
  date: number
}

export function clockCheck({ here, server, date }: Times): Check {
  const [ahead, moved] = [server - here, (date || server) - server]
  const off = Math.max(Math.abs(ahead), Math.abs(moved))
  if (off <= NEAR_MS) return ok('clock', 'the server and this machine agree')
  const say = off > SKEW_MS ? wrong : note
  return Math.abs(moved) > NEAR_MS
    ? say(
        'clock',
        `the Date of answers is ${lasting(moved)} the server's own clock, and browsers go by it`,
        'let nothing on the way keep the answers of /p/ or write their Date',
      )
    : say(
        'clock',
        `the server's clock is ${lasting(ahead)} that of this machine`,
        'let both be set by NTP; events count by it, and the script corrects the clocks of browsers by it',
      )
}

function lasting(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const long =
    seconds < 120
      ? `${seconds} seconds`
      : seconds < 7200
        ? `${Math.round(seconds / 60)} minutes`
        : `${Math.round(seconds / 3600)} hours`
  return `${long} ${ms > 0 ? 'ahead of' : 'behind'}`
}

/** Asks for headers alone, which counts nothing. */
export async function dateAt(origin: string): Promise<number> {
  const answer = await get(`${origin}/p/clock.gif`, { method: 'HEAD' })
  return Date.parse(answer.headers.get('date') ?? '')
}
