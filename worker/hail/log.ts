/**
 * The log: one row per committed batch, one table per hour of arrival, dropped whole once it is merged and filed.
 * A row-by-row DELETE would be billed like an INSERT; a table goes at once.
 *
 * A position is max(last + 1, now × 1024): it rises, and is never given twice, not even by a restored log.
 */
import type { Tracked } from '../rollup/erase'
import { ID_BYTES } from './idset'

const HOUR = 3_600_000
const PER_MS = 1024
/** Live readers look so far back, merged or not: an hour's table stays so much longer. */
const LIVE_MS = 10 * 60_000

/** What one envelope or one server event becomes in the log. */
export interface Entry {
  /** Ten characters, one a byte; absent where the sender gave none. */
  id?: string
  /** The bucket of raw time in which the id is remembered. */
  bucket: number
  /** Until when, unix milliseconds. */
  until: number
  /** JSON: a list of events. */
  text: string
  /** What it may come to in a fragment, in bytes. */
  weight?: number
  /** Other Hails that may have taken it before. */
  elsewhere?: readonly number[]
  /** Whose event it is, and when: of whom sessions are told apart. */
  visit?: { visitor: number; at: number }
  /** Of a pixel that counts so often in all: its name, how often, and until when it counts (unix milliseconds, 0 for ever). */
  cap?: { name: string; most: number; until: number }
  /** What it is counted for by visitors: where that is deleted, its id begins anew. It is not written. */
  tracked?: Tracked
  /** Who sent it, where that can be told; it is not written. */
  sender?: number
}

export interface Row {
  position: number
  /** Unix milliseconds. */
  arrived: number
  entries: number
  text: string
}

export interface Filing {
  id: string
  bucket: number
  until: number
}

export class Log {
  private tables: number[] = []
  /** The last position given. */
  last: number

  constructor(
    private readonly sql: SqlStorage,
    least: number,
  ) {
    this.reread(least)
    this.last = least
    for (const table of this.tables) {
      const { position } = sql
        .exec<{ position: number | null }>(`SELECT max(position) AS position FROM log_${table}`)
        .one()
      this.last = Math.max(this.last, position ?? 0)
    }
  }

  /** Finds the tables anew: at the start of a life, and after a transaction that rolled back. */
  reread(last: number): void {
    this.tables = this.sql
      .exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'log_*'`)
      .toArray()
      .map(({ name }) => Number(name.slice(4)))
      .sort((a, b) => a - b)
    this.last = last
  }

  /** Whoever has this log says he has it up to here: what he has not seen comes after. */
  reach(position: number): void {
    this.last = Math.max(this.last, position)
  }

  /** Writes one row; the position it got. Throws where the disk does. */
  append(entries: readonly Entry[], now: number): number {
    const position = Math.max(this.last + 1, now * PER_MS)
    const table = this.tableFor(position)
    this.sql.exec(
      `INSERT INTO log_${table} (position, arrived, entries, ids, text) VALUES (?, ?, ?, ?, ?)`,
      position,
      now,
      entries.length,
      packIds(entries),
      `[${entries.map(({ text }) => text).join(',')}]`,
    )
    this.last = position
    return position
  }

  /** Rows after a position, oldest first. */
  *after(position: number): Generator<Row> {
    for (const table of this.tables) {
      if (lastOf(table) <= position) continue
      yield* this.sql.exec<{ position: number; arrived: number; entries: number; text: string }>(
        `SELECT position, arrived, entries, text FROM log_${table} WHERE position > ? ORDER BY position`,
        position,
      )
    }
  }

  /** When the first row after a position arrived, unix milliseconds. */
  arrivedAfter(position: number): number | undefined {
    for (const { arrived } of this.after(position)) return arrived
    return undefined
  }

  /** Rows after a position, newest first. */
  *newest(position: number): Generator<Row> {
    for (const table of this.tables.toReversed()) {
      if (lastOf(table) <= position) return
      yield* this.sql.exec<{ position: number; arrived: number; entries: number; text: string }>(
        `SELECT position, arrived, entries, text FROM log_${table} WHERE position > ? ORDER BY position DESC`,
        position,
      )
    }
  }

  /** The ids in rows after one position, up to another. */
  *idsIn(after: number, upTo: number): Generator<Filing> {
    for (const table of this.tables) {
      if (lastOf(table) <= after) continue
      const rows = this.sql.exec<{ ids: ArrayBuffer }>(
        `SELECT ids FROM log_${table} WHERE position > ? AND position <= ? ORDER BY position`,
        after,
        upTo,
      )
      for (const { ids } of rows) yield* unpackIds(new Uint8Array(ids))
    }
  }

  /** Changes the texts of rows up to a position that hold a word; nothing is written of a row that stays as it is. */
  rewrite(upTo: number, word: string, change: (text: string) => string): void {
    for (const table of this.tables) {
      const rows = this.sql
        .exec<{ position: number }>(
          `SELECT position FROM log_${table} WHERE position <= ? AND instr(text, ?) > 0`,
          upTo,
          word,
        )
        .toArray()
      for (const { position } of rows) {
        const { text } = this.sql
          .exec<{ text: string }>(`SELECT text FROM log_${table} WHERE position = ?`, position)
          .one()
        const changed = change(text)
        if (changed !== text) this.sql.exec(`UPDATE log_${table} SET text = ? WHERE position = ?`, changed, position)
      }
    }
  }

  /** Drops every hour that ended before live readers look back and holds nothing after the position; the last position that is gone. */
  drop(upTo: number, now: number): number | undefined {
    let gone: number | undefined
    for (const table of this.tables.filter((each) => this.isOver(each, upTo, now))) {
      this.sql.exec(`DROP TABLE log_${table}`)
      this.tables = this.tables.filter((other) => other !== table)
      gone = Math.min(lastOf(table), upTo)
    }
    return gone
  }

  /** Whether there is an hour to drop. */
  isOld(upTo: number, now: number): boolean {
    return this.tables.some((table) => this.isOver(table, upTo, now))
  }

  /** Whether an hour ended before live readers look back, and holds nothing after a position. */
  private isOver(table: number, upTo: number, now: number): boolean {
    return table < hourOf(now - LIVE_MS) && (lastOf(table) <= upTo || this.last <= upTo)
  }

  /** Events after a position, up to another. */
  count(position: number, upTo = this.last): number {
    let entries = 0
    for (const table of this.tables) {
      if (lastOf(table) <= position) continue
      const row = this.sql
        .exec<{ n: number | null }>(
          `SELECT sum(entries) AS n FROM log_${table} WHERE position > ? AND position <= ?`,
          position,
          upTo,
        )
        .one()
      entries += row.n ?? 0
    }
    return entries
  }

  /** By position and not by the clock: one set back must not open an older table behind a newer one. */
  private tableFor(position: number): number {
    const table = hourOf(position / PER_MS)
    if (!this.tables.includes(table)) {
      this.sql.exec(
        `CREATE TABLE log_${table} (position INTEGER PRIMARY KEY, arrived INTEGER, entries INTEGER, ids BLOB, text TEXT)`,
      )
      this.tables = [...this.tables, table].sort((a, b) => a - b)
    }
    return table
  }
}

/** The least position of what arrives at a moment. */
export const positionAt = (ms: number): number => ms * PER_MS

const hourOf = (now: number) => Math.floor(now / HOUR)
/** The greatest position an hour's table can hold. */
const lastOf = (table: number) => (table + 1) * HOUR * PER_MS - 1

/** bucket i32, until in seconds u32, id: one after the other. */
const FILING_BYTES = 8 + ID_BYTES

function packIds(entries: readonly Entry[]): Uint8Array {
  const named = entries.filter((entry): entry is Entry & { id: string } => entry.id !== undefined)
  const bytes = new Uint8Array(named.length * FILING_BYTES)
  const view = new DataView(bytes.buffer)
  named.forEach(({ id, bucket, until }, i) => {
    const offset = i * FILING_BYTES
    view.setInt32(offset, bucket)
    view.setUint32(offset + 4, Math.ceil(until / 1000))
    for (let b = 0; b < ID_BYTES; b++) bytes[offset + 8 + b] = id.charCodeAt(b)
  })
  return bytes
}

function* unpackIds(bytes: Uint8Array): Generator<Filing> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset < bytes.length; offset += FILING_BYTES) {
    yield {
      bucket: view.getInt32(offset),
      until: view.getUint32(offset + 4) * 1000,
      id: String.fromCharCode(...bytes.subarray(offset + 8, offset + FILING_BYTES)),
    }
  }
}
