/**
 * An isolate's copy of the salts of days. A salt makes the hash by which a visitor is told apart from others, and tomorrow's
 * is another: who came today can't be found among those of yesterday. The Pod makes them and drops them within two days.
 */
import { type Env, pod } from '../env'

export interface Salt {
  /** A local date, yyyymmdd. */
  day: number
  secret: Uint8Array
}

/** Dates in force somewhere on earth, and those that late events may name. */
const MOST_DAYS = 8
/** A day whose salt is gone is not asked for again at once. */
const ASK_AGAIN_MS = 60_000
/** No isolate remembers a salt for much longer than the Pod does. */
const TRUSTED_MS = 3_600_000

export class Salts {
  private readonly keys = new Map<number, { key: CryptoKey; until: number }>()
  private readonly missing = new Map<number, number>()

  /** The key of a day's hashes; undefined where its salt is gone: then nobody can be told apart any more. */
  async key(env: Env, day: number, now: number): Promise<CryptoKey | undefined> {
    const known = this.keys.get(day)
    if (known && known.until > now) return known.key
    this.keys.delete(day)
    if (now - (this.missing.get(day) ?? 0) < ASK_AGAIN_MS) return undefined
    const salts = await pod(env).salts([day], now)
    const secret = salts[0]?.secret
    if (!secret) {
      bounded(this.missing).set(day, now)
      return undefined
    }
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', new Uint8Array(secret), algorithm, false, ['sign'])
    // It may have been made a while ago, and is asked for anew well before it is dropped.
    bounded(this.keys).set(day, { key, until: now + TRUSTED_MS })
    return key
  }
}

/** Dates come in order, so the first is the oldest. */
function bounded<Value>(days: Map<number, Value>): Map<number, Value> {
  for (const day of days.keys()) {
    if (days.size < MOST_DAYS) break
    days.delete(day)
  }
  return days
}
