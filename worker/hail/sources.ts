/**
 * Sources: logs of other Graupels that are handed on to this one. How far a source has come is stored in the transaction
 * that stores its events, so a slice that comes again, after a crash or a lost answer, changes nothing and learns the
 * cursor. From there on they are events like all others: peeked at, merged, and forwarded further.
 */
import type { Life } from './life'
import type { Entry } from './log'
import { batches } from './batch'
import type { State } from './state'

/** A slice is merged when it is this old. */
const SLICE_MS = 60_000
/** Whoever has the write key could make them up; a row each, read when a slice is sent on. */
const MOST_SOURCES = 10_000
/** Characters of a generation: enough to tell one from the next. */
const SHOWN = 8

export interface SourceSlice {
  source: string
  generation: string
  /** Positions in the source's log: exclusive at `from`, inclusive at `to`. */
  from: number
  to: number
  /** The sites that its events have passed. */
  via: string[]
  gap?: [from: number, to: number]
  entries: Entry[]
}

/** What a Hail says to a slice: how far it has that log, or why it can't take any of it. */
export type Taken = { cursor: number } | { problem: string }

export interface SourceStatus {
  source: string
  /** How it begins: whoever knows all of it and has the write key could move the cursor, and what was never sent would pass for received. */
  generation: string
  cursor: number
  /** Entries that came from it, and when the last of them did, unix milliseconds. */
  events: number
  last: number
}

const tables = [
  `CREATE TABLE IF NOT EXISTS source (source TEXT, generation TEXT, cursor INTEGER, events INTEGER, last INTEGER, via TEXT,
                                      PRIMARY KEY (source, generation)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS source_gap (source TEXT, generation TEXT, start INTEGER, until INTEGER)`,
]

export class Sources {
  /** `written` hears of each slice: what lies in the log now, and what this life knows. */
  constructor(
    private readonly life: Life,
    private readonly written: (entries: Entry[], state: State) => void,
  ) {}

  cursor(source: string, generation: string): number {
    const { sql } = this.life.storage
    if (!exist(sql)) return 0
    const [row] = sql
      .exec<{ cursor: number }>(`SELECT cursor FROM source WHERE source = ? AND generation = ?`, source, generation)
      .toArray()
    return row?.cursor ?? 0
  }

  /** Takes a slice; or, where it does not begin at the cursor, changes nothing. Throws where the disk does, likewise. */
  async take(slice: SourceSlice): Promise<Taken> {
    const { life } = this
    await life.recall()
    const { source, generation, from, to, entries } = slice
    const cursor = this.cursor(source, generation)
    if (from !== cursor || to <= cursor) return { cursor }
    const state = life.wake()
    if (!cursor && this.count() >= MOST_SOURCES) return { problem: `there are ${MOST_SOURCES} sources already` }
    // No await between the two: the rows and the clock that will merge them reach the disk together.
    this.write(slice, state, Date.now())
    state.unmerged += entries.length
    await life.alarmOnce(Date.now() + SLICE_MS)
    this.written(entries, state)
    return { cursor: to }
  }

  private write({ source, generation, to, via, gap, entries }: SourceSlice, { log }: State, now: number): void {
    const { storage } = this.life
    const { last } = log
    try {
      storage.transactionSync(() => {
        for (const table of tables) storage.sql.exec(table)
        for (const batch of batches(entries)) log.append(batch, now)
        if (gap) storage.sql.exec(`INSERT INTO source_gap VALUES (?, ?, ?, ?)`, source, generation, ...gap)
        storage.sql.exec(
          `INSERT INTO source VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (source, generation) DO UPDATE
           SET cursor = excluded.cursor, events = events + excluded.events, last = excluded.last, via = excluded.via`,
          source,
          generation,
          to,
          entries.length,
          now,
          JSON.stringify(via),
        )
      })
    } catch (error) {
      log.reread(last)
      throw error
    }
  }

  private count(): number {
    const { sql } = this.life.storage
    return exist(sql) ? sql.exec<{ n: number }>(`SELECT count(*) AS n FROM source`).one().n : 0
  }
}

/** All sites that events of this log may have passed before. */
export function viaOf(sql: SqlStorage): string[] {
  if (!exist(sql)) return []
  const rows = sql.exec<{ via: string }>(`SELECT DISTINCT via FROM source`).toArray()
  return [...new Set(rows.flatMap(({ via }) => JSON.parse(via) as string[]))] // What write wrote.
}

export function sourcesOf(sql: SqlStorage): {
  sources: SourceStatus[]
  gaps: { source: string; start: number; until: number }[]
} {
  if (!exist(sql)) return { sources: [], gaps: [] }
  return {
    sources: sql
      .exec<Record<keyof SourceStatus, never>>(
        `SELECT source, substr(generation, 1, ${SHOWN}) AS generation, cursor, events, last
         FROM source ORDER BY last DESC LIMIT 100`,
      )
      .toArray(),
    gaps: sql
      .exec<{ source: string; start: number; until: number }>(
        `SELECT source, start, until FROM source_gap ORDER BY rowid DESC LIMIT 100`,
      )
      .toArray(),
  }
}

const exist = (sql: SqlStorage): boolean =>
  sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'source'`).toArray().length > 0
