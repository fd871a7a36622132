/**
 * Forwarding: what one Graupel hands to another, and which others there may be. A slice names the log that it is cut from
 * (source, generation) and where (from, to); the receiver stores the position together with the events, so that a slice
 * that comes twice counts once. It knows nothing of how either side keeps what it has. Specified in README.md beside this file.
 */
import type { Event } from './event'

export const FORWARD_VERSION = 1

/** Positions are those of the sender's log, whole numbers that rise; exclusive at `from`, inclusive at `to`. */
export interface Forwarded {
  version: number
  /** Whose log it is, and which one of his: a log that was lost and began anew has another generation. */
  source: string
  generation: string
  from: number
  to: number
  /** The sites that its events have passed, by their names for good: where one meets its own, there is a loop. */
  via: readonly string[]
  /** Log that should have been in it and is gone: shown by the receiver, never silently skipped. */
  gap?: readonly [from: number, to: number]
  /** The events, in lists as they were acknowledged. */
  entries: readonly (readonly Event[])[]
}

/** What a receiver says, to a slice and to the question how far it is. */
export interface Received {
  /** The receiving site's name for good, the same under every address it has. */
  receiver: string
  /** It has that log up to here. */
  cursor: number
}

/** Tried one after the other, so they are few. */
const MOST_UPSTREAMS = 8

/** Where a write key may go in clear: to this machine, or over a network of one's own. */
const PRIVATE = [
  /^(.+\.)?localhost$/,
  /^127(\.\d+){3}$/,
  /^10(\.\d+){3}$/,
  /^192\.168(\.\d+){2}$/,
  /^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$/,
  /^\[(::1|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\]$/,
]

/** Reads origins between commas, each an upstream, in the order in which they are tried; `off` is none. */
export function readUpstreams(text: string): string[] | { problem: string } {
  if (text.trim() === 'off') return []
  const origins: string[] = []
  for (const word of text.split(',').map((each) => each.trim())) {
    const origin = originIn(word, { what: 'an upstream', secret: 'the write key' })
    if (typeof origin !== 'string') return origin
    if (origins.includes(origin)) return { problem: `${origin} is given twice` }
    origins.push(origin)
  }
  return origins.length > MOST_UPSTREAMS ? { problem: `there may be at most ${MOST_UPSTREAMS} upstreams` } : origins
}

/** An origin that may be trusted with a secret; `what` it is and which, for the words of the problem. */
export function originIn(
  word: string,
  { what, secret }: { what: string; secret: string },
): string | { problem: string } {
  const url = URL.canParse(word) ? new URL(word) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
  if (!isOrigin || url.username || url.password) {
    // What stands before an @ is a secret, and is not said again.
    return {
      problem: `${what} is an origin such as https://stats.example.com, not "${word.replace(/^.*@/, '…@')}"`,
    }
  }
  if (url.protocol === 'http:' && !PRIVATE.some((host) => host.test(url.hostname))) {
    return { problem: `${url.origin} would get ${secret} in clear: outside private addresses it must be https` }
  }
  return url.origin
}
