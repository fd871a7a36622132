/** The newest of the raw events that were merged, whatever form they are kept in: the only place that knows it. */
import type { Event } from '../../sdk/wire/event'

export interface Merged {
  event: Event
  /** When the last event of its slice arrived, unix milliseconds. */
  last: number
}

/** Slice by slice, the newest first, at most so many. Rows hold whole slices, so no more are read than needed. */
export function recent(sql: SqlStorage, count: number): Merged[] {
  const found: Merged[] = []
  if (count <= 0) return found
  for (const { last, text } of sql.exec<{ last: number; text: string }>(
    `SELECT last, text FROM raw ORDER BY id DESC`,
  )) {
    const entries: Event[][] = JSON.parse(text)
    for (const event of entries.flat().reverse()) {
      found.push({ event, last })
      if (found.length === count) return found
    }
  }
  return found
}
