/**
 * The spy log: a site's last events, one by one, newest first. There is no ring that is written for it: what a Hail
 * has not merged stands in its log, what it has is among the Whale's raw events, and the cursor parts the two, so that
 * nothing is seen twice and nothing is missed.
 */
import { type Shown, shown } from '../rollup/shown'
import { isWanted } from '../rollup/pattern'
import type { Merged } from './recent'

/** So far back the spy log reaches; the next event drives the first one out. */
export const SPIED = 1_000
/** A slice is merged when it is a minute old: its events arrived within a minute of its last one. */
const SLICE_MS = 60_000

export interface SpyQuestion {
  wanted: string
  count: number
}

/** What a Hail found in its log after a cursor. */
export interface Spied {
  from: number
  /** How many events it looked at, wanted or not. */
  examined: number
  /** The wanted ones, newest first. */
  found: Sighting[]
}

export interface Sighting {
  /** When it arrived, unix milliseconds. */
  arrived: number
  event: Shown
}

/** `merged` reads so many of the events merged last. */
export function spy(
  spied: readonly Spied[],
  { wanted, count }: SpyQuestion,
  merged: (count: number) => Merged[],
): Shown[] {
  const waiting = spied.flatMap(({ found }) => found)
  const examined = spied.reduce((sum, each) => sum + each.examined, 0)
  const older = merged(SPIED - examined)
    .filter(({ event }) => isWanted(event.type, wanted))
    .map(sighting)
  return [...waiting, ...older]
    .sort((a, b) => b.arrived - a.arrived)
    .slice(0, count)
    .map(({ event }) => event)
}

/** Of a merged event only its slice's arrival is known: its own time, as far as that fits, is the closest to its own. */
const sighting = ({ event, last }: Merged): Sighting => ({
  arrived: Math.min(last, Math.max(event.at, last - SLICE_MS)),
  event: shown(event),
})
