/**
 * One look at a site's numbers: cells, what is pending, and the peeks of this moment, summed.
 * It lives within one turn of the object, so nothing can change under it, and it writes nothing.
 */
import type { Interval } from '../../sdk/wire/query'
import { keyOf, pathOf } from '../rollup/dimension'
import { childrenIn, seriesIn } from '../rollup/fragment'
import { floor, next, rules, type Zones } from '../rollup/interval'
import { isUnion } from '../rollup/visitors'
import { type LevelName, readCells, readChildren, type Stretch } from './cells'
import type { Names } from './names'
import { type Cells, emplace, mergeAt, type Pending } from './pending'
import type { Peek } from './slice'

export interface Span {
  interval: Interval
  /** Whole buckets: the first one's start and the last one's end, unix milliseconds. */
  from: number
  to: number
  /** The level to read from, where it is not the interval's own: another zone's days are read from hours. */
  level?: LevelName
  zones: Zones
  /** Whether distinct visitors are asked for: their sketches are most of what would be read. */
  sketches?: boolean
}

/** What answers are made from. */
export interface Readable {
  /** Cells by bucket start; a bucket without events is absent. */
  series(type: string, path: string, span: Span): Cells
  /** The same of every child that has some, by path key. */
  children(type: string, parent: string, span: Span): Map<string, Cells>
}

interface Sources {
  sql: SqlStorage
  /** Absent where the site never had an event merged. */
  names: Names | undefined
  pending: Pending | undefined
  peeks: readonly Peek[]
  /** The calendar that days and months are kept by, where a question comes in another. */
  zones: Zones
}

type Add = (cells: Cells, start: number, cell: Parameters<typeof mergeAt>[2]) => void

export class Reader implements Readable {
  constructor(private readonly sources: Sources) {}

  series(type: string, path: string, span: Span): Cells {
    const cells: Cells = new Map()
    const add = adding(span)
    for (const part of this.parts(span))
      for (const { start, cell } of seriesIn(part, type, path)) add(cells, start, cell)
    const id = this.sources.names?.path(path)
    for (const stretch of id === undefined ? [] : this.stretches(type, span)) {
      for (const [start, cell] of readCells(this.sources.sql, id!, stretch, this.sources.zones)) add(cells, start, cell)
    }
    if (levelOf(span))
      for (const [start, cell] of this.sources.pending?.series(type, path) ?? []) add(cells, start, cell)
    if (span.sketches && isUnion(path)) this.unite(cells, type, path, span)
    return cells
  }

  children(type: string, parent: string, span: Span): Map<string, Cells> {
    const found = new Map<string, Cells>()
    const add = adding(span)
    const cellsOf = (key: string) => emplace(found, key, () => new Map())
    for (const part of this.parts(span)) {
      for (const key of childrenIn(part, type, parent)) {
        for (const { start, cell } of seriesIn(part, type, key)) add(cellsOf(key), start, cell)
      }
    }
    const id = this.sources.names?.path(parent)
    const path = pathOf(parent)
    for (const stretch of id === undefined ? [] : this.stretches(type, span)) {
      for (const { name, start, cell } of readChildren(this.sources.sql, id!, stretch, this.sources.zones)) {
        add(cellsOf(keyOf([...path, name])), start, cell)
      }
    }
    if (levelOf(span)) {
      for (const [key, start, cell] of this.sources.pending?.children(type, parent) ?? [])
        add(cellsOf(key), start, cell)
    }
    for (const [key, cells] of found) if (!cells.size) found.delete(key)
    return found
  }

  /** The bare name of a dimension has the visitors of its values. */
  private unite(cells: Cells, type: string, path: string, span: Span): void {
    for (const child of this.children(type, path, span).values()) {
      for (const [start, { visitors }] of child) {
        if (visitors) mergeAt(cells, start, { names: [], sums: [], carries: [], gauges: undefined, visitors })
      }
    }
  }

  /** Which rows of the cells to read; undefined where there are none. */
  private stretch(typeName: string, span: Span): Stretch | undefined {
    const level = levelOf(span)
    const type = this.sources.names?.type(typeName)
    if (!level || type === undefined) return undefined
    return { level, type, from: span.from, to: span.to, sketches: span.sketches === true }
  }

  /** The same, by whole days and months where all is asked for as one sum: a thousand children have so many fewer rows. */
  private stretches(typeName: string, span: Span): Stretch[] {
    const stretch = this.stretch(typeName, span)
    if (!stretch) return []
    if (span.interval !== 'all' || stretch.level === 'month') return [stretch]
    return stretch.level === 'hour'
      ? this.coarser(stretch, 'day').flatMap((each) => (each.level === 'day' ? this.coarser(each, 'month') : [each]))
      : this.coarser(stretch, 'month')
  }

  /** What a coarser level has whole, read from there, and what lies before and after it. */
  private coarser(stretch: Stretch, level: 'day' | 'month'): Stretch[] {
    const { zones } = this.sources
    const [first, last] = [next(level, stretch.from - 1, zones), floor(level, stretch.to, zones)]
    if (last <= first) return [stretch]
    const parts: Stretch[] = [
      { ...stretch, to: first },
      { ...stretch, level, from: first, to: last },
      { ...stretch, from: last },
    ]
    return parts.filter(({ from, to }) => from < to)
  }

  /** Fragments to look into: the peeks, and for what is finer than an hour those that came within the last day. */
  private *parts(span: Span): Generator<Uint8Array> {
    for (const { parts } of this.sources.peeks) yield* parts
    if (levelOf(span) || !this.sources.names) return
    const rows = this.sources.sql.exec<{ bytes: ArrayBuffer }>(
      `SELECT bytes FROM fragment WHERE until >= ? AND start < ?`,
      span.from,
      span.to,
    )
    for (const { bytes } of rows) yield new Uint8Array(bytes)
  }
}

/** The level that is read; undefined for what is finer than an hour. */
function levelOf({ interval, level }: Span): LevelName | undefined {
  const { from } = rules[interval]
  return level ?? (from === 'fragment' ? undefined : from)
}

/** Adds what lies in the span to the bucket that it lies in. */
const adding =
  ({ interval, from, to, zones }: Span): Add =>
  (cells, start, cell) => {
    if (start >= from && start < to) mergeAt(cells, floor(interval, start, zones), cell)
  }
