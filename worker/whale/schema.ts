/**
 * The Whale's tables. A reader alone makes none, so asking after a site that never had an event writes nothing.
 * Types and paths are integer ids; wide columns stand last, so that a scan by time reads no blob.
 */
import type { Event } from '../../sdk/wire/event'
import { encode, extentOf } from '../rollup/archive'
import { extentIn } from '../rollup/fragment'

const SCHEMA_VERSION = 2

const tables = [
  // What was merged from each Hail: stored in the same transaction as the slice itself. That is exactly-once.
  `CREATE TABLE shard    (shard INTEGER PRIMARY KEY, cursor INTEGER, events INTEGER, last INTEGER)`,
  `CREATE TABLE gap      (shard INTEGER, start INTEGER, until INTEGER)`,
  // Partial rollups as they came; the earliest and the latest bucket in them; when they came.
  `CREATE TABLE fragment (id INTEGER PRIMARY KEY, start INTEGER, until INTEGER, merged INTEGER, bytes BLOB)`,
  // Raw events in chunks; the earliest and the latest of them, how many, and when they came.
  `CREATE TABLE event    (id INTEGER PRIMARY KEY, start INTEGER, until INTEGER, merged INTEGER, events INTEGER, bytes BLOB)`,
  `CREATE TABLE type     (id INTEGER PRIMARY KEY, name TEXT)`,
  `CREATE TABLE path     (parent INTEGER, name TEXT, id INTEGER, PRIMARY KEY (parent, name)) WITHOUT ROWID`,
  // level: 1 hour (start: unix seconds), 2 day (start: yyyymmdd), 3 month (start: yyyymm), both by the site's calendar.
  `CREATE TABLE cell     (level INTEGER, type INTEGER, path INTEGER, start INTEGER, metrics TEXT, sketch BLOB,
                          PRIMARY KEY (level, type, path, start)) WITHOUT ROWID`,
  // What was deleted on purpose, and how far that has come: see reset.ts.
  `CREATE TABLE reset    (id TEXT PRIMARY KEY, scope TEXT, made INTEGER, stage TEXT, fragment INTEGER, event INTEGER) WITHOUT ROWID`,
  // One row. calendar: what the Pod last said. closed: the last fragment that is in the cells. paths: the last path id given.
  // swept: when what is too old was last let go.
  `CREATE TABLE state    (version INTEGER, closed INTEGER, paths INTEGER, calendar TEXT, swept INTEGER)`,
  `INSERT INTO state VALUES (${SCHEMA_VERSION}, 0, 0, NULL, 0)`,
]

/** What each release added to the tables of the one before. */
const migrations: Record<number, (sql: SqlStorage) => void> = {
  1: (sql) => {
    sql.exec(`ALTER TABLE state ADD COLUMN swept INTEGER DEFAULT 0`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE reset'))!)
    sql.exec(`ALTER TABLE fragment RENAME TO fragment_1`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE fragment'))!)
    sql.exec(`INSERT INTO fragment SELECT id, start, until, until, bytes FROM fragment_1`)
    sql.exec(`DROP TABLE fragment_1`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE event'))!)
    type Row = { last: number; text: string | ArrayBuffer }
    for (const { last, text } of sql.exec<Row>(`SELECT last, text FROM raw ORDER BY id`)) {
      // During a deploy a Hail of this release may have handed its chunks to the older Whale.
      if (typeof text !== 'string') {
        insertEvents(sql, new Uint8Array(text), last)
        continue
      }
      const entries: Event[][] = JSON.parse(text)
      for (const bytes of encode(entries.flat())) insertEvents(sql, bytes, last)
    }
    sql.exec(`DROP TABLE raw`)
  },
}

export const exists = (sql: SqlStorage): boolean =>
  sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'state'`).toArray().length > 0

export function create(sql: SqlStorage): void {
  for (const table of tables) sql.exec(table)
}

/** Whether the tables are of an older release. */
export const isOld = (sql: SqlStorage): boolean => versionOf(sql) < SCHEMA_VERSION

/** Brings the tables of an older release up to this one. Call inside a transaction: half of it would be neither. */
export function migrate(sql: SqlStorage): void {
  for (let version = versionOf(sql); version < SCHEMA_VERSION; version++) migrations[version]!(sql)
  sql.exec(`UPDATE state SET version = ?`, SCHEMA_VERSION)
}

const versionOf = (sql: SqlStorage): number => sql.exec<{ version: number }>(`SELECT version FROM state`).one().version

/** Stores one chunk of raw events. */
export function insertEvents(sql: SqlStorage, bytes: Uint8Array, merged: number): void {
  const { first, last, events } = extentOf(bytes)
  sql.exec(
    `INSERT INTO event (start, until, merged, events, bytes) VALUES (?, ?, ?, ?, ?)`,
    first,
    last,
    merged,
    events,
    bytes,
  )
}

/**
 * Stores one part of a fragment, under an id of its own or one that it had. A new id lies beyond all that are closed:
 * SQLite would give that of a fragment that was let go again, and what lies under it would count as closed.
 */
export function insertFragment(sql: SqlStorage, part: Uint8Array, merged: number, id: number | null = null): void {
  const [start, until] = extentIn(part)
  sql.exec(
    `INSERT INTO fragment (id, start, until, merged, bytes)
     SELECT coalesce(?, 1 + max(closed, (SELECT coalesce(max(id), 0) FROM fragment))), ?, ?, ?, ? FROM state`,
    id,
    start,
    until,
    merged,
    part,
  )
}
