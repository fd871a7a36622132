/**
 * The state: all that an experiment has learnt. Each decision and each reward adds to its arm at the root, at each of its
 * dimensions' values, and at the leaf of them all. Adding is all that is done, so order and split of the log do not matter:
 * whole numbers come out the same to the last bit, other floats to a rounding.
 * It knows neither events nor storage: rows are what it is kept as, one a node, so that a change rewrites few.
 */
import { Branches } from './branches'
import type { Context } from './context'
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
  readonly branches: Branches
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
    this.branches = new Branches(shape.dimensions, shape.arms.length, () => this.node())
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
    for (const [key, node] of other.branches) {
      const own = this.branches.at(key)
      if (own) this.touch(own).merge(node)
    }
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

  /** For results. */
  private tell({ arm, at, isHoldout }: Place, moments: Moments): void {
    this.touch(this.total).add(arm, moments, at)
    if (isHoldout) this.touch(this.holdout).add(arm, moments, at)
    if (at < this.shape.created! + EARLY) this.touch(this.early).add(arm, moments, at)
  }

  /** For the policy. */
  private learn({ arm, at, context }: Place, moments: Moments): void {
    const nodes = [this.root, this.shape.halfLife && this.recent, ...this.branches.of(context)]
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
    yield* this.branches
  }

  /** What a row is of. */
  private part(key: string): Part | undefined {
    const single = SINGLE.find((name) => name === key)
    return single ? this[single] : this.branches.at(key)
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
