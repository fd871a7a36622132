/**
 * The Whale's tables. A reader alone makes none, so asking after a site that never had an event writes nothing.
 * Types and paths are integer ids; wide columns stand last, so that a scan by time reads no blob.
 */
import type { Event } from '../../sdk/wire/event'
import { encode, extentOf } from '../rollup/archive'
import { type Cell, fromText } from '../rollup/cell'
import { extentIn } from '../rollup/fragment'
import { packHours } from '../rollup/hours'
import { dateOf, startOfDate, type Zones } from '../rollup/interval'
import { tables as trackTables } from './tracked'

const SCHEMA_VERSION = 3

const decisionTables = [
  // Experiments by number; changed: the list's version that brought it. Of one that is gone only the number is left.
  `CREATE TABLE experiment (number INTEGER PRIMARY KEY, changed INTEGER, definition TEXT)`,
  // What each has learnt, a row for each part of it: see learning.ts.
  `CREATE TABLE learnt     (experiment INTEGER, key TEXT, bytes BLOB, PRIMARY KEY (experiment, key)) WITHOUT ROWID`,
  // Decisions that came to something, by their id: to what so far, when each was made, and how long after it was first rewarded.
  `CREATE TABLE rewarded   (experiment INTEGER, id TEXT, at INTEGER, x REAL, y REAL, delay INTEGER, PRIMARY KEY (experiment, id))
                            WITHOUT ROWID`,
  // The log of decisions: when the earliest and the latest of a row's decisions were made, when it came, how many notes:
  // see journal.ts.
  `CREATE TABLE note       (experiment INTEGER, id INTEGER, start INTEGER, until INTEGER, merged INTEGER, notes INTEGER, weights TEXT,
                            rewards TEXT, exposures TEXT, PRIMARY KEY (experiment, id)) WITHOUT ROWID`,
  ...trackTables,
]

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
  // level: 2 day (start: yyyymmdd), 3 month (start: yyyymm), both by the site's calendar. hours: those of the day.
  `CREATE TABLE cell     (level INTEGER, type INTEGER, path INTEGER, start INTEGER, metrics TEXT, sketch BLOB, hours BLOB,
                          PRIMARY KEY (level, type, path, start)) WITHOUT ROWID`,
  // What was deleted on purpose, and how far that has come: see reset.ts.
  `CREATE TABLE reset    (id TEXT PRIMARY KEY, scope TEXT, made INTEGER, stage TEXT, fragment INTEGER, event INTEGER) WITHOUT ROWID`,
  // One row. calendar: what the Pod last said. closed: the last fragment that is in the cells. paths: the last path id given.
  // swept: when what is too old was last let go. compacted: the last raw events that were put together.
  `CREATE TABLE state    (version INTEGER, closed INTEGER, paths INTEGER, calendar TEXT, swept INTEGER, compacted INTEGER)`,
  `INSERT INTO state VALUES (${SCHEMA_VERSION}, 0, 0, NULL, 0, 0)`,
  ...decisionTables,
]

/** What each release added to the tables of the one before. */
const migrations: Record<number, (sql: SqlStorage, zones: Zones) => void> = {
  1: (sql, zones) => {
    sql.exec(`ALTER TABLE state ADD COLUMN swept INTEGER DEFAULT 0`)
    sql.exec(`ALTER TABLE state ADD COLUMN compacted INTEGER DEFAULT 0`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE reset'))!)
    sql.exec(`ALTER TABLE fragment RENAME TO fragment_1`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE fragment'))!)
    sql.exec(`INSERT INTO fragment SELECT id, start, until, until, bytes FROM fragment_1`)
    sql.exec(`DROP TABLE fragment_1`)
    sql.exec(tables.find((table) => table.startsWith('CREATE TABLE event'))!)
    type Raw = { last: number; text: string | ArrayBuffer }
    for (const { last, text } of sql.exec<Raw>(`SELECT last, text FROM raw ORDER BY id`)) {
      // During a deploy a Hail of this release may have handed its chunks to the older Whale.
      if (typeof text !== 'string') {
        insertEvents(sql, new Uint8Array(text), last)
        continue
      }
      const entries: Event[][] = JSON.parse(text)
      for (const bytes of encode(entries.flat())) insertEvents(sql, bytes, last)
    }
    sql.exec(`DROP TABLE raw`)
    hoursIntoDays(sql, zones)
  },
  2: (sql) => {
    for (const table of decisionTables) sql.exec(table)
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
export function migrate(sql: SqlStorage, zones: Zones): void {
  for (let version = versionOf(sql); version < SCHEMA_VERSION; version++) migrations[version]!(sql, zones)
  sql.exec(`UPDATE state SET version = ?`, SCHEMA_VERSION)
}

/** In the first release hours were rows of their own, level 1, by unix seconds. */
function hoursIntoDays(sql: SqlStorage, zones: Zones): void {
  sql.exec(`ALTER TABLE cell ADD COLUMN hours BLOB`)
  type Row = { type: number; path: number; start: number; metrics: string }
  let day: { type: number; path: number; date: number; hours: Map<number, Cell> } | undefined
  const write = () => {
    if (!day) return
    const bytes = packHours(startOfDate(day.date, zones), day.hours)
    sql.exec(
      `UPDATE cell SET hours = ? WHERE level = 2 AND type = ? AND path = ? AND start = ?`,
      bytes,
      day.type,
      day.path,
      day.date,
    )
  }
  const rows = sql.exec<Row>(`SELECT type, path, start, metrics FROM cell WHERE level = 1 ORDER BY type, path, start`)
  for (const { type, path, start, metrics } of rows.toArray()) {
    const date = dateOf(start * 1000, zones)
    if (day?.type !== type || day.path !== path || day.date !== date) {
      write()
      day = { type, path, date, hours: new Map() }
    }
    day.hours.set(start * 1000, fromText(metrics))
  }
  write()
  sql.exec(`DELETE FROM cell WHERE level = 1`)
}

const versionOf = (sql: SqlStorage): number => sql.exec<{ version: number }>(`SELECT version FROM state`).one().version

/** Ids rise for ever: one that was given and swept away again must not come back below what is closed. */
const nextId = (table: 'fragment' | 'event', reached: 'closed' | 'compacted') =>
  `coalesce(?, (SELECT max(coalesce((SELECT max(id) FROM ${table}), 0), ${reached}) + 1 FROM state))`

/** Stores one chunk of raw events, under an id of its own or one that is free. */
export function insertEvents(sql: SqlStorage, bytes: Uint8Array, merged: number, id: number | null = null): void {
  const { first, last, events } = extentOf(bytes)
  sql.exec(
    `INSERT INTO event (id, start, until, merged, events, bytes) VALUES (${nextId('event', 'compacted')}, ?, ?, ?, ?, ?)`,
    id,
    first,
    last,
    merged,
    events,
    bytes,
  )
}

/** Stores one part of a fragment, under an id of its own or one that is free. */
export function insertFragment(sql: SqlStorage, part: Uint8Array, merged: number, id: number | null = null): void {
  const [start, until] = extentIn(part)
  sql.exec(
    `INSERT INTO fragment (id, start, until, merged, bytes) VALUES (${nextId('fragment', 'closed')}, ?, ?, ?, ?)`,
    id,
    start,
    until,
    merged,
    part,
  )
}
