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
  /** There would be more, and they are too large to be told at once. */
  isCut?: true
}

export interface Sighting {
  /** When it arrived, unix milliseconds. */
  arrived: number
  event: Shown
}

/** One message carries 32 MiB at most; the last thousand events of anybody honest are a tenth of this. */
const MOST_CHARACTERS = 8 * 1024 * 1024

/** `merged` reads so many of the events merged last. */
export function spy(
  spied: readonly Spied[],
  { wanted, count }: SpyQuestion,
  merged: (count: number) => Merged[],
): { events: Shown[]; isCut: boolean } {
  const waiting = spied.flatMap(({ found }) => found)
  const examined = spied.reduce((sum, each) => sum + each.examined, 0)
  const older = merged(SPIED - examined)
    .filter(({ event }) => isWanted(event.type, wanted))
    .map(sighting)
  const newest = [...waiting, ...older]
    .sort((a, b) => b.arrived - a.arrived)
    .slice(0, count)
    .map(({ event }) => event)
  const events = fitting(newest)
  return { events, isCut: events.length < newest.length || spied.some(({ isCut }) => isCut) }
}

/** As many as fit one message. */
function fitting(events: readonly Shown[]): Shown[] {
  let characters = 0
  return events.filter(({ text }) => (characters += text.length) <= MOST_CHARACTERS)
}

/** Of a merged event only its slice's arrival is known: its own time, as far as that fits, is the closest to its own. */
const sighting = ({ event, last }: Merged): Sighting => ({
  arrived: Math.min(last, Math.max(event.at, last - SLICE_MS)),
  event: shown(event),
})
