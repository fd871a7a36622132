/**
 * Rates as Heroku's Pulse had them: sums of one-second windows, by the events' own time, of which only complete ones
 * count. A window is complete when it was over before now; so a rate lags by a second or two, and never dips because
 * the current second is still young. Event time makes it the same whoever counted, and in whatever order.
 */
const SECOND = 1_000
/** Keys shown, the busiest first. */
const TOP = 10

/** A rate over the last `buffer` seconds, told per `unit` seconds. */
export interface Rate {
  unit: number
  buffer: number
}
export const PER_SECOND: Rate = { unit: 1, buffer: 10 }
export const PER_MINUTE: Rate = { unit: 60, buffer: 70 }
/** How far back keys are told apart, in seconds. */
export const UNIQUE = 60

/** Windows that no rate looks at any more. */
const LONGEST_MS = (PER_MINUTE.buffer + 2) * SECOND

/** Whether the window that begins at `start` is over, and lies within the buffer. */
const isComplete = (start: number, buffer: number, now: number): boolean =>
  start < now - SECOND && start >= now - buffer * SECOND - SECOND

/** Pulse's sum ÷ (buffer ÷ unit), in the order that keeps whole rates whole. */
export const rate = (sum: number, { unit, buffer }: Rate): number => (sum * unit) / buffer

/** Sums by second: of one series, or of one of its keys. */
export class Windows {
  private readonly sums = new Map<number, number>()

  add(at: number, value: number): void {
    const start = Math.floor(at / SECOND) * SECOND
    this.sums.set(start, (this.sums.get(start) ?? 0) + value)
  }

  /** Over the complete windows of the last `buffer` seconds. */
  sum(buffer: number, now: number): number {
    let sum = 0
    for (const [start, value] of this.sums) if (isComplete(start, buffer, now)) sum += value
    return sum
  }

  /** Whether anything came in them. */
  isSeen(buffer: number, now: number): boolean {
    for (const start of this.sums.keys()) if (isComplete(start, buffer, now)) return true
    return false
  }

  /** Lets go of windows that are too old for any rate; whether it is empty now. */
  forget(now: number): boolean {
    for (const start of this.sums.keys()) if (start < now - LONGEST_MS) this.sums.delete(start)
    return this.sums.size === 0
  }
}

/** The busiest keys by their sums over a rate's buffer, as rates, descending. */
export function topRates(sums: ReadonlyMap<string, number>, of: Rate): { key: string; rate: number }[] {
  return [...sums]
    .filter(([, sum]) => sum !== 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, TOP)
    .map(([key, sum]) => ({ key, rate: rate(sum, of) }))
}
