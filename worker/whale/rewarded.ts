/** What decisions came to, of one experiment: a row of some fifty bytes each, of those alone that came to anything. */
import type { Earned, Ledger } from '../decide/ledger'

export class Rewarded implements Ledger {
  /** What is to be written. */
  private readonly fresh = new Map<string, Earned>()

  constructor(
    private readonly sql: SqlStorage,
    private readonly experiment: number,
  ) {}

  before(id: string): Earned | undefined {
    const fresh = this.fresh.get(id)
    if (fresh) return fresh
    type Row = { at: number; x: number; y: number; delay: number | null }
    const [row] = this.sql
      .exec<Row>(`SELECT at, x, y, delay FROM rewarded WHERE experiment = ? AND id = ?`, this.experiment, id)
      .toArray()
    return row
  }

  put(id: string, earned: Earned): void {
    this.fresh.set(id, earned)
  }

  /** Call inside a transaction. */
  write(): void {
    for (const [id, { at, x, y, delay }] of this.fresh) {
      this.sql.exec(
        `INSERT OR REPLACE INTO rewarded (experiment, id, at, x, y, delay) VALUES (?, ?, ?, ?, ?, ?)`,
        this.experiment,
        id,
        at,
        x,
        y,
        delay,
      )
    }
    this.fresh.clear()
  }
}
