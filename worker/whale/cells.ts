/**
 * The cells: numbers by level, type, path and start, on disk. Two levels are kept: days, each with its hours inside, and
 * months. Every other interval is read from them. Both are keyed by the site's calendar (yyyymmdd, yyyymm), so that a
 * day is a day whatever its length.
 */
import { type Cell, empty, fromText, merge, toText } from '../rollup/cell'
import { type Hours, hoursIn, packHours } from '../rollup/hours'
import { dateOf, monthOf, startOfDate, startOfMonth, type Zones } from '../rollup/interval'
import { type Cells, emplace, mergeAt } from './pending'

interface Level {
  id: number
  /** The key of the bucket a moment lies in, and that bucket's start. */
  key(ms: number, zones: Zones): number
  start(key: number, zones: Zones): number
}

export const levels = {
  day: { id: 2, key: dateOf, start: startOfDate },
  month: { id: 3, key: monthOf, start: startOfMonth },
} satisfies Record<string, Level>

/** What is read: hours lie in their days. */
export type LevelName = 'hour' | keyof typeof levels
const rowsOf = { hour: levels.day, day: levels.day, month: levels.month } satisfies Record<LevelName, Level>

/** Rows to a statement: one JSON parameter each way, since the platform takes 100 bound ones at most. */
const CHUNK = 500
/** A parameter may have two megabytes: rows go together up to so many characters … */
const PARAMETER = 512 * 1024
/** … and those with more bytes than this, twice as many characters in hexadecimal, by themselves. */
const LARGE_BYTES = 2 * 1024

export type Key = readonly [level: number, type: number, path: number, start: number]
interface Row {
  level: number
  type: number
  path: number
  start: number
  metrics: string
  sketch: ArrayBuffer | null
  hours: ArrayBuffer | null
}

const select = `
  SELECT cell.level, cell.type, cell.path, cell.start, cell.metrics, cell.sketch, cell.hours
  FROM   json_each(?) AS key
  JOIN   cell ON  cell.level = key.value->>0 AND cell.type  = key.value->>1
              AND cell.path  = key.value->>2 AND cell.start = key.value->>3`

const conflict = `
  ON CONFLICT (level, type, path, start)
  DO UPDATE SET metrics = excluded.metrics, sketch = excluded.sketch, hours = excluded.hours`

const upsert = `
  INSERT INTO cell (level, type, path, start, metrics, sketch, hours)
  SELECT      value->>0, value->>1, value->>2, value->>3, value->>4, unhex(value->>5), unhex(value->>6)
  FROM        json_each(?) WHERE true ${conflict}`

const upsertOne = `
  INSERT INTO cell (level, type, path, start, metrics, sketch, hours) VALUES (?, ?, ?, ?, ?, ?, ?) ${conflict}`

/** What is added to one row. */
interface Addition {
  cell: Cell
  hours: Hours | undefined
}

/** Adds to cells, in chunks. The sums are made here and not in SQL, because they are compensated; what is given stays as it is. */
export class CellWriter {
  private chunk = new Map<string, { key: Key; additions: Addition[] }>()

  constructor(
    private readonly sql: SqlStorage,
    private readonly zones: Zones,
  ) {}

  add(key: Key, cell: Cell, hours?: Hours): void {
    emplace(this.chunk, key.join(), () => ({ key, additions: [] as Addition[] })).additions.push({ cell, hours })
    if (this.chunk.size >= CHUNK) this.flush()
  }

  flush(): void {
    if (!this.chunk.size) return
    const stored = new Map<string, Row>()
    const keys = JSON.stringify([...this.chunk.values()].map(({ key }) => key))
    for (const row of this.sql.exec<Row & Record<string, SqlStorageValue>>(select, keys)) {
      stored.set([row.level, row.type, row.path, row.start].join(), row)
    }
    let small: string[] = []
    let characters = 0
    const write = () => {
      if (small.length) this.sql.exec(upsert, `[${small.join()}]`)
      small = []
      characters = 0
    }
    for (const [name, { key, additions }] of this.chunk) {
      const { metrics, sketch, hours } = this.summed(key, stored.get(name), additions)
      if (metrics.length + (sketch?.length ?? 0) + (hours?.length ?? 0) > LARGE_BYTES) {
        this.sql.exec(upsertOne, ...key, metrics, sketch ?? null, hours ?? null)
        continue
      }
      const row = `[${key.join()},${JSON.stringify(metrics)},${hexOf(sketch)},${hexOf(hours)}]`
      if (characters + row.length > PARAMETER) write()
      small.push(row)
      characters += row.length
    }
    write()
    this.chunk.clear()
  }

  private summed(key: Key, stored: Row | undefined, additions: readonly Addition[]) {
    const sum = stored ? cellOf(stored) : empty()
    for (const { cell } of additions) merge(sum, cell)
    const [level, , , start] = key
    const day = level === levels.day.id ? levels.day.start(start, this.zones) : undefined
    const hours: Cells = new Map(day !== undefined && stored?.hours ? hoursIn(day, new Uint8Array(stored.hours)) : [])
    for (const each of additions) for (const [hour, cell] of each.hours ?? []) mergeAt(hours, hour, cell)
    return {
      metrics: toText(sum),
      sketch: sum.visitors?.encode(),
      hours: day !== undefined && hours.size ? packHours(day, hours) : undefined,
    }
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** JSON carries no bytes. */
function hexOf(bytes: Uint8Array | undefined): string {
  if (!bytes) return 'null'
  let hex = '"'
  for (const byte of bytes) hex += HEX[byte]!
  return `${hex}"`
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

type Found = Pick<Row, 'start' | 'metrics' | 'sketch' | 'hours'>

/** Only what is asked for is read: a sketch or a day's hours are most of a row. */
function columns({ level, sketches }: Stretch): string {
  if (level === 'hour') return `'{}' AS metrics, NULL AS sketch, cell.hours`
  return `cell.metrics, ${sketches ? 'cell.sketch' : 'NULL AS sketch'}, NULL AS hours`
}

/** The cells of one row, by their starts. */
function* cellsIn(row: Found, { level, sketches }: Stretch, zones: Zones): Generator<[start: number, cell: Cell]> {
  const start = rowsOf[level].start(row.start, zones)
  if (level === 'hour') {
    if (row.hours) yield* hoursIn(start, new Uint8Array(row.hours), sketches)
    return
  }
  const cell = cellOf(row)
  // A path that nothing counts at, but only below it.
  if (cell.names.length || cell.gauges || cell.visitors) yield [start, cell]
}

/** One series of a level: every kept bucket that lies in the stretch. */
export function readCells(sql: SqlStorage, path: number, stretch: Stretch, zones: Zones): Cells {
  const { id, key } = rowsOf[stretch.level]
  const cells: Cells = new Map()
  const rows = sql.exec<Found & Record<string, SqlStorageValue>>(
    `SELECT start, ${columns(stretch)} FROM cell WHERE level = ? AND type = ? AND path = ? AND start >= ? AND start <= ?`,
    id,
    stretch.type,
    path,
    key(stretch.from, zones),
    key(stretch.to - 1, zones),
  )
  for (const row of rows) for (const [start, cell] of cellsIn(row, stretch, zones)) mergeAt(cells, start, cell)
  return cells
}

/** The same of each child of a path, in one statement; starts in unix milliseconds. */
export function* readChildren(
  sql: SqlStorage,
  parent: number,
  stretch: Stretch,
  zones: Zones,
): Generator<{ name: string; start: number; cell: Cell }> {
  const { id, key } = rowsOf[stretch.level]
  const rows = sql.exec<Found & { name: string } & Record<string, SqlStorageValue>>(
    `SELECT     path.name, cell.start, ${columns(stretch)}
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
    for (const [start, cell] of cellsIn(row, stretch, zones)) yield { name: row.name, start, cell }
  }
}
