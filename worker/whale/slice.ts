/**
 * What passes between a Hail and its Whale. Both sides may be one release apart during a deploy,
 * so each carries a version, and a newer one only adds.
 */
import type { Dimensions } from '../../sdk/wire/event'
import type { Note } from '../../sdk/wire/note'
import type { Scope } from '../rollup/erase'

export const SLICE_VERSION = 2

/** A piece of one Hail's log, folded. Positions are exclusive at `from` and inclusive at `to`. */
export interface Slice {
  version: number
  shard: number
  from: number
  to: number
  /** How many events it holds, and when the last of them arrived (unix milliseconds). */
  events: number
  last: number
  /** The fragment, in parts that each fit a row. */
  parts: Uint8Array[]
  /** The raw events, in chunks that each fit a row. */
  raw: Uint8Array[]
  /** Log that should have been folded and is gone: shown, never silently skipped. */
  gap?: [from: number, to: number]
  /** Its Hail knows that the site is linked: this is what is counted here all the same. */
  here?: true
  /** What its events tell the site's decisions, in the log's order. */
  notes?: Noted[]
  /** Resets of what lies before the end of this slice or later: known already, unless the Whale is older than they are. */
  resets?: Told[]
}

/** A note and its place in the log. */
export interface Noted {
  position: number
  /** Its event's time, unix milliseconds. */
  at: number
  note: Note
  /** Its event's, where the note does not say what was known. */
  dimensions?: Dimensions
}

/** Notes of a Hail's log that its Whale has not merged; exclusive at `from`, inclusive at `to`. */
export interface Notes {
  from: number
  to: number
  notes: Noted[]
  /** There are more. */
  isCut?: true
}

/** What a Hail was told to take out of its log. */
export interface Told {
  id: string
  scope: Scope
}

/** What a Whale says to a slice: its cursor, and whether the log is another Graupel's from there on; or that the site is no more. */
export type Merged = { cursor: number; linked?: true } | { gone: true }

/** A fragment of what a Hail has not merged yet, shown to a reader. */
export interface Peek {
  version: number
  from: number
  to: number
  events: number
  last: number
  parts: Uint8Array[]
  /** The Hail holds more, and cannot hand it over just now. */
  isCut?: true
}

/** What a Whale asks of a Hail; by RPC, so that no import goes up. */
export interface Peekable {
  peek(cursor: number): Promise<Peek>
}

/** The same. Dimensions nest without end, and so would the type that a stub makes of this. */
export interface Telling {
  notes(after: number): Promise<Notes>
}
