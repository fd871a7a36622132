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
  private readonly arms: Moments[]
  private landmark = Number.NEGATIVE_INFINITY

  constructor(kind: Kind, arms: number, halfLife: number | null) {
    this.kind = kind
    this.halfLife = halfLife
    this.arms = Array.from({ length: arms }, none)
  }

  /** `at` is the decision's time, for what it cost and for its rewards alike; milliseconds. */
  add(arm: number, moments: Moments, at: number): void {
    const lives = this.halfLife ? at / this.halfLife : 0
    const whole = Math.floor(lives)
    this.advance(whole)
    add(this.arms[arm]!, moments, 2 ** (lives - whole) * 2 ** (whole - this.landmark))
  }

  /** Makes this the node of both's events. */
  merge(other: Node): void {
    this.advance(other.landmark)
    const weight = other.landmark === this.landmark ? 1 : 2 ** (other.landmark - this.landmark)
    other.arms.forEach((moments, arm) => add(this.arms[arm]!, moments, weight))
  }

  /** The moments of each arm, as they count now. */
  read(now: number): Moments[] {
    const lives = this.halfLife ? now / this.halfLife - this.landmark : 0
    // An empty one has no landmark.
    return this.arms.map((moments) => scaled(moments, Number.isFinite(lives) ? 2 ** -lives : 1))
  }

  encode(): Uint8Array {
    const fields = FIELDS[this.kind]
    return encode(VERSION, [this.landmark, ...this.arms.flatMap((moments) => fields.map((field) => moments[field]))])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const [landmark = Number.NEGATIVE_INFINITY, ...numbers] = decode(bytes, VERSION)
    const fields = FIELDS[this.kind]
    this.landmark = landmark
    this.arms.forEach((moments, arm) => {
      fields.forEach((field, i) => (moments[field] = numbers[arm * fields.length + i]!))
      if (this.kind === 'rate') Object.assign(moments, ofRate(moments.n, moments.x))
    })
    return this
  }

  private advance(to: number): void {
    if (to <= this.landmark) return
    const weight = 2 ** (this.landmark - to)
    if (this.landmark !== Number.NEGATIVE_INFINITY) {
      this.arms.forEach((moments, arm) => (this.arms[arm] = scaled(moments, weight)))
    }
    this.landmark = to
  }
}
