/**
 * A quiet site's minutes make small rows: a fragment each, read and opened by whoever asks for minutes, and a chunk of raw
 * events each, whose dictionary holds every name once a minute. With a close they become few. A row deleted now is one
 * that need not be deleted later, so it costs next to nothing.
 */
import { decode as eventsIn, encode as encodeEvents } from '../rollup/archive'
import { decode, encode } from '../rollup/fragment'
import { insertEvents, insertFragment } from './schema'

/** Rows are put together up to about so much; half a row, so that it never becomes two. */
const GROUP_BYTES = 256 * 1024
/** Fewer are left as they are. */
const LEAST = 4

/** Ids, the first exclusive. */
export interface Stretch {
  after: number
  upTo: number
}

interface Row {
  id: number
  merged: number
  bytes: Uint8Array
}

interface Table {
  name: 'fragment' | 'event'
  together(rows: readonly Row[]): Uint8Array[]
  insert(sql: SqlStorage, bytes: Uint8Array, merged: number, id: number): void
}

const fragments: Table = {
  name: 'fragment',
  together: (rows) => encode(decode(rows.map(({ bytes }) => bytes))),
  insert: insertFragment,
}

const events: Table = {
  name: 'event',
  together: (rows) => encodeEvents(rows.flatMap(({ bytes }) => [...eventsIn(bytes)])),
  insert: insertEvents,
}

/** Fragments that are in the cells. Call inside a transaction. */
export const compactFragments = (sql: SqlStorage, stretch: Stretch): void => compact(sql, fragments, stretch)

/** Raw events, in their order. Call inside a transaction. */
export const compactEvents = (sql: SqlStorage, stretch: Stretch): void => compact(sql, events, stretch)

function compact(sql: SqlStorage, table: Table, { after, upTo }: Stretch): void {
  let group: Row[] = []
  let bytes = 0
  const sizes = sql
    .exec<{ id: number; size: number }>(
      `SELECT id, length(bytes) AS size FROM ${table.name} WHERE id > ? AND id <= ? ORDER BY id`,
      after,
      upTo,
    )
    .toArray()
  for (const { id, size } of sizes) {
    if (bytes + size > GROUP_BYTES) {
      replace(sql, table, group)
      group = []
      bytes = 0
    }
    if (size > GROUP_BYTES) continue
    group.push(read(sql, table, id))
    bytes += size
  }
  replace(sql, table, group)
}

function read(sql: SqlStorage, { name }: Table, id: number): Row {
  const { merged, bytes } = sql
    .exec<{ merged: number; bytes: ArrayBuffer }>(`SELECT merged, bytes FROM ${name} WHERE id = ?`, id)
    .one()
  return { id, merged, bytes: new Uint8Array(bytes) }
}

/** New rows take the last of the old ones' ids, so that their order among all others stays. */
function replace(sql: SqlStorage, table: Table, rows: readonly Row[]): void {
  if (rows.length < LEAST) return
  const made = table.together(rows)
  if (made.length >= rows.length) return
  for (const { id } of rows) sql.exec(`DELETE FROM ${table.name} WHERE id = ?`, id)
  // Kept as long as the youngest of them would be.
  const { merged } = rows.at(-1)!
  made.forEach((bytes, i) => table.insert(sql, bytes, merged, rows[rows.length - made.length + i]!.id))
}
