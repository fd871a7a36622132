/** The newest of the raw events that were merged, whatever form they are kept in: the only place that knows it here. */
import type { Event } from '../../sdk/wire/event'
import { decode } from '../rollup/archive'

export interface Archived {
  event: Event
  /** When its slice was merged, unix milliseconds. */
  merged: number
}

/** Slice by slice, the newest first, at most so many. A chunk holds no more than a slice, so little is read in vain. */
export function recent(sql: SqlStorage, count: number): Archived[] {
  const found: Archived[] = []
  if (count <= 0) return found
  const chunks = sql.exec<{ merged: number; bytes: ArrayBuffer }>(`SELECT merged, bytes FROM event ORDER BY id DESC`)
  for (const { merged, bytes } of chunks) {
    for (const event of [...decode(new Uint8Array(bytes))].reverse()) {
      found.push({ event, merged })
      if (found.length === count) return found
    }
  }
  return found
}
