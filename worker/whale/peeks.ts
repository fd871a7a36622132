/**
 * Peeks: what the Hails hold and have not merged, fetched for readers. A reader joins a peek that starts after it
 * came, so that whatever was acknowledged before it asked is in its answer. Peeks are rationed per shard, since each
 * is a call and a fold: a handful at once, one a second for long. A shard that stays silent makes an answer partial.
 */
import type { Peek, Peekable } from './slice'

/** Longer than this no reader waits for a shard. */
const PATIENCE_MS = 500
/** Peeks that may be made in a row before the ration of one a second holds. */
const BURST = 8
const RATION_MS = 1_000

export class Shard {
  private next: Promise<Peek | undefined> | undefined
  private spare = BURST
  private refilled = 0

  constructor(private readonly stub: () => Peekable) {}

  /** A peek that begins no earlier than now; undefined where the shard is silent. */
  peek(cursor: () => number): Promise<Peek | undefined> {
    this.next ??= this.start(cursor)
    return this.next
  }

  private async start(cursor: () => number): Promise<Peek | undefined> {
    await scheduler.wait(this.delay(Date.now()))
    this.next = undefined
    const silence = scheduler.wait(PATIENCE_MS).then(() => undefined)
    return Promise.race([this.stub().peek(cursor()), silence]).catch(() => undefined)
  }

  /** Takes from the ration; milliseconds until it may be used. */
  private delay(now: number): number {
    this.spare = Math.min(BURST, this.spare + Math.max(0, now - this.refilled) / RATION_MS) - 1
    this.refilled = now
    return this.spare >= 0 ? 0 : -this.spare * RATION_MS
  }
}

export class Peeks {
  private readonly shards = new Map<number, Shard>()

  constructor(private readonly stub: (shard: number) => Peekable) {}

  /**
   * Peeks of all shards that fit their cursors at the moment of return. A merge on the way makes a peek stale:
   * what it showed is pending now, and adding it would count twice.
   */
  async collect(count: number, cursorOf: (shard: number) => number): Promise<{ peeks: Peek[]; partial: boolean }> {
    const peeks = new Map<number, Peek>()
    for (let round = 0; round < ROUNDS; round++) {
      const missing = range(count).filter((shard) => peeks.get(shard)?.from !== cursorOf(shard))
      if (!missing.length) break
      const found = await Promise.all(missing.map((shard) => this.shard(shard).peek(() => cursorOf(shard))))
      missing.forEach((shard, i) => {
        const peek = found[i]
        if (peek) peeks.set(shard, peek)
      })
      if (found.includes(undefined)) break
    }
    const fitting = range(count).flatMap((shard) => {
      const peek = peeks.get(shard)
      return peek && peek.from === cursorOf(shard) ? [peek] : []
    })
    return { peeks: fitting, partial: fitting.length < count || fitting.some(({ isCut }) => isCut) }
  }

  private shard(shard: number): Shard {
    const known = this.shards.get(shard) ?? new Shard(() => this.stub(shard))
    this.shards.set(shard, known)
    return known
  }
}

/** A merge may come between peek and answer; three in a row do not. */
const ROUNDS = 3

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
