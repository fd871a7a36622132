/**
 * Delay: rewards come after their decisions, and an arm that was favoured lately would look bad for it. This keeps how
 * late rewards came, of all arms, and each arm's decisions of the last window, by age; from both, the share of an arm's
 * decisions whose rewards are in.
 * Its record: decisions ever, rewards of each step of delay, then by slot its number and the decisions of each arm.
 */
import { decode, encode } from './record'

export const VERSION = 1
/** Steps that a window is cut in, for delays and ages alike. */
const STEPS = 64
/** However late rewards are, a tenth of an arm's decisions is taken to be judged. */
const LEAST_SHARE = 0.1

export class Delay {
  private readonly arms: number
  private readonly step: number
  private readonly delays = new Float64Array(STEPS)
  /** By number of the step that decisions fell in, those of each arm. */
  private readonly slots = new Map<number, Float64Array>()
  private latest = Number.NEGATIVE_INFINITY
  /** Decisions ever. */
  private count = 0

  constructor(arms: number, window: number) {
    this.arms = arms
    this.step = window / STEPS
  }

  decided(arm: number, at: number, n = 1): void {
    this.count += n
    const slot = this.slotOf(Math.floor(at / this.step))
    if (slot) slot[arm]! += n
  }

  /** The first reward of a decision, so long after it. */
  rewarded(delay: number, n = 1): void {
    this.delays[Math.min(Math.max(Math.floor(delay / this.step), 0), STEPS - 1)]! += n
  }

  merge(other: Delay): void {
    this.count += other.count
    other.delays.forEach((n, i) => (this.delays[i]! += n))
    for (const [number, counts] of other.slots) {
      const slot = this.slotOf(number)
      if (slot) counts.forEach((n, arm) => (slot[arm]! += n))
    }
  }

  /** Decisions that were rewarded. */
  get rewards(): number {
    return this.delays.reduce((sum, n) => sum + n, 0)
  }

  /**
   * How late rewards come, as the share that is in by the end of each step. A reward can be late
   * only by what its decision is old: so each step is seen over the decisions that are old enough to show it, or a young
   * experiment would take all rewards for quick.
   */
  curve(now: number): number[] {
    const parts = [...this.delays].map(
      (n, i) => n / Math.max(this.count - this.younger(now - (i + 0.5) * this.step), 1),
    )
    const total = parts.reduce((sum, part) => sum + part, 0)
    let sum = 0
    return parts.map((part) => (sum += part) / total)
  }

  /** How late that share of rewards came at the most: 0.5 asks for the median; undefined while none was seen. */
  quantile(share: number, now: number): number | undefined {
    if (!this.hasRewards) return undefined
    const curve = this.curve(now)
    const step = curve.findIndex((sum) => sum >= share - 1e-12)
    const before = curve[step - 1] ?? 0
    return (step + (share - before) / (curve[step]! - before)) * this.step
  }

  /** Of each arm the share of its decisions whose rewards are in; all, while none was seen. `counts` are all its decisions, faded by half-life. */
  shares(counts: readonly number[], now: number, halfLife: number | null): number[] {
    if (!this.hasRewards) return counts.map(() => 1)
    const curve = this.curve(now)
    const waiting = counts.map(() => 0)
    for (const [number, slot] of this.slots) {
      const age = Math.max(now - (number + 0.5) * this.step, 0)
      const open = (1 - inAfter(curve, age / this.step)) * (halfLife ? 2 ** (-age / halfLife) : 1)
      slot.forEach((n, arm) => (waiting[arm]! += n * open))
    }
    return counts.map((n, arm) => (n > 0 ? Math.max(1 - waiting[arm]! / n, LEAST_SHARE) : 1))
  }

  encode(): Uint8Array {
    const slots = [...this.slots].sort(([a], [b]) => a - b)
    return encode(VERSION, [this.count, ...this.delays, ...slots.flatMap(([number, slot]) => [number, ...slot])])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const numbers = decode(bytes, VERSION)
    this.count = numbers[0]!
    this.delays.set(numbers.slice(1, 1 + STEPS))
    for (let at = 1 + STEPS; at < numbers.length; at += 1 + this.arms) {
      this.slotOf(numbers[at]!)?.set(numbers.slice(at + 1, at + 1 + this.arms))
    }
    return this
  }

  private get hasRewards(): boolean {
    return this.rewards > 0
  }

  /** Decisions of after a time. */
  private younger(than: number): number {
    let sum = 0
    for (const [number, slot] of this.slots) {
      if ((number + 0.5) * this.step > than) sum += slot.reduce((all, n) => all + n, 0)
    }
    return sum
  }

  /** The slot of a step's number, or undefined where it is over. Old ones go by the latest seen, in whatever order they came. */
  private slotOf(number: number): Float64Array | undefined {
    if (number > this.latest) {
      this.latest = number
      for (const old of this.slots.keys()) if (old < number - STEPS) this.slots.delete(old)
    }
    if (number < this.latest - STEPS) return undefined
    const slot = this.slots.get(number) ?? new Float64Array(this.arms)
    this.slots.set(number, slot)
    return slot
  }
}

/** The share that is in after so many steps, between the ends of two. */
function inAfter(curve: readonly number[], steps: number): number {
  const whole = Math.floor(steps)
  if (whole >= curve.length) return 1
  const before = curve[whole - 1] ?? 0
  return before + (curve[whole]! - before) * (steps - whole)
}
