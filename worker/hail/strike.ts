/** What a reset takes out of the log: rows that the Whale has merged, and would fold again if it were restored to a state before them. */
import type { Event } from '../../sdk/wire/event'
import { type Scope, VISITORS, withoutEvent } from '../rollup/erase'
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
function wordOf({ type, path, metric, visitor, tracked }: Scope): string {
  if (tracked) return `"experiment":${JSON.stringify(tracked.experiment)}`
  if (visitor !== undefined) return `"visitor":${visitor}`
  if (path?.length) return JSON.stringify(path.at(-1)).slice(1, -1)
  if (metric === undefined) return `"type":${JSON.stringify(type ?? '').slice(0, -1)}`
  // An event that says nothing of hits has one.
  if (metric === 'hits') return `"metrics"`
  return metric === VISITORS ? `"visitor` : JSON.stringify(metric).slice(1, -1)
}

export function remember(sql: SqlStorage, { id, scope }: Told, position: number): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS reset (id TEXT PRIMARY KEY, scope TEXT, position INTEGER) WITHOUT ROWID`)
  sql.exec(`INSERT INTO reset VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, JSON.stringify(scope), position)
}

/** All of them: a Whale may be restored to before one whose log is long gone. */
export const struck = (sql: SqlStorage): Struck[] =>
  sql
    .exec<{ id: string; scope: string; position: number }>(`SELECT id, scope, position FROM reset`)
    .toArray()
    .map(({ id, scope, position }) => ({ id, scope: JSON.parse(scope) as Scope, position })) // What remember wrote.
