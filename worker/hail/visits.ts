/**
 * Sessions of visitors whose sender tells none: one begins where nothing was heard of a visitor for half an hour before.
 * What is decided goes into the log with the event, so that it is the same however often the log is folded.
 * Visitors are remembered in memory and, with each merge, in one row.
 */
const HALF_HOUR = 30 * 60_000
/** Half a megabyte; beyond it those heard of longest ago are forgotten, and begin a session when they come back. */
const MOST_VISITORS = 20_000
/** visitor, from, to */
const NUMBERS = 3

/** A visitor's latest session: its first and last event's times, unix milliseconds. */
interface Session {
  from: number
  to: number
}

export class Visits {
  private readonly sessions = new Map<number, Session>()

  constructor(bytes?: Uint8Array) {
    const view = bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; view && at < view.byteLength; at += 8 * NUMBERS) {
      this.sessions.set(view.getFloat64(at), { from: view.getFloat64(at + 8), to: view.getFloat64(at + 16) })
    }
  }

  /** Hears of a visitor; whether a session begins with that. */
  begins({ visitor, at }: { visitor: number; at: number }): boolean {
    const known = this.sessions.get(visitor)
    const begins = !known || at > known.to + HALF_HOUR || at < known.from - HALF_HOUR
    // An older session than the latest is one of its own, and is not remembered.
    if (begins && known && at < known.from) return true
    this.sessions.delete(visitor)
    this.sessions.set(
      visitor,
      begins ? { from: at, to: at } : { from: Math.min(known.from, at), to: Math.max(known.to, at) },
    )
    if (this.sessions.size > MOST_VISITORS) this.sessions.delete(this.sessions.keys().next().value!)
    return begins
  }

  /** Knows nothing of a visitor any more. */
  forget(visitor: number): void {
    this.sessions.delete(visitor)
  }

  /** What stands in a row; empty where nobody is remembered. */
  toBytes(): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.sessions.size * NUMBERS * 8))
    let at = 0
    for (const [visitor, { from, to }] of this.sessions) {
      for (const number of [visitor, from, to]) {
        view.setFloat64(at, number)
        at += 8
      }
    }
    return new Uint8Array(view.buffer)
  }
}
