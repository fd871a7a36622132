/**
 * Delay: rewards come after their decisions, and an arm that was favoured lately would look bad for it. This keeps how
 * late rewards came, of all arms, and each arm's decisions of the last window, by age; from both, the share of an arm's
 * decisions whose rewards are in. Steps of delay grow, for rewards come within seconds or within days, and a window knows
 * nothing of that; slots of decisions are alike, and each knows where in it its decisions lie.
 * Its record: decisions ever, rewards of each step of delay, then by slot its number, its decisions' summed distance from
 * its beginning, and the decisions of each arm.
 */
import { matured, type Moments } from './moments'
import { decode, encode } from './record'

export const VERSION = 1
/** Steps of delay that a window is cut in, and slots of age. */
const STEPS = 64
/** Each step is so much longer than the one before: of a day the first is two seconds, and the last three hours. */
const GROWTH = 1.15
const WHOLE = GROWTH ** STEPS - 1
/** Where in its slot's stretch a decision is asked for, each for a part of them: in halves of the stretch. */
const SPOTS = [-0.8, -0.4, 0, 0.4, 0.8]
/** However late rewards are, a tenth of an arm's decisions is taken to be judged. */
const LEAST_SHARE = 0.1

export class Delay {
  private readonly arms: number
  private readonly window: number
  /** How long a slot is. */
  private readonly step: number
  private readonly delays = new Float64Array(STEPS)
  /** By number: the distance of its decisions from its beginning, summed, and the decisions of each arm. */
  private readonly slots = new Map<number, Float64Array>()
  private latest = Number.NEGATIVE_INFINITY
  /** Decisions ever. */
  private count = 0

  constructor(arms: number, window: number) {
    this.arms = arms
    this.window = window
    this.step = window / STEPS
  }

  decided(arm: number, at: number, n = 1): void {
    this.count += n
    const number = Math.floor(at / this.step)
    const slot = this.slotOf(number)
    if (!slot) return
    slot[0]! += n * (at - number * this.step)
    slot[1 + arm]! += n
  }

  /** The first reward of a decision, so long after it. */
  rewarded(delay: number, n = 1): void {
    this.delays[Math.min(Math.floor(this.placeOf(delay)), STEPS - 1)]! += n
  }

  merge(other: Delay): void {
    this.count += other.count
    other.delays.forEach((n, i) => (this.delays[i]! += n))
    for (const [number, counts] of other.slots) {
      const slot = this.slotOf(number)
      if (slot) counts.forEach((n, i) => (slot[i]! += n))
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
      (n, i) => n / Math.max(this.count - this.younger((this.endOf(i - 1) + this.endOf(i)) / 2, now), 1),
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
    const start = this.endOf(step - 1)
    return start + ((share - before) / (curve[step]! - before)) * (this.endOf(step) - start)
  }

  /** Of each arm the share of its decisions whose rewards are in; all, while none was seen. `counts` are all its decisions, faded by half-life. */
  shares(counts: readonly number[], now: number, halfLife: number | null): number[] {
    if (!this.hasRewards) return counts.map(() => 1)
    const curve = this.curve(now)
    const waiting = counts.map(() => 0)
    for (const { from, to, counts: slot } of this.stretches(now)) {
      const age = (from + to) / 2
      const open = SPOTS.reduce((sum, spot) => sum + 1 - this.inAfter(curve, age + (spot * (to - from)) / 2), 0)
      const weight = (open / SPOTS.length) * (halfLife ? 2 ** (-age / halfLife) : 1)
      slot.forEach((n, arm) => (waiting[arm]! += n * weight))
    }
    return counts.map((n, arm) => (n > 0 ? Math.max(1 - waiting[arm]! / n, LEAST_SHARE) : 1))
  }

  /** Each arm as far as it can be judged by now. */
  ripe(arms: readonly Moments[], now: number, halfLife: number | null): Moments[] {
    const counts = arms.map(({ n }) => n)
    const shares = this.shares(counts, now, halfLife)
    return arms.map((moments, arm) => matured(moments, shares[arm]!))
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
    for (let at = 1 + STEPS; at < numbers.length; at += 2 + this.arms) {
      this.slotOf(numbers[at]!)?.set(numbers.slice(at + 1, at + 2 + this.arms))
    }
    return this
  }

  private get hasRewards(): boolean {
    return this.rewards > 0
  }

  /** Decisions that are not so old yet. */
  private younger(than: number, now: number): number {
    return this.stretches(now).reduce((sum, { from, to, counts }) => {
      const part = to > from ? Math.min(Math.max((than - from) / (to - from), 0), 1) : Number(to < than)
      return sum + part * counts.reduce((all, n) => all + n, 0)
    }, 0)
  }

  /** Of each slot the ages over which its decisions are taken to be spread: evenly around their mean, as far as slot and time reach. */
  private stretches(now: number): { from: number; to: number; counts: Float64Array }[] {
    return [...this.slots].map(([number, slot]) => {
      const counts = slot.subarray(1)
      const start = number * this.step
      const mean =
        start +
        slot[0]! /
          Math.max(
            counts.reduce((sum, n) => sum + n, 0),
            1,
          )
      const half = Math.max(Math.min(mean - start, Math.min(start + this.step, now) - mean), 0)
      return { from: Math.max(now - mean - half, 0), to: Math.max(now - mean + half, 0), counts }
    })
  }

  /** Where a delay lies, in steps. */
  private placeOf(delay: number): number {
    return Math.log1p((Math.max(delay, 0) / this.window) * WHOLE) / Math.log(GROWTH)
  }

  private endOf(step: number): number {
    return (this.window * (GROWTH ** (step + 1) - 1)) / WHOLE
  }

  /** The share that is in after so long, between the ends of two steps. */
  private inAfter(curve: readonly number[], age: number): number {
    const step = Math.floor(this.placeOf(age))
    if (step >= STEPS) return 1
    const before = curve[step - 1] ?? 0
    const start = this.endOf(step - 1)
    return before + ((curve[step]! - before) * (age - start)) / (this.endOf(step) - start)
  }

  /** The slot of a step's number, or undefined where it is over. Old ones go by the latest seen, in whatever order they came. */
  private slotOf(number: number): Float64Array | undefined {
    if (number > this.latest) {
      this.latest = number
      for (const old of this.slots.keys()) if (old < number - STEPS) this.slots.delete(old)
    }
    if (number < this.latest - STEPS) return undefined
    const slot = this.slots.get(number) ?? new Float64Array(1 + this.arms)
    this.slots.set(number, slot)
    return slot
  }
}
