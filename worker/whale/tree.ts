/**
 * The cells of one bucket as a tree of names, within bounds: so many paths in all, so many children of each. What is
 * beyond them is counted in its parent's `…`, so that totals stay exact and the children still add up to them.
 */
import { type Cell, copyOf, merge, value } from '../rollup/cell'
import { pathOf, REST, SEPARATOR } from '../rollup/dimension'

/** Children that stay by themselves where there are too many: the greatest by hits. */
export const MOST_CHILDREN = 1_000
/** They are exact, each of them, up to so many; then the small ones make room, so that a new one may still become great. */
export const EXACT_CHILDREN = 4 * MOST_CHILDREN
/** Live paths of a site in one hour, over all types. */
export const MOST_PATHS = 20_000
/** Of which each type has so many for sure: what one sender names must not leave another's without. */
const FAIR_PATHS = 64
/** Types with names of their own; a browser may choose them. */
export const MOST_TYPES = 1_000

export class Node {
  /** Absent where nothing counts here, but only below, as with ready paths. */
  cell: Cell | undefined
  /** Of a bucket longer than an hour: its hours, by their starts in unix milliseconds. */
  hours: Map<number, Cell> | undefined
  below: Map<string, Node> | undefined
}

export interface Named {
  key: string
  node: Node
}

interface Reached {
  node: Node
  isThere: boolean
}

export class Tree {
  /** How many nodes it has, and how many each type. */
  paths = 0
  private readonly perType = new Map<string, number>()
  readonly types = new Map<string, Node>()
  /** What was folded into a `…` last: what comes below it is in that already. */
  private folded = ''
  /** The parent whose children come just now. */
  private latest: (Reached & { key: string }) | undefined

  /**
   * Adds a cell, which is the tree's from then on, and as an hour of it if it is one. They come in order of type and
   * path, so that parents come before what is below them, and children of one parent one after the other.
   */
  add(type: string, path: string, cell: Cell, hour?: number): void {
    const kept = this.types.has(type) || this.types.size < MOST_TYPES ? type : REST
    const key = `${kept}${SEPARATOR}${path}`
    if (this.folded && key.startsWith(this.folded)) return
    this.folded = ''
    const { node, isThere } = this.reach(kept, path)
    mergeInto(isThere ? node : this.rest(kept, node), cell, hour)
    if (!isThere) this.folded = key + SEPARATOR
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
    this.latest = undefined
    for (const [type, root] of this.types) this.cutBelow(type, root, most)
  }

  private cutBelow(type: string, node: Node, most: number): void {
    if (!node.below) return
    if (node.below.size > most + 1) this.fold(type, node, most)
    for (const child of node.below.values()) this.cutBelow(type, child, most)
  }

  /** The node of a path; or, where there is no room for it, the nearest above it. */
  private reach(type: string, path: string): Reached {
    if (path === '') return { node: this.root(type), isThere: true }
    const end = path.lastIndexOf(SEPARATOR)
    const above = this.parent(type, end < 0 ? '' : path.slice(0, end))
    if (!above.isThere) return above
    const name = path.slice(end + 1)
    const node = above.node.below?.get(name) ?? this.made(type, above.node, name)
    return node ? { node, isThere: true } : { node: above.node, isThere: false }
  }

  private parent(type: string, path: string): Reached {
    const key = `${type}${SEPARATOR}${path}`
    // What is folded away lies below the parent at hand, so that one itself is always there.
    if (this.latest?.key !== key) this.latest = { key, ...this.reach(type, path) }
    return this.latest
  }

  private root(type: string): Node {
    const known = this.types.get(type)
    if (known) return known
    const root = new Node()
    this.types.set(type, root)
    this.grow(type, 1)
    return root
  }

  /** A new child, if there is room for one, or room can be made. */
  private made(type: string, parent: Node, name: string): Node | undefined {
    if (name !== REST) {
      if (parent.below && parent.below.size >= EXACT_CHILDREN) this.fold(type, parent, MOST_CHILDREN)
      if (this.paths >= MOST_PATHS && this.perType.get(type)! >= FAIR_PATHS) return undefined
    }
    const node = new Node()
    parent.below ??= new Map()
    parent.below.set(name, node)
    this.grow(type, 1)
    return node
  }

  private rest(type: string, parent: Node): Node {
    return parent.below?.get(REST) ?? this.made(type, parent, REST)!
  }

  private grow(type: string, nodes: number): void {
    this.paths += nodes
    this.perType.set(type, (this.perType.get(type) ?? 0) + nodes)
  }

  /** Counts all but the greatest children of a parent in its `…`. */
  private fold(type: string, parent: Node, most: number): void {
    const children = [...parent.below!].flatMap(([name, child]) =>
      name === REST ? [] : [{ name, child, weight: weightOf(child) }],
    )
    if (children.length <= most) return
    children.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    const rest = this.rest(type, parent)
    for (const { name, child } of children.slice(most)) {
      for (const top of tops(child)) mergeNode(rest, top)
      parent.below!.delete(name)
      this.grow(type, -sizeOf(child))
    }
  }
}

/** What a child is ranked by where not all can stay: its hits, taken away or added, or, where it has none, whatever it counts. */
export function weight(cell: Cell | undefined): number {
  const hits = Math.abs(value(cell, 'hits'))
  if (hits || !cell) return hits
  return cell.names.reduce((most, name) => Math.max(most, Math.abs(value(cell, name))), 0)
}

/** A node, or, where nothing counts there itself, those next below it that count: that is how ready paths do. */
export function* tops(node: Node): Generator<Node> {
  if (node.cell) yield node
  else for (const child of node.below?.values() ?? []) yield* tops(child)
}

export function weightOf(node: Node): number {
  let sum = 0
  for (const { cell } of tops(node)) sum += weight(cell)
  return sum
}

function mergeInto(node: Node, cell: Cell, hour?: number): void {
  if (node.cell) merge(node.cell, cell)
  // An hour goes on being one: the sum is a cell of its own.
  else node.cell = hour === undefined ? cell : copyOf(cell)
  if (hour !== undefined) mergeHour(node, cell, hour)
}

/** Adds what a child counts, itself and not what is below it. */
export function mergeNode(into: Node, { cell, hours }: Pick<Node, 'cell' | 'hours'>): void {
  // The sum may hold more than the hours, of which old ones are not kept.
  if (cell) mergeInto(into, cell)
  for (const [hour, each] of hours ?? []) mergeHour(into, each, hour)
}

function mergeHour(node: Node, cell: Cell, hour: number): void {
  node.hours ??= new Map()
  const known = node.hours.get(hour)
  if (known) merge(known, cell)
  else node.hours.set(hour, cell)
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
