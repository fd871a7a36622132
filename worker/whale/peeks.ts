/**
 * Peeks: what the Hails hold and have not merged, fetched for readers. They are rationed per shard; one that stays silent
 * makes an answer partial.
 */
import { Rationed } from './rationed'
import type { Peek, Peekable } from './slice'

export class Peeks {
  private readonly shards = new Map<number, Rationed<Peek>>()

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
      const found = await Promise.all(
        missing.map((shard) => this.shard(shard).ask(() => this.stub(shard).peek(cursorOf(shard)))),
      )
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

  private shard(shard: number): Rationed<Peek> {
    const known = this.shards.get(shard) ?? new Rationed<Peek>()
    this.shards.set(shard, known)
    return known
  }
}

/** A merge may come between peek and answer; three in a row do not. */
const ROUNDS = 3

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
