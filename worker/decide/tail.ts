/**
 * The tail: a sample of rewards, for how large the largest are. A few orders may earn most of all; a policy that took them
 * at their word would run after luck. It keeps the 2,000 decisions whose hashes are the smallest, which is a fair sample
 * (P. Gibbons, "Distinct sampling", 2001) that depends on no order, and that a decision met twice is in once.
 * Its record: hash and reward, by hash.
 */
import { decode, encode } from './record'

export const VERSION = 1
const MOST = 2000
/** Below so many, the largest of them is not known to be any. */
const LEAST = 100

/** Where the largest hundredth is so much of all, variances of few rewards are luck too. */
export const HEAVY = 0.3

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

  /** What this share of all rewards, or losses, is not above; any is, while few were seen. */
  quantile(share: number): number {
    const { inOrder } = this
    if (inOrder.length < LEAST) return Number.POSITIVE_INFINITY
    return inOrder[Math.min(Math.floor(share * inOrder.length), inOrder.length - 1)]!
  }

  /** What the largest hundredth of rewards is of all. */
  get topShare(): number {
    const { inOrder } = this
    const sum = (list: readonly number[]) => list.reduce((all, reward) => all + reward, 0)
    if (inOrder.length < LEAST) return 0
    return sum(inOrder.slice(-Math.ceil(inOrder.length / 100))) / sum(inOrder)
  }

  encode(): Uint8Array {
    return encode(VERSION, [...this.rewards].sort(([a], [b]) => a - b).flat())
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const numbers = decode(bytes, VERSION)
    for (let at = 0; at < numbers.length; at += 2) this.add(numbers[at]!, numbers[at + 1]!)
    return this
  }

  private get inOrder(): number[] {
    this.sorted ??= [...this.rewards.values()].map(Math.abs).sort((a, b) => a - b)
    return this.sorted
  }
}
