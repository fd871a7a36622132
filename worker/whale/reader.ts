/**
 * One look at a site's numbers: cells, what is pending, and the peeks of this moment, summed.
 * It lives within one turn of the object, so nothing can change under it, and it writes nothing.
 */
import type { Interval } from '../../sdk/wire/query'
import { keyOf, pathOf } from '../rollup/dimension'
import { childrenIn, seriesIn } from '../rollup/fragment'
import { floor, rules, type Zones } from '../rollup/interval'
import { type LevelName, readCells } from './cells'
import type { Names } from './names'
import { type Cells, mergeAt, type Pending } from './pending'
import type { Peek } from './slice'

export interface Span {
  interval: Interval
  /** Whole buckets: the first one's start and the last one's end, unix milliseconds. */
  from: number
  to: number
  /** The level to read from, where it is not the interval's own: another zone's days are read from hours. */
  level?: LevelName
  zones: Zones
}

/** What answers are made from: a site's cells, pending and peeks; one fragment; or several sites. */
export interface Readable {
  /** Cells by bucket start; a bucket without events is absent. */
  series(type: string, path: string, span: Span): Cells
  /** Those of every child that has some within the span, by path key. The rest, `…`, is a child like any other. */
  children(type: string, parent: string, span: Span): Map<string, Cells>
}

interface Sources {
  sql: SqlStorage
  /** Absent where the site never had an event merged. */
  names: Names | undefined
  pending: Pending | undefined
  peeks: readonly Peek[]
}

export class Reader implements Readable {
  constructor(private readonly sources: Sources) {}

  /** Cells by bucket start; a bucket without events is absent. */
  series(type: string, path: string, span: Span): Cells {
    const cells: Cells = new Map()
    const add = (start: number, cell: Parameters<typeof mergeAt>[2]) => {
      if (start >= span.from && start < span.to) mergeAt(cells, floor(span.interval, start, span.zones), cell)
    }
    const level = span.level ?? rules[span.interval].from
    if (level === 'fragment') {
      for (const part of this.fragments(span))
        for (const { start, cell } of seriesIn(part, type, path)) add(start, cell)
    } else {
      for (const [start, cell] of this.stored(level, type, path, span)) add(start, cell)
      for (const [start, cell] of this.sources.pending?.series(type, path) ?? []) add(start, cell)
    }
    for (const part of this.peeked()) for (const { start, cell } of seriesIn(part, type, path)) add(start, cell)
    return cells
  }

  children(type: string, parent: string, span: Span): Map<string, Cells> {
    const series = this.keysBelow(type, parent).map((key) => [key, this.series(type, key, span)] as const)
    return new Map(series.filter(([, cells]) => cells.size > 0))
  }

  /** The path keys one level below. */
  private keysBelow(type: string, path: string): string[] {
    const { names, pending } = this.sources
    const keys = new Set<string>()
    const parent = pathOf(path)
    const id = names?.path(path)
    if (names && id !== undefined) for (const { name } of names.children(id)) keys.add(keyOf([...parent, name]))
    for (const key of pending?.types.get(type)?.keys() ?? []) if (isChild(parent, key)) keys.add(key)
    for (const part of this.peeked()) for (const key of childrenIn(part, type, path)) keys.add(key)
    return [...keys]
  }

  private stored(level: LevelName, typeName: string, pathKey: string, span: Span): Cells {
    const type = this.sources.names?.type(typeName)
    const path = this.sources.names?.path(pathKey)
    if (type === undefined || path === undefined) return new Map()
    return readCells(this.sources.sql, level, { type, path, from: span.from, to: span.to }, span.zones)
  }

  private *fragments({ from, to }: Span): Generator<Uint8Array> {
    if (!this.sources.names) return
    const rows = this.sources.sql.exec<{ bytes: ArrayBuffer }>(
      `SELECT bytes FROM fragment WHERE until >= ? AND start < ?`,
      from,
      to,
    )
    for (const { bytes } of rows) yield new Uint8Array(bytes)
  }

  private *peeked(): Generator<Uint8Array> {
    for (const { parts } of this.sources.peeks) yield* parts
  }
}

function isChild(parent: readonly string[], key: string): boolean {
  const path = pathOf(key)
  return path.length === parent.length + 1 && parent.every((name, i) => name === path[i])
}
