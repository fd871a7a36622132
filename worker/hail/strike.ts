/** What a reset takes out of the log: rows that the Whale has merged, and would fold again if it were restored to a state before them. */
import type { Event } from '../../sdk/wire/event'
import { type Scope, withoutEvent } from '../rollup/erase'
import type { Told } from '../whale/slice'
import type { Log } from './log'

/** A reset and the last position of the log that it touched. */
export interface Struck extends Told {
  position: number
}

export function strike(log: Log, upTo: number, scope: Scope): void {
  log.rewrite(upTo, wordOf(scope), (text) => {
    const entries = JSON.parse(text) as Event[][] // What deliver wrote.
    // An entry that nothing is left of stays, empty: rows count their entries.
    return JSON.stringify(
      entries.map((events) => events.map((event) => withoutEvent(event, scope)).filter((event) => event !== undefined)),
    )
  })
}

/** A word that every row has in which something is to be struck. */
function wordOf({ type, path, metric, visitor }: Scope): string {
  if (visitor !== undefined) return `"visitor":${visitor}`
  if (path?.length) return JSON.stringify(path.at(-1)).slice(1, -1)
  return metric === undefined ? `"type":"${type ?? ''}` : JSON.stringify(metric).slice(1, -1)
}

export function remember(sql: SqlStorage, { id, scope }: Told, position: number): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS reset (id TEXT PRIMARY KEY, scope TEXT, position INTEGER) WITHOUT ROWID`)
  sql.exec(`INSERT INTO reset VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, JSON.stringify(scope), position)
}

/** Those that reach beyond what is gone of the log. */
export const struck = (sql: SqlStorage, dropped: number): Struck[] =>
  sql
    .exec<{ id: string; scope: string; position: number }>(
      `SELECT id, scope, position FROM reset WHERE position > ?`,
      dropped,
    )
    .toArray()
    .map(({ id, scope, position }) => ({ id, scope: JSON.parse(scope) as Scope, position })) // What remember wrote.
