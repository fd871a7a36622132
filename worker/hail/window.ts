/**
 * Group commit: how long to wait for company before a batch is written.
 * A row written is money on Cloudflare and an fsync elsewhere, so a busy Hail shares one among many events;
 * a quiet one does not make its lonely visitor wait.
 */

/** Below one event a second nobody else is coming: write at once. */
const QUIET = 1
/** Above it, events come so fast that a shorter window already gathers enough. */
const BUSY = 200
const LONGEST_MS = 250
const SHORTEST_MS = 5
/** Enough company: a batch is written as soon as so many wait. */
export const FULL = 32
/** How fast the estimate forgets. */
const MEMORY_MS = 2_000

/** Milliseconds to wait at a rate of events per second. */
export function windowAt(rate: number): number {
  if (rate < QUIET) return 0
  if (rate > BUSY) return Math.max(SHORTEST_MS, (1000 * FULL) / rate)
  return Math.min(LONGEST_MS, 25 * rate)
}

/** Events per second, by an exponentially forgetting count. */
export class Rate {
  private weight = 0
  private at = 0

  add(count: number, now: number): void {
    this.weight = this.decayed(now) + count
    this.at = now
  }

  perSecond(now: number): number {
    return (this.decayed(now) * 1000) / MEMORY_MS
  }

  private decayed(now: number): number {
    return this.weight * Math.exp(-Math.max(0, now - this.at) / MEMORY_MS)
  }
}
