/** Stores a slice: fragment, raw events and cursor in one transaction. The position is stored with the result. */
import { insertEvents, insertFragment } from './schema'
import type { Slice } from './slice'

export function store(
  storage: DurableObjectStorage,
  { shard, from, to, events, last, parts, raw, gap }: Slice,
  { keepRaw, now }: { keepRaw: boolean; now: number },
): void {
  const { sql } = storage
  storage.transactionSync(() => {
    for (const part of parts) insertFragment(sql, part, now)
    if (keepRaw) for (const chunk of raw) insertEvents(sql, chunk, now)
    if (gap) sql.exec(`INSERT INTO gap (shard, start, until) VALUES (?, ?, ?)`, shard, ...gap)
    sql.exec(
      `INSERT INTO shard (shard, cursor, events, last) VALUES (?, ?, ?, ?)
       ON CONFLICT (shard) DO UPDATE SET cursor = excluded.cursor, events = events + excluded.events, last = excluded.last
       WHERE cursor = ?`,
      shard,
      to,
      events,
      last,
      from,
    )
  })
}
