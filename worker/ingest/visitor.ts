/**
 * Visitors as 40 bits of a keyed hash: enough to tell a site's visitors apart, and nobody can be read from it. A browser's
 * is salted by the day (see pod/salts), of what every request says anyway; a server's own word for a person is keyed by the site.
 */
import type { Event } from '../../sdk/wire/event'

const encoder = new TextEncoder()

export async function visitorOf(key: CryptoKey, ...words: (string | number)[]): Promise<number> {
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(JSON.stringify(words))))
  // 40 bits are more than a shift can hold.
  return bytes.subarray(0, 5).reduce((number, byte) => number * 256 + byte, 0)
}

/** Whoever caused the events, in those that are something he did: a view, a click. What they tell besides is not. */
export const withVisitor = (events: readonly Event[], visitor: number): Event[] =>
  events.map((event) => (event.metrics.hits === 0 ? event : { ...event, visitor, daily: true }))
