/**
 * What an experiment learns apart: by each value of its dimensions, and by the leaf where a decision's values meet. Both
 * are bounded, since visitors may bring any; what there is no room for is learnt by the rest.
 */
import { type Context, valueOf } from './context'
import type { Node } from './node'

/** Combinations that are told apart; what more there are know their dimensions only. */
const MOST_LEAVES = 2000
/** And values of a dimension. */
const MOST_VALUES = 1000
/** Of either, moments: a node has some hundred bytes of each arm, and a hundred arms have fewer nodes for it. */
const MOST_MOMENTS = 20_000

/** What keys of rows begin with. */
const VALUE = 'value '
const LEAF = 'leaf '

export interface Known {
  dimension: string
  value: string
  node: Node
}

export class Branches {
  readonly leaves = new Map<string, Node>()
  private readonly values: ReadonlyMap<string, Map<string, Node>>
  private readonly dimensions: readonly string[]
  private readonly arms: number
  private readonly make: () => Node

  /** `make` a node of so many arms that knows nothing. */
  constructor(dimensions: readonly string[], arms: number, make: () => Node) {
    this.dimensions = dimensions
    this.arms = arms
    this.make = make
    this.values = new Map(dimensions.map((dimension) => [dimension, new Map()]))
  }

  /** All that a decision of this context adds to; made where there is room. */
  of(context: Context): Node[] {
    const values = this.dimensions.map((dimension) => {
      const value = valueOf(context, dimension)
      return value && this.value(dimension, value)
    })
    const key = this.leafKey(context)
    return [...values, key && this.leaf(key)].filter((node) => typeof node === 'object')
  }

  /** The nodes of a context's values, of those that are there. */
  known(context: Context): Known[] {
    return this.dimensions.flatMap((dimension) => {
      const value = valueOf(context, dimension)
      const node = value === undefined ? undefined : this.values.get(dimension)?.get(value)
      return node ? [{ dimension, value: value!, node }] : []
    })
  }

  leafOf(context: Context): Node | undefined {
    const key = this.leafKey(context)
    return key === undefined ? undefined : this.leaves.get(key)
  }

  /** All of a context that makes a difference: a value that was never met weighs as one that is not known. */
  metOf(context: Context): string {
    if (this.leafOf(context)) return this.leafKey(context)!
    return JSON.stringify(this.known(context).map(({ dimension, value }) => [dimension, value]))
  }

  /** Of all values of a dimension, by value. */
  along(dimension: string): ReadonlyMap<string, Node> {
    return this.values.get(dimension) ?? new Map()
  }

  /** All, by the keys of their rows. */
  *[Symbol.iterator](): Generator<[key: string, node: Node]> {
    for (const [dimension, nodes] of this.values) {
      for (const [value, node] of nodes) yield [VALUE + JSON.stringify([dimension, value]), node]
    }
    for (const [key, node] of this.leaves) yield [LEAF + key, node]
  }

  /** What a row's key is of, made where there is room; undefined for what is no branch, too. */
  at(key: string): Node | undefined {
    if (key.startsWith(LEAF)) return this.leaf(key.slice(LEAF.length))
    if (!key.startsWith(VALUE)) return undefined
    const [dimension, value] = JSON.parse(key.slice(VALUE.length)) as [string, string]
    return this.value(dimension, value)
  }

  /** A leaf is where dimensions meet: of one value alone it would be the value once more. */
  private leafKey(context: Context): string | undefined {
    const values = this.dimensions.map((name) => valueOf(context, name) ?? null)
    return values.filter((value) => value !== null).length > 1 ? JSON.stringify(values) : undefined
  }

  private leaf = (key: string) => this.in(this.leaves, key, MOST_LEAVES)

  private value(dimension: string, value: string): Node | undefined {
    const nodes = this.values.get(dimension)
    return nodes && this.in(nodes, value, MOST_VALUES)
  }

  private in(nodes: Map<string, Node>, key: string, most: number): Node | undefined {
    const known = nodes.get(key)
    if (known || nodes.size >= Math.min(most, MOST_MOMENTS / this.arms)) return known
    const made = this.make()
    nodes.set(key, made)
    return made
  }
}
