/**
 * The cells: numbers by level, type, path and start, on disk. Three levels are kept; every longer interval is read
 * from them. Hours are keyed by unix seconds, days and months by the site's calendar (yyyymmdd, yyyymm),
 * so that a day is a day whatever its length.
 */
import { type Cell, fromText, merge, toText } from '../rollup/cell'
import { dateOf, floor, monthOf, startOfDate, startOfMonth, type Zones } from '../rollup/interval'
import { type Cells, mergeAt } from './pending'

interface Level {
  id: number
  /** The key of the bucket a moment lies in, and that bucket's start. */
  key(ms: number, zones: Zones): number
  start(key: number, zones: Zones): number
}

export const levels = {
  hour: { id: 1, key: (ms, zones) => floor('hour', ms, zones) / 1000, start: (key) => key * 1000 },
  day: { id: 2, key: dateOf, start: startOfDate },
  month: { id: 3, key: monthOf, start: startOfMonth },
} satisfies Record<string, Level>
export type LevelName = keyof typeof levels

/** Rows to a statement: one JSON parameter each way, since the platform takes 100 bound ones at most. */
const CHUNK = 500

type Key = readonly [level: number, type: number, path: number, start: number]

const select = `
  SELECT cell.level, cell.type, cell.path, cell.start, cell.metrics
  FROM   json_each(?) AS key
  JOIN   cell ON  cell.level = key.value->>0 AND cell.type  = key.value->>1
              AND cell.path  = key.value->>2 AND cell.start = key.value->>3`

const upsert = `
  INSERT INTO cell (level, type, path, start, metrics)
  SELECT      value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?) WHERE true
  ON CONFLICT (level, type, path, start) DO UPDATE SET metrics = excluded.metrics`

/** Adds to cells, in chunks. The sums are made here and not in SQL, because they are compensated. */
export class CellWriter {
  private chunk = new Map<string, { key: Key; cell: Cell }>()

  constructor(private readonly sql: SqlStorage) {}

  add(key: Key, cell: Cell): void {
    this.chunk.set(key.join(), { key, cell })
    if (this.chunk.size >= CHUNK) this.flush()
  }

  flush(): void {
    if (!this.chunk.size) return
    const keys = JSON.stringify([...this.chunk.values()].map(({ key }) => key))
    type Row = { level: number; type: number; path: number; start: number; metrics: string }
    for (const { level, type, path, start, metrics } of this.sql.exec<Row>(select, keys).toArray()) {
      const entry = this.chunk.get([level, type, path, start].join())
      if (entry) merge(entry.cell, fromText(metrics))
    }
    const rows = [...this.chunk.values()].map(({ key, cell }) => [...key, toText(cell)])
    this.sql.exec(upsert, JSON.stringify(rows))
    this.chunk.clear()
  }
}

/** One series of a level: every kept bucket that lies in [from, to), unix milliseconds. */
export function readCells(
  sql: SqlStorage,
  level: LevelName,
  { type, path, from, to }: { type: number; path: number; from: number; to: number },
  zones: Zones,
): Cells {
  const { id, key, start } = levels[level]
  const cells: Cells = new Map()
  const rows = sql.exec<{ start: number; metrics: string }>(
    `SELECT start, metrics FROM cell WHERE level = ? AND type = ? AND path = ? AND start >= ? AND start <= ?`,
    id,
    type,
    path,
    key(from, zones),
    key(to - 1, zones),
  )
  for (const row of rows) mergeAt(cells, start(row.start, zones), fromText(row.metrics))
  return cells
}
