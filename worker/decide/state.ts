/**
 * The state: all that an experiment has learnt. Each decision and each reward adds to its arm at the root, at each of its
 * dimensions' values, and at the leaf of them all. Adding is all that is done, so order and split of the log do not matter:
 * whole numbers come out the same to the last bit, other floats to a rounding.
 * It knows neither events nor storage: rows are what it is kept as, one a node, so that a change rewrites few.
 */
import { Delay } from './delay'
import type { Experiment } from './experiment'
import { type Moments, rewarded } from './moments'
import { Node } from './node'
import { decode, encode } from './record'
import { Tail } from './tail'

/** Of the row `expected`; all others have versions of their own. */
const VERSION = 1

/** A visitor's value of each dimension; one that is not known is left out. */
export type Context = { readonly [dimension: string]: string | undefined }

export interface Place {
  arm: number
  /** When it was decided, unix milliseconds. */
  at: number
  context: Context
}

export interface Reward {
  more: number
  /** What its decision cost, and had earned before. */
  cost?: number
  before?: number
  /** How long after its decision it came, milliseconds. */
  delay: number
  /** Of the decision, evenly spread: which of them the tail keeps. */
  hash?: number
  /** What is above is as good as this to a policy; by the tail's quantile, it should stay the same over a slice. */
  cap?: number
}

/** Combinations that are told apart; what more there are know their dimensions only. */
export const MOST_LEAVES = 2000
/** And values of a dimension: visitors may bring any. */
export const MOST_VALUES = 1000

/** Propensities are counted in such parts, so that their sums are exact to a hundred million decisions. */
const GRAIN = 2 ** 26

/** What of an experiment shapes its state. */
export type Shape = Pick<Experiment, 'kind' | 'dimensions' | 'halfLife' | 'window'> & { arms: readonly unknown[] }

export class State {
  readonly shape: Shape
  /** As the policy sees it: faded, and rewards capped. */
  readonly root: Node
  /** As results tell it: for ever, uncapped. */
  readonly total: Node
  readonly values = new Map<string, Map<string, Node>>()
  readonly leaves = new Map<string, Node>()
  readonly delay: Delay
  /** How large the largest rewards are, of a ratio. */
  readonly tail = new Tail()
  /** How often each arm was to be served: Σ propensity. */
  readonly expected: Float64Array

  constructor(shape: Shape) {
    this.shape = shape
    this.root = this.node()
    this.total = this.node(null)
    this.delay = new Delay(shape.arms.length, shape.window)
    this.expected = new Float64Array(shape.arms.length)
    for (const dimension of shape.dimensions) this.values.set(dimension, new Map())
  }

  /** `propensities` of all arms, where they are known. */
  decide(place: Place, moments: Moments, propensities?: readonly number[]): void {
    propensities?.forEach((p, arm) => (this.expected[arm]! += Math.round(p * GRAIN) / GRAIN))
    this.delay.decided(place.arm, place.at, moments.n)
    this.total.add(place.arm, moments, place.at)
    this.add(place, moments)
  }

  reward(place: Place, reward: Reward): void {
    const { more, cost = 1, before = 0, delay, hash, cap = Number.POSITIVE_INFINITY } = reward
    if (before === 0) this.delay.rewarded(delay)
    if (hash !== undefined && this.shape.kind === 'ratio') this.tail.add(hash, more)
    this.total.add(place.arm, rewarded(more, cost, before), place.at)
    const known = Math.min(before, cap)
    this.add(place, rewarded(Math.min(before + more, cap) - known, cost, known))
  }

  merge(other: State): void {
    this.root.merge(other.root)
    this.total.merge(other.total)
    this.delay.merge(other.delay)
    this.tail.merge(other.tail)
    other.expected.forEach((p, arm) => (this.expected[arm]! += p))
    for (const [dimension, nodes] of other.values) {
      for (const [value, node] of nodes) this.value(dimension, value)?.merge(node)
    }
    for (const [key, node] of other.leaves) this.leaf(key)?.merge(node)
  }

  /** Whole, in order of their keys. */
  rows(): Map<string, Uint8Array> {
    const rows = new Map([
      ['delay', this.delay.encode()],
      ['expected', encode(VERSION, [...this.expected])],
      ['root', this.root.encode()],
      ['tail', this.tail.encode()],
      ['total', this.total.encode()],
    ])
    for (const [dimension, nodes] of this.values) {
      for (const [value, node] of nodes) rows.set(`value ${JSON.stringify([dimension, value])}`, node.encode())
    }
    for (const [key, node] of this.leaves) rows.set(`leaf ${key}`, node.encode())
    return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  static of(shape: Shape, rows: Iterable<readonly [key: string, bytes: Uint8Array]>): State {
    const state = new State(shape)
    for (const [key, bytes] of rows) {
      const kind = key.split(' ', 1)[0]!
      const name = key.slice(kind.length + 1)
      if (kind === 'expected') state.expected.set(decode(bytes, VERSION))
      else state.part(kind, name)?.decode(bytes)
    }
    return state
  }

  /** The nodes of a context's values, of those dimensions that are known. */
  known(context: Context): { dimension: string; value: string; node: Node }[] {
    return this.shape.dimensions.flatMap((dimension) => {
      const value = context[dimension]
      const node = value === undefined ? undefined : this.values.get(dimension)?.get(value)
      return node ? [{ dimension, value: value!, node }] : []
    })
  }

  leafOf(context: Context): Node | undefined {
    const key = this.leafKey(context)
    return key === undefined ? undefined : this.leaves.get(key)
  }

  private add({ arm, at, context }: Place, moments: Moments): void {
    this.root.add(arm, moments, at)
    for (const dimension of this.shape.dimensions) {
      const value = context[dimension]
      if (value !== undefined) this.value(dimension, value)?.add(arm, moments, at)
    }
    const key = this.leafKey(context)
    if (key !== undefined) this.leaf(key)?.add(arm, moments, at)
  }

  /** What a row is of. */
  private part(kind: string, name: string): Node | Delay | Tail | undefined {
    if (kind === 'root' || kind === 'total' || kind === 'delay' || kind === 'tail') return this[kind]
    if (kind === 'leaf') return this.leaf(name)
    const [dimension, value] = JSON.parse(name) as [string, string] // What rows() wrote.
    return this.value(dimension, value)
  }

  /** A leaf is where dimensions meet: of one value alone it would be the value once more. */
  private leafKey(context: Context): string | undefined {
    const values = this.shape.dimensions.map((name) => context[name] ?? null)
    return values.filter((value) => value !== null).length > 1 ? JSON.stringify(values) : undefined
  }

  private leaf = (key: string) => this.in(this.leaves, key, MOST_LEAVES)

  private value(dimension: string, value: string): Node | undefined {
    const nodes = this.values.get(dimension)
    return nodes && this.in(nodes, value, MOST_VALUES)
  }

  private in(nodes: Map<string, Node>, key: string, most: number): Node | undefined {
    const known = nodes.get(key)
    if (known || nodes.size >= most) return known
    const made = this.node()
    nodes.set(key, made)
    return made
  }

  private node = (halfLife = this.shape.halfLife) => new Node(this.shape.kind, this.shape.arms.length, halfLife)
}
