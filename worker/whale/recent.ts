/** The newest of the raw events that were merged, one by one. */
import type { Event } from '../../sdk/wire/event'
import { decode } from '../rollup/archive'

export interface Merged {
  event: Event
  /** When its slice was merged, unix milliseconds. */
  last: number
}

/** Slice by slice, the newest first, at most so many. Rows hold whole slices, so no more are read than needed. */
export function recent(sql: SqlStorage, count: number): Merged[] {
  const found: Merged[] = []
  if (count <= 0) return found
  for (const { merged, bytes } of sql.exec<{ merged: number; bytes: ArrayBuffer }>(
    `SELECT merged, bytes FROM event ORDER BY id DESC`,
  )) {
    for (const event of [...decode(new Uint8Array(bytes))].reverse()) {
      found.push({ event, last: merged })
      if (found.length === count) return found
    }
  }
  return found
}
