/**
 * Which events were here before. An id is remembered in the ten-minute bucket of its event's *raw* time, so that
 * identical bytes always look in the same place, however late they come; an id without a time of its own is kept
 * under its day of arrival and looked for in each day of the horizon.
 *
 * New ids stand in memory and in the log row that acknowledged them; after a merge they are filed into rows of
 * sorted ids. Waking reads only log rows whose ids are not filed yet.
 */
import { has, ID_BYTES, withIds } from './idset'
import type { Filing, Log } from './log'

const MINUTE = 60_000
const DAY = 86_400_000
const BUCKET = 10 * MINUTE
/** A beacon older than this is late, so an id need not be remembered longer; the margin is for time spent on the way. */
const REMEMBERED = 72 * 60 * MINUTE + 60 * MINUTE
/** Days of arrival that the horizon can touch. */
const DAYS = Math.ceil(REMEMBERED / DAY) + 1

/** A row must stay well under the platform's 2 MB. */
const PART_BYTES = 512 * 1024 - ((512 * 1024) % ID_BYTES)
/** Rows of one bucket; at ten bytes an id that is 53 million ids in ten minutes. */
const PARTS = 1024
/** Buckets lately touched stay in memory up to this many bytes. */
const MEMORY = 16 * 1024 * 1024

/** Where an id is remembered and until when; `ts` is its raw time, absent where the sender gave none. */
export function place(ts: number | undefined, now: number): { bucket: number; until: number } {
  if (ts === undefined) return { bucket: -Math.floor(now / DAY), until: now + REMEMBERED }
  // A server may send an event of last year: its id is remembered from now on, not from then.
  return { bucket: Math.floor(ts / BUCKET), until: Math.max(ts, now) + REMEMBERED }
}

export class Ids {
  /** Not filed yet: bucket → ids. */
  private fresh = new Map<number, Set<string>>()
  /** Filed rows lately touched, the least recent first. */
  private touched = new Map<number, Uint8Array>()
  private bytes = 0

  constructor(
    private readonly sql: SqlStorage,
    log: Log,
    filed: number,
  ) {
    for (const { id, bucket } of log.idsIn(filed, log.last)) this.add(id, bucket)
  }

  has(id: string, bucket: number): boolean {
    return lookedForIn(bucket).some((b) => this.fresh.get(b)?.has(id) || this.isFiled(id, b))
  }

  add(id: string, bucket: number): void {
    const ids = this.fresh.get(bucket)
    if (ids) ids.add(id)
    else this.fresh.set(bucket, new Set([id]))
  }

  /** Lets go of a fresh id: it is filed, or its commit failed and its retry is no duplicate. */
  forget(id: string, bucket: number): void {
    const ids = this.fresh.get(bucket)
    ids?.delete(id)
    if (ids?.size === 0) this.fresh.delete(bucket)
  }

  /** Writes the ids of log rows into their buckets, inside the caller's transaction; `forget` them when it is done. */
  file(log: Log, after: number, upTo: number): Filing[] {
    const filings = [...log.idsIn(after, upTo)]
    for (const [bucket, group] of Map.groupBy(filings, ({ bucket }) => bucket)) {
      const until = group.reduce((latest, filing) => Math.max(latest, filing.until), 0)
      this.write(
        bucket,
        group.map(({ id }) => id),
        until,
      )
    }
    return filings
  }

  /** Forgets buckets past their time. */
  expire(now: number): void {
    const expired = this.sql.exec<{ key: number }>(`DELETE FROM ids WHERE until < ? RETURNING key`, now).toArray()
    for (const { key } of expired) this.untouch(key)
  }

  /** Drops what memory holds of filed rows, after a transaction that rolled back. */
  clear(): void {
    this.touched = new Map()
    this.bytes = 0
  }

  private isFiled(id: string, bucket: number): boolean {
    for (let part = 0; part < PARTS; part++) {
      const rows = this.load(keyOf(bucket, part))
      if (has(rows, id)) return true
      if (rows.length < PART_BYTES) return false
    }
    return false
  }

  /** Fills the bucket's last part, then opens the next: a full part is never written again. */
  private write(bucket: number, ids: string[], until: number): void {
    let left = ids
    for (let part = 0; part < PARTS && left.length; part++) {
      const key = keyOf(bucket, part)
      const rows = this.load(key)
      const room = (PART_BYTES - rows.length) / ID_BYTES
      if (room <= 0 && part < PARTS - 1) continue
      const merged = withIds(rows, left.slice(0, Math.max(room, 0)))
      left = left.slice(Math.max(room, 0))
      this.sql.exec(
        `INSERT INTO ids (key, until, rows) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET until = max(until, excluded.until), rows = excluded.rows`,
        key,
        until,
        merged,
      )
      this.touch(key, merged)
    }
  }

  private load(key: number): Uint8Array {
    const known = this.touched.get(key)
    if (known) {
      this.touched.delete(key)
      this.touched.set(key, known)
      return known
    }
    const [row] = this.sql.exec<{ rows: ArrayBuffer }>(`SELECT rows FROM ids WHERE key = ?`, key).toArray()
    const rows = row ? new Uint8Array(row.rows) : new Uint8Array()
    this.touch(key, rows)
    return rows
  }

  private touch(key: number, rows: Uint8Array): void {
    this.untouch(key)
    this.touched.set(key, rows)
    this.bytes += rows.length + ENTRY_BYTES
    for (const [oldest] of this.touched) {
      if (this.bytes <= MEMORY || oldest === key) break
      this.untouch(oldest)
    }
  }

  private untouch(key: number): void {
    const rows = this.touched.get(key)
    if (!rows) return
    this.touched.delete(key)
    this.bytes -= rows.length + ENTRY_BYTES
  }
}

/** What a Map entry costs beside its bytes, roughly. */
const ENTRY_BYTES = 128

const keyOf = (bucket: number, part: number) => bucket * PARTS + part

/**
 * A timed bucket is its own and only place; a day's ids may have come on any day of the horizon, and on the next one
 * too: of two attempts around midnight the later may arrive first.
 */
const lookedForIn = (bucket: number): number[] =>
  bucket >= 0 ? [bucket] : Array.from({ length: DAYS + 1 }, (_, back) => bucket + back - 1)
