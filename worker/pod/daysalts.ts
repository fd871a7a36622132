/**
 * The salts of days, for hashes that tell visitors apart within a day. A day whose salt is gone gets no other: its row stays
 * for a while, without a secret.
 */
import { dateOf, type Zones } from '../rollup/interval'
import type { Salt } from './salts'

const HOUR = 3_600_000
/** The day of a salt lasts 50 hours, from its beginning in the east to its end in the west; nobody is told apart for longer. */
export const SALT_MS = 48 * HOUR
const SALT_BYTES = 32
/** Where the date is the last and the first on earth: UTC-12 and UTC+14. */
const WEST = -12 * HOUR
const EAST = 14 * HOUR
const UTC: Zones = [{ from: 0, zone: 'UTC' }]

export const tables = [`CREATE TABLE salt    (day INTEGER PRIMARY KEY, made INTEGER, secret BLOB)`]

export class DaySalts {
  constructor(private readonly sql: SqlStorage) {}

  /** When the oldest that is here was made, unix milliseconds; null where there is none. */
  get oldest(): number | null {
    return this.sql.exec<{ made: number | null }>(`SELECT min(made) AS made FROM salt WHERE secret IS NOT NULL`).one()
      .made
  }

  /** Of days (yyyymmdd) that are today somewhere on earth. */
  make(days: readonly number[], now: number): void {
    const [first, last] = [dateOf(now + WEST, UTC), dateOf(now + EAST, UTC)]
    for (const day of days) {
      if (day < first || day > last) continue
      const secret = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
      this.sql.exec(`INSERT INTO salt VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, day, now, secret)
    }
  }

  of(days: readonly number[]): Salt[] {
    return this.sql
      .exec<{ day: number; secret: ArrayBuffer }>(
        `SELECT day, secret FROM salt WHERE secret IS NOT NULL AND day IN (SELECT value FROM json_each(?))`,
        JSON.stringify(days),
      )
      .toArray()
      .map(({ day, secret }) => ({ day, secret: new Uint8Array(secret) }))
  }

  drop(now: number): void {
    this.sql.exec(`UPDATE salt SET secret = NULL WHERE made <= ?`, now - SALT_MS)
    this.sql.exec(`DELETE FROM salt WHERE made <= ?`, now - 2 * SALT_MS)
  }
}
