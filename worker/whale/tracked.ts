/**
 * Unique counts, exact at any size, Gimel's way: who took part in an experiment of a namespace with which variant, and who
 * reached which goal. A series is one such counter, and each of its visitors a row, known by eight bytes of a hash for ever:
 * so a repeat counts nothing, however late it comes. It knows nothing of what is decided here.
 */
import type { Note } from '../../sdk/wire/note'
import type { Tracked } from '../rollup/erase'
import { Tracks } from './tracks'

/** Rows that go in one turn: some ten milliseconds. */
const TURN = 5_000

export const tables = [
  // A deleted experiment has no namespace, and stays until all of its rows are gone: no number is given twice meanwhile.
  `CREATE TABLE campaign (id INTEGER PRIMARY KEY, namespace TEXT, name TEXT, UNIQUE (namespace, name))`,
  `CREATE TABLE series   (id INTEGER PRIMARY KEY, campaign INTEGER, event TEXT, variant TEXT, uniques INTEGER,
                          UNIQUE (campaign, event, variant))`,
  `CREATE TABLE tracked  (series INTEGER, uuid BLOB, PRIMARY KEY (series, uuid)) WITHOUT ROWID`,
]

/** Applies what a slice tells, inside the transaction that stores it; how many of it found no room. */
export function track(sql: SqlStorage, notes: readonly Note[]): number {
  const told = notes.filter((note) => note.kind === 'track')
  if (!told.length) return 0
  const tracks = new Tracks(sql)
  const refused = told.filter((note) => !tracks.add(note)).length
  tracks.write()
  return refused
}

/** From here on it is not there, and its name begins anew. */
export function untrack(sql: SqlStorage, { namespace, experiment }: Tracked): void {
  sql.exec(`UPDATE campaign SET namespace = NULL WHERE namespace = ? AND name = ?`, namespace, experiment)
}

/** One step of letting go of what was deleted; whether there is more. */
export function dropTracked(sql: SqlStorage): boolean {
  const [gone] = sql
    .exec<{ campaign: number; series: number | null }>(
      `SELECT campaign.id AS campaign, series.id AS series FROM campaign LEFT JOIN series ON series.campaign = campaign.id
       WHERE namespace IS NULL LIMIT 1`,
    )
    .toArray()
  if (!gone) return false
  const { campaign, series } = gone
  if (series === null) {
    sql.exec(`DELETE FROM campaign WHERE id = ?`, campaign)
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
