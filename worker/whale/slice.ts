/**
 * What passes between a Hail and its Whale. Both sides may be one release apart during a deploy,
 * so each carries a version, and a newer one only adds.
 */
export const SLICE_VERSION = 1

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
  /** The raw events: JSON arrays that each fit a row. */
  raw: string[]
  /** Log that should have been folded and is gone: shown, never silently skipped. */
  gap?: [from: number, to: number]
}

/** A fragment of what a Hail has not merged yet, shown to a reader. */
export interface Peek {
  version: number
  from: number
  to: number
  events: number
  last: number
  parts: Uint8Array[]
}

/** What a Whale asks of a Hail; by RPC, so that no import goes up. */
export interface Peekable {
  peek(cursor: number): Promise<Peek>
}
