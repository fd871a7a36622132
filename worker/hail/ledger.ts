/**
 * The ledger of a Hail whose site is forwarded: whose each stretch of the log is, this site's own Whale or a receiver
 * elsewhere, and how far each receiver has come. A stretch is written down before its first byte is sent, and from then
 * on nobody else gets it: where an answer is lost, only the one that was asked can say whether it has the stretch.
 * A site that was never forwarded has no ledger, and all of its log is its own Whale's.
 */

/** The site's own Whale, among receivers. */
export const HERE = ''

/** Each change of receiver is one; the oldest are forgotten with the log that they were about. */
const MOST_STRETCHES = 1_000

/** Who is away for longer does not come back: the log is not kept for ever for what one may have. If one does, a gap is named there. */
const HELD_MS = 30 * 86_400_000
const PER_MS = 1024

/** Exclusive at `from`, inclusive at `until`. */
export interface Stretch {
  from: number
  until: number
  receiver: string
}

const tables = [
  `CREATE TABLE stretch  (until INTEGER PRIMARY KEY, receiver TEXT)`,
  `CREATE TABLE receiver (name TEXT PRIMARY KEY, cursor INTEGER) WITHOUT ROWID`,
]

export class Ledger {
  private stretches: { until: number; receiver: string }[] = []
  private readonly cursors = new Map<string, number>()
  isBegun: boolean

  /** `generation` is the log's own random name: one that is lost begins anew under another. */
  constructor(
    private readonly storage: Pick<DurableObjectStorage, 'sql' | 'transactionSync'>,
    readonly generation: string,
  ) {
    const { sql } = storage
    this.isBegun = sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'receiver'`).toArray().length > 0
    if (!this.isBegun) return
    this.stretches = sql
      .exec<{ until: number; receiver: string }>(`SELECT until, receiver FROM stretch ORDER BY until`)
      .toArray()
    for (const { name, cursor } of sql.exec<{ name: string; cursor: number }>(`SELECT name, cursor FROM receiver`))
      this.cursors.set(name, cursor)
  }

  /** Begins it, unless it has begun. */
  begin(): void {
    if (this.isBegun) return
    this.storage.transactionSync(() => tables.forEach((table) => this.storage.sql.exec(table)))
    this.isBegun = true
  }

  /** All of the log up to here is somebody's. */
  get end(): number {
    return this.stretches.at(-1)?.until ?? 0
  }

  /** Whether, as far as it knows, the site is forwarded; or was, and not all of it is known to have arrived. */
  get isElsewhere(): boolean {
    return (this.stretches.at(-1)?.receiver ?? HERE) !== HERE || this.open.length > 0
  }

  /** Whose a position is; undefined where nobody was given it yet. */
  ownerOf(position: number): string | undefined {
    // What is asked for is mostly the last one's.
    if (position > this.end) return undefined
    return this.stretches.find(({ until }) => position <= until)?.receiver
  }

  /** Whether the site's own Whale is to have a position. */
  isHere = (position: number): boolean => (this.ownerOf(position) ?? HERE) === HERE

  /** Gives a receiver all from the end up to a position. */
  assign(until: number, receiver: string): void {
    const { sql } = this.storage
    const last = this.stretches.at(-1)
    if (last?.receiver === receiver) {
      sql.exec(`UPDATE stretch SET until = ? WHERE until = ?`, until, last.until)
      last.until = until
    } else {
      sql.exec(`INSERT INTO stretch VALUES (?, ?)`, until, receiver)
      this.stretches.push({ until, receiver })
    }
  }

  /** How far a receiver is, as it said itself: less than before where it was restored. */
  learn(receiver: string, cursor: number): void {
    if (this.cursors.get(receiver) === cursor) return
    this.storage.sql.exec(
      `INSERT INTO receiver VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor`,
      receiver,
      cursor,
    )
    this.cursors.set(receiver, cursor)
  }

  /** What was given to receivers elsewhere and is not known to be there. */
  get open(): Stretch[] {
    const open: Stretch[] = []
    let start = 0
    for (const { until, receiver } of this.stretches) {
      const from = Math.max(start, this.cursors.get(receiver) ?? 0)
      if (receiver !== HERE && from < until) open.push({ from, until, receiver })
      start = until
    }
    return open
  }

  /** The log after this position must stay, whatever the Whale has. */
  held(now: number): number {
    const least = (now - HELD_MS) * PER_MS
    return this.open.find(({ until }) => until > least)?.from ?? Number.POSITIVE_INFINITY
  }

  /** Whether a receiver was given anything of a stretch. */
  isGiven(receiver: string, { from, until }: Omit<Stretch, 'receiver'>): boolean {
    let start = 0
    for (const each of this.stretches) {
      if (each.receiver === receiver && start < until && each.until > from) return true
      start = each.until
    }
    return false
  }

  /** Whether the site's own Whale was to have anything of a stretch. */
  isHereIn(from: number, until: number): boolean {
    return until > this.end || this.isGiven(HERE, { from, until })
  }

  /** Forgets the oldest stretches where there are too many: what is gone from the log can't be sent again. */
  forget(dropped: number): void {
    while (this.stretches.length > MOST_STRETCHES) {
      const [oldest] = this.stretches
      if (!oldest || oldest.until > dropped) return
      this.storage.sql.exec(`DELETE FROM stretch WHERE until = ?`, oldest.until)
      this.stretches.shift()
    }
  }
}
