/**
 * The Whale's tables. A reader alone makes none, so asking after a site that never had an event writes nothing.
 * Types and paths are integer ids; wide columns stand last, so that a scan by time reads no blob.
 */
const SCHEMA_VERSION = 1

const tables = [
  // What was merged from each Hail: stored in the same transaction as the slice itself. That is exactly-once.
  `CREATE TABLE shard    (shard INTEGER PRIMARY KEY, cursor INTEGER, events INTEGER, last INTEGER)`,
  `CREATE TABLE gap      (shard INTEGER, start INTEGER, until INTEGER)`,
  // Partial rollups as they came; the earliest and the latest bucket in them.
  `CREATE TABLE fragment (id INTEGER PRIMARY KEY, start INTEGER, until INTEGER, bytes BLOB)`,
  // Raw events as they came, JSON; when the last of them arrived.
  `CREATE TABLE raw      (id INTEGER PRIMARY KEY, last INTEGER, text TEXT)`,
  `CREATE TABLE type     (id INTEGER PRIMARY KEY, name TEXT)`,
  `CREATE TABLE path     (parent INTEGER, name TEXT, id INTEGER, PRIMARY KEY (parent, name)) WITHOUT ROWID`,
  // level: 1 hour (start: unix seconds), 2 day (start: yyyymmdd), 3 month (start: yyyymm), both by the site's calendar.
  `CREATE TABLE cell     (level INTEGER, type INTEGER, path INTEGER, start INTEGER, metrics TEXT, sketch BLOB,
                          PRIMARY KEY (level, type, path, start)) WITHOUT ROWID`,
  // One row. calendar: what the Pod last said. closed: the last fragment that is in the cells. paths: the last path id given.
  `CREATE TABLE state    (version INTEGER, closed INTEGER, paths INTEGER, calendar TEXT)`,
  `INSERT INTO state VALUES (${SCHEMA_VERSION}, 0, 0, NULL)`,
]

export const exists = (sql: SqlStorage): boolean =>
  sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'state'`).toArray().length > 0

export function create(sql: SqlStorage): void {
  for (const table of tables) sql.exec(table)
}
