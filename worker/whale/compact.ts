/**
 * A quiet site's minutes make small rows: sixty fragments an hour, each read and opened by whoever asks for minutes, and
 * sixty chunks of raw events, whose dictionaries hold each name once a minute. With the hour's close they become few.
 * A row deleted now is one that need not be deleted later, so it costs one row an hour.
 */
import { decode as eventsIn, encode as encodeEvents } from '../rollup/archive'
import { decode, encode } from '../rollup/fragment'
import { insertEvents, insertFragment } from './schema'

/** More than this is no quiet hour: its rows are large already, and it would take memory and time. */
const QUIET_BYTES = 1024 * 1024
/** So few are left as they are. */
const FEW = 3

/** Ids, the first exclusive. */
export interface Stretch {
  after: number
  upTo: number
}

/** Fragments that are in the cells. Call inside a transaction. */
export function compactFragments(sql: SqlStorage, stretch: Stretch): void {
  const rows = rowsOf(sql, 'fragment', stretch)
  if (!rows) return
  const parts = encode(decode(rows.map(({ bytes }) => bytes)))
  replace(sql, 'fragment', rows, parts.length, (i, merged, id) => insertFragment(sql, parts[i]!, merged, id))
}

/** Raw events, in their order. Call inside a transaction. */
export function compactEvents(sql: SqlStorage, stretch: Stretch): void {
  const rows = rowsOf(sql, 'event', stretch)
  if (!rows) return
  const chunks = encodeEvents(rows.flatMap(({ bytes }) => [...eventsIn(bytes)]))
  replace(sql, 'event', rows, chunks.length, (i, merged, id) => insertEvents(sql, chunks[i]!, merged, id))
}

interface Row {
  id: number
  merged: number
  bytes: Uint8Array
}

/** Undefined where they are few or large. */
function rowsOf(sql: SqlStorage, table: 'fragment' | 'event', { after, upTo }: Stretch): Row[] | undefined {
  const { rows, bytes } = sql
    .exec<{ rows: number; bytes: number | null }>(
      `SELECT count(*) AS rows, sum(length(bytes)) AS bytes FROM ${table} WHERE id > ? AND id <= ?`,
      after,
      upTo,
    )
    .one()
  if (rows <= FEW || (bytes ?? 0) > QUIET_BYTES) return undefined
  return sql
    .exec<{ id: number; merged: number; bytes: ArrayBuffer }>(
      `SELECT id, merged, bytes FROM ${table} WHERE id > ? AND id <= ? ORDER BY id`,
      after,
      upTo,
    )
    .toArray()
    .map((row) => ({ ...row, bytes: new Uint8Array(row.bytes) }))
}

/** New rows take the last of the old ones' ids, so that their order among all others stays. */
function replace(
  sql: SqlStorage,
  table: 'fragment' | 'event',
  rows: readonly Row[],
  count: number,
  insert: (i: number, merged: number, id: number) => void,
): void {
  const [first, last] = [rows[0]!, rows.at(-1)!]
  if (count >= rows.length) return
  sql.exec(`DELETE FROM ${table} WHERE id >= ? AND id <= ?`, first.id, last.id)
  // Kept as long as the youngest of them would be.
  for (let i = 0; i < count; i++) insert(i, last.merged, rows[rows.length - count + i]!.id)
}
