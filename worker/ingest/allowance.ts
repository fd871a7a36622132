/**
 * How much each of many may still have: so much at once, and as much again in each window, evenly. One number each is
 * kept, the moment at which all that was taken is paid off (ITU-T I.371, the generic cell rate algorithm), and no timer.
 * It is one isolate's own, and forgets whom it has not seen for longest: that one begins anew.
 */
import { Bounded } from './bounded'

/** So much `of` the one who is called so. */
export interface Portion {
  name: string
  amount: number
  /** What may be had in a window. */
  of: number
}

export class Allowance {
  private readonly windowMs: number
  private readonly paid: Bounded<number>

  /** `most` is how many are told apart. */
  constructor(windowMs: number, most: number) {
    this.windowMs = windowMs
    this.paid = new Bounded(most)
  }

  /** Milliseconds until the portion may be had; 0: now. Takes nothing. */
  wait(portion: Portion, now: number): number {
    // Parts of a millisecond are what sums of fractions are wrong by.
    return Math.max(0, Math.floor(this.after(portion, now) - this.windowMs - now))
  }

  /** Takes it, whether or not it may be had. */
  take(portion: Portion, now: number): void {
    this.paid.set(portion.name, this.after(portion, now))
  }

  /** It was not had after all. */
  back({ name, amount, of }: Portion): void {
    const paid = this.paid.get(name)
    if (paid !== undefined) this.paid.set(name, paid - (amount * this.windowMs) / of)
  }

  private after({ name, amount, of }: Portion, now: number): number {
    // A clock that was set back must not make anybody wait for longer than a window.
    const paid = Math.min(Math.max(this.paid.get(name) ?? now, now), now + this.windowMs)
    return paid + (amount * this.windowMs) / of
  }
}
