/**
 * A node: the moments of all arms at one place of an experiment's contexts: its root, a dimension's value, or a leaf.
 *
 * Old events fade by forward decay (G. Cormode et al., 2009): an event's weight grows with its time, 2^((t - L) / H), and
 * is divided by now's when read, so that adding is all that is ever written. The landmark L is the last whole half-life
 * anything came in: moving it divides by a power of two, which no bit is lost by, and it depends on no order.
 *
 *      0  1   version                      8  16   per arm of a rate: n, x
 *      1  1   kind: 0 rate, 1 ratio        8  48   per arm of a ratio: n, x, xx, y, yy, xy
 *      2  2   arms                                 as 64-bit floats, big endian
 *      4  4   landmark, in half-lives; signed
 */
import { add, type Kind, type Moments, none, ofRate, scaled } from './moments'

export const VERSION = 1
const HEAD_BYTES = 8
const FIELDS = {
  rate: ['n', 'x'],
  ratio: ['n', 'x', 'xx', 'y', 'yy', 'xy'],
} satisfies Record<Kind, (keyof Moments)[]>

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerNode extends Error {
  override name = 'NewerNode'
  constructor(version: number) {
    super(`node of version ${version}; this release reads up to ${VERSION}`)
  }
}

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
    const view = new DataView(new ArrayBuffer(HEAD_BYTES + 8 * fields.length * this.arms.length))
    view.setUint8(0, VERSION)
    view.setUint8(1, this.kind === 'rate' ? 0 : 1)
    view.setUint16(2, this.arms.length)
    view.setInt32(4, Math.max(this.landmark, -(2 ** 31)))
    this.arms.forEach((moments, arm) =>
      fields.forEach((field, i) => view.setFloat64(HEAD_BYTES + 8 * (arm * fields.length + i), moments[field])),
    )
    return new Uint8Array(view.buffer)
  }

  static decode(bytes: Uint8Array, halfLife: number | null): Node {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const version = view.getUint8(0)
    if (version > VERSION) throw new NewerNode(version)
    const kind = view.getUint8(1) === 0 ? 'rate' : 'ratio'
    const node = new Node(kind, view.getUint16(2), halfLife)
    const landmark = view.getInt32(4)
    if (landmark !== -(2 ** 31)) node.landmark = landmark
    const { length } = FIELDS[kind]
    node.arms.forEach((moments, arm) => {
      FIELDS[kind].forEach((field, i) => {
        moments[field] = view.getFloat64(HEAD_BYTES + 8 * (arm * length + i))
      })
      if (kind === 'rate') Object.assign(moments, ofRate(moments.n, moments.x))
    })
    return node
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
