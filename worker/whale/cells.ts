/**
 * The cells: numbers by level, type, path and start, on disk. Three levels are kept; every longer interval is read
 * from them. Hours are keyed by unix seconds, days and months by the site's calendar (yyyymmdd, yyyymm),
 * so that a day is a day whatever its length.
 */
import { type Cell, empty, fromText, merge, toText } from '../rollup/cell'
import { dateOf, floor, monthOf, startOfDate, startOfMonth, type Zones } from '../rollup/interval'
import { type Cells, emplace, mergeAt } from './pending'

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

export type Key = readonly [level: number, type: number, path: number, start: number]
type Row = { level: number; type: number; path: number; start: number; metrics: string; sketch: ArrayBuffer | null }

const select = `
  SELECT cell.level, cell.type, cell.path, cell.start, cell.metrics, cell.sketch
  FROM   json_each(?) AS key
  JOIN   cell ON  cell.level = key.value->>0 AND cell.type  = key.value->>1
              AND cell.path  = key.value->>2 AND cell.start = key.value->>3`

const upsert = `
  INSERT INTO cell (level, type, path, start, metrics, sketch)
  SELECT      value->>0, value->>1, value->>2, value->>3, value->>4, unhex(value->>5) FROM json_each(?) WHERE true
  ON CONFLICT (level, type, path, start) DO UPDATE SET metrics = excluded.metrics, sketch = excluded.sketch`

/** Adds to cells, in chunks. The sums are made here and not in SQL, because they are compensated; what is given stays as it is. */
export class CellWriter {
  private chunk = new Map<string, { key: Key; cells: Cell[] }>()

  constructor(private readonly sql: SqlStorage) {}

  add(key: Key, cell: Cell): void {
    emplace(this.chunk, key.join(), () => ({ key, cells: [] as Cell[] })).cells.push(cell)
    if (this.chunk.size >= CHUNK) this.flush()
  }

  flush(): void {
    if (!this.chunk.size) return
    const stored = new Map<string, Cell>()
    const keys = JSON.stringify([...this.chunk.values()].map(({ key }) => key))
    for (const row of this.sql.exec<Row>(select, keys).toArray()) {
      stored.set([row.level, row.type, row.path, row.start].join(), cellOf(row))
    }
    const rows = [...this.chunk].map(([name, { key, cells }]) => rowOf(key, summed(stored.get(name), cells)))
    this.sql.exec(upsert, `[${rows.join()}]`)
    this.chunk.clear()
  }
}

function summed(stored: Cell | undefined, cells: readonly Cell[]): Cell {
  if (!stored && cells.length === 1) return cells[0]!
  const sum = stored ?? empty()
  for (const cell of cells) merge(sum, cell)
  return sum
}

function rowOf(key: Key, cell: Cell): string {
  const sketch = cell.visitors ? `"${hexOf(cell.visitors.encode())}"` : 'null'
  return `[${key.join()},${JSON.stringify(toText(cell))},${sketch}]`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** JSON carries no bytes. */
function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]!
  return hex
}

const cellOf = ({ metrics, sketch }: Pick<Row, 'metrics' | 'sketch'>): Cell =>
  fromText(metrics, sketch && new Uint8Array(sketch))

export interface Stretch {
  level: LevelName
  type: number
  /** Unix milliseconds; `to` is exclusive. */
  from: number
  to: number
  /** Whether distinct visitors are asked for: their sketches are most of a row. */
  sketches: boolean
}

const columns = (sketches: boolean) => `metrics, ${sketches ? 'sketch' : 'NULL AS sketch'}`

/** One series of a level: every kept bucket that lies in the stretch. */
export function readCells(sql: SqlStorage, path: number, stretch: Stretch, zones: Zones): Cells {
  const { id, key, start } = levels[stretch.level]
  const cells: Cells = new Map()
  const rows = sql.exec<Pick<Row, 'start' | 'metrics' | 'sketch'>>(
    `SELECT start, ${columns(stretch.sketches)} FROM cell WHERE level = ? AND type = ? AND path = ? AND start >= ? AND start <= ?`,
    id,
    stretch.type,
    path,
    key(stretch.from, zones),
    key(stretch.to - 1, zones),
  )
  for (const row of rows) mergeAt(cells, start(row.start, zones), cellOf(row))
  return cells
}

/** The same of each child of a path, in one statement; starts in unix milliseconds. */
export function* readChildren(
  sql: SqlStorage,
  parent: number,
  stretch: Stretch,
  zones: Zones,
): Generator<{ name: string; start: number; cell: Cell }> {
  const { id, key, start } = levels[stretch.level]
  const starts = new Map<number, number>()
  const rows = sql.exec<{ name: string; start: number; metrics: string; sketch: ArrayBuffer | null }>(
    `SELECT     path.name, cell.start, ${columns(stretch.sketches)}
     FROM       path
     CROSS JOIN cell ON cell.level = ? AND cell.type = ? AND cell.path = path.id AND cell.start >= ? AND cell.start <= ?
     WHERE      path.parent = ?`,
    id,
    stretch.type,
    key(stretch.from, zones),
    key(stretch.to - 1, zones),
    parent,
  )
  for (const row of rows) {
    yield { name: row.name, start: emplace(starts, row.start, () => start(row.start, zones)), cell: cellOf(row) }
  }
}
