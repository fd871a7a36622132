/**
 * A node: the moments of all arms at one place of an experiment's contexts: its root, a dimension's value, or a leaf.
 *
 * Old events fade by forward decay (G. Cormode et al., 2009): an event's weight grows with its time, 2^((t - L) / H), and
 * is divided by now's when read, so that adding is all that is ever written. The landmark L is the last whole half-life
 * anything came in: moving it divides by a power of two, which no bit is lost by, and it depends on no order.
 *
 * Its record: the landmark, in half-lives, then of each arm n and x, which say all of a rate, or n, x, xx, y, yy, xy.
 */
import { add, type Kind, type Moments, none, ofRate, scaled } from './moments'
import { decode, encode } from './record'

export const VERSION = 1
const FIELDS = {
  rate: ['n', 'x'],
  ratio: ['n', 'x', 'xx', 'y', 'yy', 'xy'],
} satisfies Record<Kind, (keyof Moments)[]>

export class Node {
  readonly kind: Kind
  readonly halfLife: number | null
  private readonly size: number
  /** Of each arm; undefined before anything came in. */
  private arms: Moments[] | undefined
  /** Whether another has the same sums, until either adds: copies are many, and most are only read. */
  private isShared = false
  private landmark = Number.NEGATIVE_INFINITY

  constructor(kind: Kind, arms: number, halfLife: number | null) {
    this.kind = kind
    this.size = arms
    this.halfLife = halfLife
  }

  /** `at` is the decision's time, for what it cost and for its rewards alike; milliseconds. */
  add(arm: number, moments: Moments, at: number): void {
    const lives = this.halfLife ? at / this.halfLife : 0
    const whole = Math.floor(lives)
    const arms = this.ownSince(whole)
    add(arms[arm]!, moments, 2 ** (lives - whole) * 2 ** (whole - this.landmark))
  }

  /** Makes this the node of both's events. */
  merge(other: Node): void {
    if (!other.arms) return
    if (!this.arms) {
      this.arms = other.arms
      this.landmark = other.landmark
      this.isShared = other.isShared = true
      return
    }
    const arms = this.ownSince(other.landmark)
    const weight = 2 ** (other.landmark - this.landmark)
    other.arms.forEach((moments, arm) => add(arms[arm]!, moments, weight))
  }

  /** The moments of each arm, as they count now. */
  read(now: number): Moments[] {
    const lives = this.halfLife && this.arms ? now / this.halfLife - this.landmark : 0
    return this.all.map((moments) => scaled(moments, 2 ** -lives))
  }

  encode(): Uint8Array {
    const fields = FIELDS[this.kind]
    return encode(VERSION, [this.landmark, ...this.all.flatMap((moments) => fields.map((field) => moments[field]))])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const [landmark = Number.NEGATIVE_INFINITY, ...numbers] = decode(bytes, VERSION)
    if (landmark === Number.NEGATIVE_INFINITY) return this
    const fields = FIELDS[this.kind]
    this.ownSince(landmark).forEach((moments, arm) => {
      fields.forEach((field, i) => (moments[field] = numbers[arm * fields.length + i]!))
      if (this.kind === 'rate') Object.assign(moments, ofRate(moments.n, moments.x))
    })
    return this
  }

  private get all(): readonly Moments[] {
    return this.arms ?? Array.from({ length: this.size }, none)
  }

  /** The sums, to be added to, with the landmark at a time or later. */
  private ownSince(landmark: number): Moments[] {
    const weight = landmark > this.landmark ? 2 ** (this.landmark - landmark) : 1
    if (!this.arms || this.isShared || weight < 1) {
      this.arms = this.all.map((moments) => scaled(moments, weight))
      this.isShared = false
    }
    this.landmark = Math.max(this.landmark, landmark)
    return this.arms
  }
}
