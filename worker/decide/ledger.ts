/**
 * The ledger: of each decision that was rewarded what it came to, so that squares are of its whole, and a conversion is one.
 * Decisions that nothing came of are in none.
 */
import type { Worth } from './moments'

export interface Earned extends Worth {
  /** When it was decided, unix milliseconds: long after, nobody asks for it. */
  at: number
  /** How long after it the first of its rewards came; null while it only cost. */
  delay: number | null
}

export interface Ledger {
  /** What a decision has come to; undefined: nothing yet. */
  before(id: string): Earned | undefined
  put(id: string, earned: Earned): void
}

/** What would be written, over what is. */
export class Overlay implements Ledger {
  private readonly under: Pick<Ledger, 'before'> | undefined
  private readonly rows = new Map<string, Earned>()

  constructor(under?: Pick<Ledger, 'before'>) {
    this.under = under
  }

  before(id: string): Earned | undefined {
    return this.rows.get(id) ?? this.under?.before(id)
  }

  put(id: string, earned: Earned): void {
    this.rows.set(id, earned)
  }
}
