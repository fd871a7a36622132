/**
 * Unique counts, exact at any size, Gimel's way: who took part in an experiment of a namespace with which variant, and who
 * reached which goal. A series is one such counter, and each of its visitors a row, known by eight bytes of a hash for ever:
 * so a repeat counts nothing, however late it comes. It knows nothing of what is decided here.
 */
import type { Tracked } from '../rollup/erase'
import type { Noted } from './slice'
import { Tracks } from './tracks'

/** Rows that go in one turn: some ten milliseconds. */
const TURN = 5_000

export const tables = [
  // A deleted experiment has no namespace, and stays until all of its rows are gone: no number is given twice meanwhile.
  `CREATE TABLE roster  (id INTEGER PRIMARY KEY, namespace TEXT, name TEXT, UNIQUE (namespace, name))`,
  `CREATE TABLE series   (id INTEGER PRIMARY KEY, roster INTEGER, event TEXT, variant TEXT, uniques INTEGER,
                          UNIQUE (roster, event, variant))`,
  `CREATE TABLE tracked  (series INTEGER, uuid BLOB, PRIMARY KEY (series, uuid)) WITHOUT ROWID`,
]

/** Applies what a slice tells, inside the transaction that stores it; how many of it found no room. */
export function track(sql: SqlStorage, notes: readonly Noted[]): number {
  const told = notes.flatMap(({ note }) => (note.kind === 'track' ? [note] : []))
  if (!told.length) return 0
  const tracks = new Tracks(sql)
  const refused = told.filter((note) => !tracks.add(note)).length
  tracks.write()
  return refused
}

/** From here on it is not there, and its name begins anew. */
export function untrack(sql: SqlStorage, { namespace, experiment }: Tracked): void {
  sql.exec(`UPDATE roster SET namespace = NULL WHERE namespace = ? AND name = ?`, namespace, experiment)
}

/** One step of letting go of what was deleted; whether there is more. */
export function dropTracked(sql: SqlStorage): boolean {
  const [gone] = sql
    .exec<{ roster: number; series: number | null }>(
      `SELECT roster.id AS roster, series.id AS series FROM roster LEFT JOIN series ON series.roster = roster.id
       WHERE namespace IS NULL LIMIT 1`,
    )
    .toArray()
  if (!gone) return false
  const { roster, series } = gone
  if (series === null) {
    sql.exec(`DELETE FROM roster WHERE id = ?`, roster)
    return true
  }
  const { rowsWritten } = sql.exec(
    `DELETE FROM tracked WHERE series = ? AND uuid IN (SELECT uuid FROM tracked WHERE series = ? LIMIT ${TURN})`,
    series,
    series,
  )
  if (!rowsWritten) sql.exec(`DELETE FROM series WHERE id = ?`, series)
  return true
}
