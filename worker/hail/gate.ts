/**
 * Gates: what keeps a genuine entry out of the log for good, because so many of its kind came before. Only what is no
 * duplicate comes here, and an entry that passes is taken note of at once: those that wait for a commit count too.
 */
import type { Reason } from '../ingest/refusal'
import type { Entry } from './log'

export interface Gate {
  /** Called before any of them is judged, with all that come together: what is on disk is read here, and may fail here. */
  look?(entries: readonly Entry[]): void
  /** Why it is not taken; undefined where it is. */
  refuse(entry: Entry, now: number): Reason | undefined
  /** Called inside the transaction that writes what passed. */
  write?(entries: readonly Entry[]): void
  /** What passed is on disk. */
  written?(entries: readonly Entry[]): void
  /** Lets go of what is too old to matter, inside the caller's transaction. */
  sweep?(now: number): void
  /** Their commit failed: they have not passed after all. */
  back(entries: readonly Entry[]): void
}
