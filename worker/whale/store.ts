/** Stores a slice: fragment, raw events, what its notes tell, and cursor in one transaction. The position is stored with the result. */
import { REFUSED } from '../ingest/events'
import type { Reason } from '../ingest/refusal'
import { encode, Fragment } from '../rollup/fragment'
import type { Learning } from './learning'
import { insertEvents, insertFragment } from './schema'
import type { Slice } from './slice'
import { track } from './tracked'

interface Storing {
  learning: Learning
  keepRaw: boolean
  now: number
}

/** Answers the parts of the fragment that were stored: with those of the slice one of what decisions refused. */
export function store(
  storage: DurableObjectStorage,
  { shard, from, to, events, last, parts, raw, gap, notes }: Slice,
  { learning, keepRaw, now }: Storing,
): Uint8Array[] {
  const { sql } = storage
  try {
    return storage.transactionSync(() => {
      const decision = notes ? learning.take(notes, { keep: keepRaw, now }) : 0
      const names = notes ? track(sql, notes) : 0
      const all = [...parts, ...refusalsOf({ decision, names }, last)]
      for (const part of all) insertFragment(sql, part, now)
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
      return all
    })
  } catch (error) {
    learning.forget()
    throw error
  }
}

/**
 * An exposure or a reward that its experiment would not have, a track that there was no room for: counted as a browser's are
 * that the door refuses.
 */
function refusalsOf(refused: Partial<Record<Reason, number>>, at: number): Uint8Array[] {
  const fragment = new Fragment()
  for (const [reason, hits] of Object.entries(refused))
    if (hits) fragment.add({ at, type: REFUSED, dimensions: { reason }, metrics: { hits } }, at)
  return fragment.size ? encode(fragment) : []
}
