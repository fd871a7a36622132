/**
 * One bucket of one level, as its cells are written: a tree of what is new goes into the rows there are. Where a parent
 * would come to have more children than are kept exactly, its small ones, of before and of now, join its `…`.
 */
import { type Cell, fromText } from '../rollup/cell'
import { REST } from '../rollup/dimension'
import { type Hours, hoursIn } from '../rollup/hours'
import type { Zones } from '../rollup/interval'
import { type CellWriter, levels } from './cells'
import { type Names, ROOT, subtree } from './names'
import { EXACT_CHILDREN, mergeNode, MOST_CHILDREN, Node, tops, type Tree, weight, weightOf } from './tree'

interface Place {
  sql: SqlStorage
  names: Names
  writer: CellWriter
  level: number
  /** By the level's own key. */
  start: number
  zones: Zones
  /** Paths that lost a row. */
  removed: Set<number>
}

interface Child {
  name: string
  /** What is new. */
  node: Node | undefined
  /** The row there is. */
  stored: { path: number; cell: Cell; hours: Hours | undefined } | undefined
  weight: number
}

export class Bucket {
  constructor(private readonly place: Place) {}

  write(tree: Tree): void {
    for (const [name, root] of tree.types) this.writeNode(this.place.names.makeType(name), ROOT, root)
  }

  private writeNode(type: number, path: number, { cell, hours, below }: Node): void {
    const { names, writer, level, start } = this.place
    if (cell) writer.add([level, type, path, start], cell, hours)
    if (!below) return
    const kept = names.hasMoreThan(path, EXACT_CHILDREN - below.size) ? this.uncrowd(type, path, below) : below
    for (const [name, node] of kept) this.writeNode(type, names.makeChild(path, name), node)
  }

  /** The new children that stay, with room made for them. */
  private uncrowd(type: number, parent: number, below: Map<string, Node>): Map<string, Node> {
    // What this close wrote so far must be among the rows.
    this.place.writer.flush()
    const children = this.children(type, parent, below)
    if (children.length <= EXACT_CHILDREN) return below
    children.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    const small = children.filter(({ name }) => name !== REST).slice(MOST_CHILDREN)
    const rest = new Node()
    const kept = new Map(below)
    for (const { name, node, stored } of small) {
      kept.delete(name)
      if (node) for (const top of tops(node)) mergeNode(rest, top)
      if (!stored) continue
      mergeNode(rest, { cell: stored.cell, hours: stored.hours && new Map(stored.hours) })
      this.remove(type, stored.path)
    }
    const { names, writer, level, start } = this.place
    if (rest.cell) writer.add([level, type, names.makeChild(parent, REST), start], rest.cell, rest.hours)
    return kept
  }

  /** All children of a parent in this bucket, those there are and those to come. */
  private children(type: number, parent: number, below: Map<string, Node>): Child[] {
    const { sql, level, start, zones } = this.place
    const day = level === levels.day.id ? levels.day.start(start, zones) : 0
    type Row = { name: string; id: number; metrics: string; sketch: ArrayBuffer | null; hours: ArrayBuffer | null }
    const rows = sql.exec<Row>(
      `SELECT     path.name, path.id, cell.metrics, cell.sketch, cell.hours
       FROM       path
       CROSS JOIN cell ON cell.level = ? AND cell.type = ? AND cell.path = path.id AND cell.start = ?
       WHERE      path.parent = ?`,
      level,
      type,
      start,
      parent,
    )
    const children = new Map<string, Child>()
    for (const { name, id, metrics, sketch, hours: bytes } of rows) {
      const cell = fromText(metrics, sketch && new Uint8Array(sketch))
      const node = below.get(name)
      const hours = bytes ? new Map(hoursIn(day, new Uint8Array(bytes))) : undefined
      const stored = { path: id, cell, hours }
      children.set(name, { name, node, stored, weight: weight(cell) + (node ? weightOf(node) : 0) })
    }
    for (const [name, node] of below) {
      if (!children.has(name)) children.set(name, { name, node, stored: undefined, weight: weightOf(node) })
    }
    return [...children.values()]
  }

  /** A child's row, and those below it: they are in its parent's `…` now. */
  private remove(type: number, path: number): void {
    const { sql, level, start } = this.place
    for (const id of subtree(sql, path)) {
      this.place.removed.add(id)
      sql.exec(`DELETE FROM cell WHERE level = ? AND type = ? AND path = ? AND start = ?`, level, type, id, start)
    }
  }
}
