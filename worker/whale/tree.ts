/**
 * The cells of one bucket as a tree of names, within bounds: so many paths in all, so many children of each. What is
 * beyond them is counted in its parent's `…`, so that totals stay exact and the children still add up to them.
 */
import { type Cell, empty, merge, value } from '../rollup/cell'
import { pathOf, REST, SEPARATOR } from '../rollup/dimension'

/** Children that stay by themselves where there are too many: the greatest by hits. */
export const MOST_CHILDREN = 1_000
/** They are exact, each of them, up to so many; then the small ones make room, so that a new one may still become great. */
export const EXACT_CHILDREN = 4 * MOST_CHILDREN
/** Live paths of a site in one hour, over all types. */
export const MOST_PATHS = 20_000
/** Types with names of their own; a browser may choose them. */
export const MOST_TYPES = 1_000

export class Node {
  /** Absent where nothing counts here, but only below, as with ready paths. */
  cell: Cell | undefined
  below: Map<string, Node> | undefined
}

export interface Named {
  key: string
  node: Node
}

export class Tree {
  /** How many nodes it has. */
  paths = 0
  readonly types = new Map<string, Node>()
  /** What was folded into a `…` last: what comes below it is in that already. */
  private folded = ''

  /** Adds a cell; they come in order of type and path, so that parents come before what is below them. */
  add(type: string, path: string, cell: Cell): void {
    const kept = this.types.has(type) || this.types.size < MOST_TYPES ? type : REST
    const key = `${kept}${SEPARATOR}${path}`
    if (this.folded && key.startsWith(this.folded)) return
    this.folded = ''
    let node = this.root(kept)
    for (const name of pathOf(path)) {
      const next = node.below?.get(name) ?? this.made(node, name)
      if (!next) {
        mergeInto(this.rest(node), cell)
        this.folded = key + SEPARATOR
        return
      }
      node = next
    }
    mergeInto(node, cell)
  }

  find(type: string, path: string): Node | undefined {
    let node = this.types.get(type)
    for (const name of pathOf(path)) node = node?.below?.get(name)
    return node
  }

  /** Every node with what is above it named, parents first. */
  *nodes(): Generator<Named & { type: string }> {
    for (const [type, root] of this.types) for (const named of under('', root)) yield { type, ...named }
  }

  /** Leaves each parent its greatest children. */
  cut(most = MOST_CHILDREN): void {
    for (const root of this.types.values()) this.cutBelow(root, most)
  }

  private cutBelow(node: Node, most: number): void {
    if (!node.below) return
    if (node.below.size > most + 1) this.fold(node, most)
    for (const child of node.below.values()) this.cutBelow(child, most)
  }

  private root(type: string): Node {
    const known = this.types.get(type)
    if (known) return known
    const root = new Node()
    this.types.set(type, root)
    this.paths += 1
    return root
  }

  /** A new child, if there is room for one, or room can be made. */
  private made(parent: Node, name: string): Node | undefined {
    if (name !== REST) {
      if (parent.below && parent.below.size >= EXACT_CHILDREN) this.fold(parent, MOST_CHILDREN)
      if (this.paths >= MOST_PATHS) return undefined
    }
    const node = new Node()
    parent.below ??= new Map()
    parent.below.set(name, node)
    this.paths += 1
    return node
  }

  private rest(parent: Node): Node {
    return parent.below?.get(REST) ?? this.made(parent, REST)!
  }

  /** Counts all but the greatest children of a parent in its `…`. */
  private fold(parent: Node, most: number): void {
    const children = [...parent.below!].flatMap(([name, child]) =>
      name === REST ? [] : [{ name, child, weight: weightOf(child) }],
    )
    if (children.length <= most) return
    children.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    const rest = this.rest(parent)
    for (const { name, child } of children.slice(most)) {
      for (const cell of tops(child)) mergeInto(rest, cell)
      parent.below!.delete(name)
      this.paths -= sizeOf(child)
    }
  }
}

/** What a child is ranked by where not all can stay: its hits, or, where it has none, whatever it counts. */
export function weight(cell: Cell | undefined): number {
  const hits = value(cell, 'hits')
  if (hits || !cell) return hits
  return cell.names.reduce((most, name) => Math.max(most, Math.abs(value(cell, name))), 0)
}

/** A node's cell, or, where nothing counts there itself, those next below it: that is how ready paths count. */
export function* tops(node: Node): Generator<Cell> {
  if (node.cell) yield node.cell
  else for (const child of node.below?.values() ?? []) yield* tops(child)
}

export function weightOf(node: Node): number {
  let sum = 0
  for (const cell of tops(node)) sum += weight(cell)
  return sum
}

function mergeInto(node: Node, cell: Cell): void {
  node.cell ??= empty()
  merge(node.cell, cell)
}

function* under(key: string, node: Node): Generator<Named> {
  yield { key, node }
  for (const [name, child] of node.below ?? []) yield* under(key === '' ? name : key + SEPARATOR + name, child)
}

function sizeOf(node: Node): number {
  let size = 1
  for (const child of node.below?.values() ?? []) size += sizeOf(child)
  return size
}
