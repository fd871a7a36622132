/** What a Hail's life begins with: its log, the ids it knows, how far they are filed and merged, and who is visiting. */
import { Caps } from './caps'
import { Flood } from './flood'
import { eventsIn } from './fold'
import type { Gate } from './gate'
import { Ids } from './ids'
import { Ledger } from './ledger'
import { Log } from './log'
import { type Struck, struck } from './strike'
import { Visits } from './visits'

/** How far the log has come. */
export interface Places {
  /** Ids up to here are in their buckets. */
  filed: number
  /** The Whale said it has merged up to here. */
  merged: number
  /** Log up to here is gone. */
  dropped: number
}

export interface State {
  log: Log
  ids: Ids
  places: Places
  visits: Visits
  /** What may keep an entry out. */
  gates: readonly Gate[]
  /** Events in the log that the Whale has not merged. */
  unmerged: number
  /** Resets that the log was rewritten for. */
  resets: Struck[]
  /** Whose each stretch of the log is. */
  ledger: Ledger
}

/** A reader alone makes no table. */
export function stateOf(storage: DurableObjectStorage, create: boolean): State | undefined {
  const { sql } = storage
  if (!has(sql, 'place')) {
    if (!create) return undefined
    storage.transactionSync(() => {
      sql.exec(`CREATE TABLE place (filed INTEGER, merged INTEGER, dropped INTEGER, visits BLOB, generation TEXT)`)
      sql.exec(`INSERT INTO place VALUES (0, 0, 0, NULL, ?)`, crypto.randomUUID())
      sql.exec(`CREATE TABLE ids (key INTEGER PRIMARY KEY, until INTEGER, rows BLOB)`)
    })
  } else storage.transactionSync(() => migrate(sql))
  const { filed, merged, dropped, generation } = sql
    .exec<Record<keyof Places, number> & { generation: string }>(`SELECT filed, merged, dropped, generation FROM place`)
    .one()
  const log = new Log(sql, Math.max(filed, merged, dropped))
  return {
    log,
    ids: new Ids(sql, log, filed),
    places: { filed, merged, dropped },
    visits: visitsOf(sql, log, filed),
    gates: [new Caps(sql), new Flood()],
    unmerged: log.count(merged),
    resets: has(sql, 'reset') ? struck(sql) : [],
    ledger: new Ledger(storage, generation),
  }
}

/** What releases added to the place of the one before. */
function migrate(sql: SqlStorage): void {
  const columns = sql
    .exec<{ name: string }>(`SELECT name FROM pragma_table_info('place')`)
    .toArray()
    .map(({ name }) => name)
  if (!columns.includes('visits')) sql.exec(`ALTER TABLE place ADD COLUMN visits BLOB`)
  if (columns.includes('generation')) return
  sql.exec(`ALTER TABLE place ADD COLUMN generation TEXT`)
  sql.exec(`UPDATE place SET generation = ?`, crypto.randomUUID())
}

const has = (sql: SqlStorage, table: string): boolean =>
  sql.exec(`SELECT 1 FROM sqlite_master WHERE name = ?`, table).toArray().length > 0

/** Who was remembered with the last merge, and who came since. */
export function visitsOf(sql: SqlStorage, log: Log, filed: number): Visits {
  const { visits } = sql.exec<{ visits: ArrayBuffer | null }>(`SELECT visits FROM place`).one()
  const known = new Visits(visits ? new Uint8Array(visits) : undefined)
  for (const { text } of log.after(filed)) {
    if (!text.includes('"visitor"')) continue
    for (const { visitor, at, daily } of eventsIn(text))
      if (visitor !== undefined && !daily) known.begins({ visitor, at })
  }
  return known
}
