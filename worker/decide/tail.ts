/**
 * The tail: a sample of rewards, for how large the largest are. A few orders may earn most of all; a policy that took them
 * at their word would run after luck. It keeps the 2,000 decisions whose hashes are the smallest, which is a fair sample
 * (P. Gibbons, "Distinct sampling", 2001) that depends on no order, and that a decision met twice is in once.
 *
 *      0  1   version
 *      1  …   by hash: hash (8), reward (8), as 64-bit floats, big endian
 */

export const VERSION = 1
const MOST = 2000
const HEAD_BYTES = 1
/** Below so many, the largest of them is not known to be any. */
const LEAST = 100

export class Tail {
  private readonly rewards = new Map<number, number>()
  /** The largest hash, once it is full. */
  private limit = Number.POSITIVE_INFINITY
  private sorted: number[] | undefined

  /** `hash` is the decision's, evenly spread; what one earns later is added to what it has. */
  add(hash: number, more: number): void {
    if (hash > this.limit) return
    this.rewards.set(hash, (this.rewards.get(hash) ?? 0) + more)
    this.sorted = undefined
    if (this.rewards.size <= MOST) return
    this.rewards.delete(Math.max(...this.rewards.keys()))
    this.limit = Math.max(...this.rewards.keys())
  }

  merge(other: Tail): void {
    for (const [hash, reward] of other.rewards) this.add(hash, reward)
  }

  /** The reward that this share of all is not above; any is, while few were seen. */
  quantile(share: number): number {
    const { inOrder } = this
    if (inOrder.length < LEAST) return Number.POSITIVE_INFINITY
    return inOrder[Math.min(Math.floor(share * inOrder.length), inOrder.length - 1)]!
  }

  /** What the largest hundredth of rewards is of all. */
  get topShare(): number {
    const { inOrder } = this
    const sum = (list: readonly number[]) => list.reduce((all, reward) => all + Math.abs(reward), 0)
    if (inOrder.length < LEAST) return 0
    return sum(inOrder.slice(-Math.ceil(inOrder.length / 100))) / sum(inOrder)
  }

  encode(): Uint8Array {
    const view = new DataView(new ArrayBuffer(HEAD_BYTES + 16 * this.rewards.size))
    view.setUint8(0, VERSION)
    let at = HEAD_BYTES
    for (const [hash, reward] of [...this.rewards].sort(([a], [b]) => a - b)) {
      view.setFloat64(at, hash)
      view.setFloat64(at + 8, reward)
      at += 16
    }
    return new Uint8Array(view.buffer)
  }

  static decode(bytes: Uint8Array): Tail {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const version = view.getUint8(0)
    if (version > VERSION) throw new RangeError(`a tail of version ${version}; this release reads up to ${VERSION}`)
    const tail = new Tail()
    for (let at = HEAD_BYTES; at < bytes.length; at += 16) tail.add(view.getFloat64(at), view.getFloat64(at + 8))
    return tail
  }

  private get inOrder(): number[] {
    this.sorted ??= [...this.rewards.values()].sort((a, b) => a - b)
    return this.sorted
  }
}
