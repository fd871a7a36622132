/**
 * The state: all that an experiment has learnt. Each decision and each reward adds to its arm at the root, at each of its
 * dimensions' values, and at the leaf of them all. Adding is all that is done, so order and split of the log do not matter:
 * whole numbers come out the same to the last bit, other floats to a rounding.
 * It knows neither events nor storage: rows are what it is kept as, one a node, so that a change rewrites few.
 */
import { type Context, valueOf } from './context'
import type { Definition } from './definition'
import { Delay } from './delay'
import type { Experiment } from './experiment'
import { type Moments, ofMany, ofRate, rewarded, type Worth } from './moments'
import { Node } from './node'
import { Tail } from './tail'
import { Tally } from './tally'
import { FASTER } from './turn'

export interface Place {
  arm: number
  /** When it was decided, unix milliseconds. */
  at: number
  context: Context
  isHoldout?: boolean | undefined
}

export interface Reward {
  more: number
  /** What it cost beyond that. */
  cost?: number
  /** What its decision had earned and cost before; it cost 1 where that is not said. */
  before?: Worth
  /** How long after its decision it came, milliseconds; of the first that a decision earns. */
  delay?: number | undefined
  /** Of the decision, evenly spread: which of them the tail keeps. */
  hash?: number
  /** What is above is as good as this to a policy; by the tail's quantile, it should stay the same over a slice. */
  cap?: number
}

/** Combinations that are told apart; what more there are know their dimensions only. */
const MOST_LEAVES = 2000
/** And values of a dimension: visitors may bring any. */
const MOST_VALUES = 1000
/** Of either, moments: a place has some hundred bytes of each arm, and a hundred arms have fewer places for it. */
const MOST_MOMENTS = 20_000

/** What is new pleases, or confuses, for so long. */
const EARLY = 3 * 86_400_000

/** What is counted besides: rewards that came too late or again, what is nobody's decision's, what was refused, what came in bulk. */
const COUNTS = ['late', 'duplicates', 'unattributed', 'refused', 'bulk'] as const
export type Count = (typeof COUNTS)[number]

/** Propensities are counted in such parts, so that their sums are exact to a hundred million decisions. */
const GRAIN = 2 ** 26

/** What of an experiment shapes its state. Nothing is early where it is not said when it was made. */
export type Shape = Pick<Experiment, 'kind' | 'dimensions' | 'halfLife' | 'window'> &
  Partial<Pick<Definition, 'created'>> & { arms: readonly unknown[] }

type Part = Node | Delay | Tail | Tally

export class State {
  readonly shape: Shape
  /** As the policy sees it: faded, and rewards capped. */
  readonly root: Node
  /** The same, which fades faster, where anything fades. */
  readonly recent: Node
  /** As results tell it: for ever, uncapped. So are the three after it, each a part of it. */
  readonly total: Node
  /** Of units that got every arm alike. */
  readonly holdout: Node
  /** Of the first days. */
  readonly early: Node
  /** Of nobody's decision: it proves nothing, as it was not drawn. */
  readonly unattributed: Node
  readonly values = new Map<string, Map<string, Node>>()
  readonly leaves = new Map<string, Node>()
  readonly delay: Delay
  /** How large the largest rewards are, of a ratio. */
  readonly tail = new Tail()
  /** How often each arm was to be served: Σ propensity. */
  readonly expected: Tally
  readonly counts = new Tally(COUNTS.length)
  private readonly touched = new Set<Part>()

  constructor(shape: Shape) {
    this.shape = shape
    this.root = this.node()
    this.recent = this.node(shape.halfLife && shape.halfLife / FASTER)
    this.total = this.node(null)
    this.holdout = this.node(null)
    this.early = this.node(null)
    this.unattributed = this.node(null)
    this.delay = new Delay(shape.arms.length, shape.window)
    this.expected = new Tally(shape.arms.length)
    for (const dimension of shape.dimensions) this.values.set(dimension, new Map())
  }

  /** `propensities` of all arms, where they are known. */
  decide(place: Place, moments: Moments, propensities?: readonly number[]): void {
    if (propensities) {
      const expected = this.touch(this.expected)
      propensities.forEach((p, arm) => expected.add(arm, Math.round(p * GRAIN) / GRAIN))
    }
    this.touch(this.delay).decided(place.arm, place.at, moments.n)
    this.tell(place, moments)
    this.learn(place, moments)
  }

  reward(place: Place, reward: Reward): void {
    const { more, cost = 0, before = { x: 0, y: 1 }, delay, hash, cap = Number.POSITIVE_INFINITY } = reward
    if (delay !== undefined) this.touch(this.delay).rewarded(delay)
    if (hash !== undefined && more !== 0) this.spot(hash, more)
    this.tell(place, rewarded({ x: more, y: cost }, before))
    const known = within(before.x, cap)
    const seen = within(before.x + more, cap) - known
    this.learn(place, rewarded({ x: seen, y: cost }, { x: known, y: before.y }))
  }

  /** A decision's first reward turns out to have come earlier. */
  hasten(delay: number, formerly: number): void {
    this.touch(this.delay).rewarded(formerly, -1)
    this.delay.rewarded(delay)
  }

  /** Of n decisions, or of part of one, that nobody can be asked about. */
  outcome(
    place: Place,
    n: number,
    worth: Worth,
    { hash, cap = Number.POSITIVE_INFINITY }: Pick<Reward, 'hash' | 'cap'> = {},
  ): void {
    if (n <= 1 && hash !== undefined && worth.x !== 0) this.spot(hash, worth.x)
    this.count('unattributed', Math.max(n, 1))
    if (n > 1) this.count('bulk', n)
    const momentsOf = (x: number) => (this.shape.kind === 'rate' ? ofRate(n, x) : ofMany(n, { ...worth, x }))
    const moments = momentsOf(worth.x)
    this.touch(this.unattributed).add(place.arm, moments, place.at)
    this.tell(place, moments)
    this.learn(place, momentsOf(within(worth.x, cap * Math.max(n, 1))))
  }

  count(what: Count, n = 1): void {
    this.touch(this.counts).add(COUNTS.indexOf(what), n)
  }

  get counted(): Record<Count, number> {
    const counts = COUNTS.map((what, place) => [what, this.counts.sums[place]!])
    return Object.fromEntries(counts) as Record<Count, number> // All of COUNTS.
  }

  merge(other: State): void {
    // Of one name, so of one kind.
    for (const name of SINGLE) this.touch(this[name]).merge(other[name] as never)
    const join = (own: Node | undefined, node: Node) => own && this.touch(own).merge(node)
    for (const [dimension, nodes] of other.values) {
      for (const [value, node] of nodes) join(this.value(dimension, value), node)
    }
    for (const [key, node] of other.leaves) join(this.leaf(key), node)
  }

  /** One that goes its own way from here. */
  copy(): State {
    const copy = new State(this.shape)
    copy.merge(this)
    copy.touched.clear()
    return copy
  }

  /** Whole, in order of their keys. */
  rows(): Map<string, Uint8Array> {
    return encoded(this.parts())
  }

  /** The rows that are others than at the last call, or than it was made of. */
  changed(): Map<string, Uint8Array> {
    const rows = encoded([...this.parts()].filter(([, part]) => this.touched.has(part)))
    this.touched.clear()
    return rows
  }

  static of(shape: Shape, rows: Iterable<readonly [key: string, bytes: Uint8Array]>): State {
    const state = new State(shape)
    for (const [key, bytes] of rows) state.part(key)?.decode(bytes)
    return state
  }

  /** The nodes of a context's values, of those dimensions that are known. */
  known(context: Context): { dimension: string; value: string; node: Node }[] {
    return this.shape.dimensions.flatMap((dimension) => {
      const value = valueOf(context, dimension)
      const node = value === undefined ? undefined : this.values.get(dimension)?.get(value)
      return node ? [{ dimension, value: value!, node }] : []
    })
  }

  /** All of a context that makes a difference: a value that was never met weighs as one that is not known. */
  metOf(context: Context): string {
    if (this.leafOf(context)) return this.leafKey(context)!
    return JSON.stringify(this.known(context).map(({ dimension, value }) => [dimension, value]))
  }

  leafOf(context: Context): Node | undefined {
    const key = this.leafKey(context)
    return key === undefined ? undefined : this.leaves.get(key)
  }

  /** For results. */
  private tell({ arm, at, isHoldout }: Place, moments: Moments): void {
    this.touch(this.total).add(arm, moments, at)
    if (isHoldout) this.touch(this.holdout).add(arm, moments, at)
    if (at < this.shape.created! + EARLY) this.touch(this.early).add(arm, moments, at)
  }

  /** For the policy. */
  private learn({ arm, at, context }: Place, moments: Moments): void {
    const key = this.leafKey(context)
    const nodes = [
      this.root,
      this.shape.halfLife && this.recent,
      ...this.shape.dimensions.map((dimension) => {
        const value = valueOf(context, dimension)
        return value && this.value(dimension, value)
      }),
      key && this.leaf(key),
    ]
    for (const node of nodes) if (node) this.touch(node).add(arm, moments, at)
  }

  private spot(hash: number, more: number): void {
    if (this.shape.kind === 'ratio') this.touch(this.tail).add(hash, more)
  }

  private touch<Each extends Part>(part: Each): Each {
    this.touched.add(part)
    return part
  }

  /** All that is kept, by the key of its row. */
  private *parts(): Generator<[key: string, part: Part]> {
    for (const key of SINGLE) yield [key, this[key]]
    for (const [dimension, nodes] of this.values) {
      for (const [value, node] of nodes) yield [`value ${JSON.stringify([dimension, value])}`, node]
    }
    for (const [key, node] of this.leaves) yield [`leaf ${key}`, node]
  }

  /** What a row is of. */
  private part(key: string): Part | undefined {
    const [kind] = key.split(' ', 1) as [string]
    const name = key.slice(kind.length + 1)
    if (kind === 'leaf') return this.leaf(name)
    if (kind !== 'value') return this[kind as (typeof SINGLE)[number]] // Written by parts(), all of it.
    const [dimension, value] = JSON.parse(name) as [string, string]
    return this.value(dimension, value)
  }

  /** A leaf is where dimensions meet: of one value alone it would be the value once more. */
  private leafKey(context: Context): string | undefined {
    const values = this.shape.dimensions.map((name) => valueOf(context, name) ?? null)
    return values.filter((value) => value !== null).length > 1 ? JSON.stringify(values) : undefined
  }

  private leaf = (key: string) => this.in(this.leaves, key, MOST_LEAVES)

  private value(dimension: string, value: string): Node | undefined {
    const nodes = this.values.get(dimension)
    return nodes && this.in(nodes, value, MOST_VALUES)
  }

  private in(nodes: Map<string, Node>, key: string, most: number): Node | undefined {
    const known = nodes.get(key)
    if (known || nodes.size >= Math.min(most, MOST_MOMENTS / this.shape.arms.length)) return known
    const made = this.node()
    nodes.set(key, made)
    return made
  }

  private node = (halfLife = this.shape.halfLife) => new Node(this.shape.kind, this.shape.arms.length, halfLife)
}

/** A loss is as large as a gain of as much. */
const within = (x: number, cap: number): number => Math.max(Math.min(x, cap), -cap)

/** Parts that there is one of. */
const SINGLE = [
  'counts',
  'delay',
  'early',
  'expected',
  'holdout',
  'recent',
  'root',
  'tail',
  'total',
  'unattributed',
] as const satisfies (keyof State)[]

const encoded = (parts: Iterable<readonly [key: string, part: Part]>): Map<string, Uint8Array> =>
  new Map([...parts].map(([key, part]) => [key, part.encode()] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
