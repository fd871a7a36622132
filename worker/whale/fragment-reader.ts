/**
 * Answers from one fragment, as if it were all a site has: what `where` made of raw events is asked like anything else,
 * and so are answers in tests. Cells of 10 s are summed into whatever interval is asked.
 */
import { addVisitors, type Cell, empty } from '../rollup/cell'
import { pathOf, SEPARATOR } from '../rollup/dimension'
import type { Fragment } from '../rollup/fragment'
import { floor } from '../rollup/interval'
import { UNIT_MS } from '../rollup/part'
import { isUnion } from '../rollup/visitors'
import { type Cells, emplace, mergeAt } from './pending'
import type { Readable, Span } from './reader'

type Placed = readonly [unit: number, cell: Cell][]

export class FragmentReader implements Readable {
  /** By type, then path. */
  private readonly types = new Map<string, Map<string, Placed>>()
  /** By type, then path, the paths one level below. */
  private readonly families = new Map<string, Map<string, string[]>>()

  constructor(fragment: Fragment) {
    for (const { type, path, cells } of fragment.series()) {
      paths(this.types, type).set(path, cells)
      const parent = parentOf(path)
      if (parent === undefined) continue
      const family = paths(this.families, type)
      const siblings = family.get(parent)
      if (siblings) siblings.push(path)
      else family.set(parent, [path])
    }
  }

  series(type: string, path: string, span: Span): Cells {
    const cells = this.cells(type, path, span)
    if (!span.sketches || !isUnion(path)) return cells
    for (const child of this.children(type, path, span).values()) {
      for (const [start, { visitors }] of child) if (visitors) addVisitors(emplace(cells, start, empty), visitors)
    }
    return cells
  }

  children(type: string, parent: string, span: Span): Map<string, Cells> {
    const keys = this.families.get(type)?.get(parent) ?? []
    return new Map(keys.map((key) => [key, this.cells(type, key, span)] as const).filter(([, cells]) => cells.size > 0))
  }

  private cells(type: string, path: string, { interval, from, to, zones }: Span): Cells {
    const cells: Cells = new Map()
    for (const [unit, cell] of this.types.get(type)?.get(path) ?? []) {
      const start = unit * UNIT_MS
      if (start >= from && start < to) mergeAt(cells, floor(interval, start, zones), cell)
    }
    return cells
  }
}

function paths<Value>(types: Map<string, Map<string, Value>>, type: string): Map<string, Value> {
  const known = types.get(type) ?? new Map<string, Value>()
  types.set(type, known)
  return known
}

/** The root has none, and is everybody's at last. */
function parentOf(path: string): string | undefined {
  if (path === '') return undefined
  return pathOf(path).slice(0, -1).join(SEPARATOR)
}
