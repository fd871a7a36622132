/**
 * Caps: a pixel that counts so often in all, and no more. How often it did is a row, written in the transaction that
 * writes the log's, so that neither is ever without the other. Memory holds only what waits for its commit: a mailing of
 * a million pixels that count once each costs a Hail a million rows and nothing while nobody opens them.
 */
import type { Reason } from '../ingest/refusal'
import type { Gate } from './gate'
import type { Entry } from './log'

/** A row outlives its pixel by this: what came in time may be written a while later. */
const MARGIN_MS = 24 * 3_600_000

export class Caps implements Gate {
  /** How often those that are being judged have counted, by name. */
  private used = new Map<string, number>()
  /** Let pass and not on disk yet, by name. */
  private readonly waiting = new Map<string, number>()

  constructor(private readonly sql: SqlStorage) {}

  look(entries: readonly Entry[]): void {
    const names = namesOf(entries)
    if (names.size === 0) return
    this.used = this.hasTable() ? this.read(names) : new Map()
  }

  refuse({ cap }: Entry): Reason | undefined {
    if (!cap) return undefined
    const waiting = this.waiting.get(cap.name) ?? 0
    if ((this.used.get(cap.name) ?? 0) + waiting >= cap.most) return 'spent'
    this.waiting.set(cap.name, waiting + 1)
    return undefined
  }

  write(entries: readonly Entry[]): void {
    const rows = rowsOf(entries)
    if (rows.length === 0) return
    this.sql.exec(`CREATE TABLE IF NOT EXISTS cap (name TEXT PRIMARY KEY, used INTEGER, until INTEGER) WITHOUT ROWID`)
    this.sql.exec(
      `INSERT INTO cap (name,      used,      until)
       SELECT           value->>0, value->>1, value->>2 FROM json_each(?) WHERE true
       ON CONFLICT     (name) DO UPDATE SET used = used + excluded.used`,
      JSON.stringify(rows),
    )
  }

  /** On disk, or not to be: either way it waits no more. */
  written(entries: readonly Entry[]): void {
    for (const { cap } of entries) {
      const left = cap && (this.waiting.get(cap.name) ?? 0) - 1
      if (!cap || left === undefined) continue
      if (left > 0) this.waiting.set(cap.name, left)
      else this.waiting.delete(cap.name)
    }
  }

  back(entries: readonly Entry[]): void {
    this.written(entries)
  }

  /** A pixel without an end is kept for ever, or it would count anew. */
  sweep(now: number): void {
    if (this.hasTable()) this.sql.exec(`DELETE FROM cap WHERE until > 0 AND until < ?`, now - MARGIN_MS)
  }

  private read(names: ReadonlySet<string>): Map<string, number> {
    const rows = this.sql
      .exec<{ name: string; used: number }>(
        `SELECT name, used FROM cap WHERE name IN (SELECT value FROM json_each(?))`,
        JSON.stringify([...names]),
      )
      .toArray()
    return new Map(rows.map(({ name, used }) => [name, used]))
  }

  /** Made by the first that counts: most sites have none. */
  private hasTable(): boolean {
    return this.sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'cap'`).toArray().length > 0
  }
}

function namesOf(entries: readonly Entry[]): Set<string> {
  const names = new Set<string>()
  for (const { cap } of entries) if (cap) names.add(cap.name)
  return names
}

/** One row a pixel, however many of it are written together. */
function rowsOf(entries: readonly Entry[]): [name: string, used: number, until: number][] {
  const rows = new Map<string, [string, number, number]>()
  for (const { cap } of entries) {
    if (!cap) continue
    const used = rows.get(cap.name)?.[1] ?? 0
    rows.set(cap.name, [cap.name, used + 1, cap.until])
  }
  return [...rows.values()]
}
