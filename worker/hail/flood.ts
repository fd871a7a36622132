/**
 * The gate against floods: of one visitor (an address, a browser, a day) a Hail takes so much in an hour and in a day, and
 * refuses the rest. What comes too fast was asked to come later long before; this bounds what a patient sender can add.
 * Behind one address may stand thousands with the same browser, so the bounds are wide. It is memory alone: a Hail that
 * slept begins anew, and each of a site's Hails counts for itself.
 */
import { Allowance, type Portion } from '../ingest/allowance'
import type { Reason } from '../ingest/refusal'
import type { Gate } from './gate'
import type { Entry } from './log'

const HOUR = 3_600_000
/** Five thousand people behind one address, with four envelopes each. */
export const PER_HOUR = 20_000
/** Five such hours. */
export const PER_DAY = 100_000
/** A megabyte or two for each window; beyond it those heard of longest ago begin anew. */
const MOST_VISITORS = 20_000

export class Flood implements Gate {
  private readonly windows = [
    { allowance: new Allowance(HOUR, MOST_VISITORS), of: PER_HOUR },
    { allowance: new Allowance(24 * HOUR, MOST_VISITORS), of: PER_DAY },
  ]

  refuse({ sender }: Entry, now: number): Reason | undefined {
    if (sender === undefined) return undefined
    for (const { allowance, of } of this.windows) if (allowance.wait(portion(sender, of), now)) return 'flood'
    for (const { allowance, of } of this.windows) allowance.take(portion(sender, of), now)
    return undefined
  }

  back(entries: readonly Entry[]): void {
    for (const { sender } of entries) {
      if (sender === undefined) continue
      for (const { allowance, of } of this.windows) allowance.back(portion(sender, of))
    }
  }
}

const portion = (visitor: number, of: number): Portion => ({ name: String(visitor), amount: 1, of })
