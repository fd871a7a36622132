/** Chance that can be had again: the same seed gives the same numbers, so that whatever failed once fails once more. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** In [0, 1): mulberry32 by Tommy Ettinger. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!
  }

  /** The first ones far more often than the last, as pages and countries come. */
  favour<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() ** 3 * items.length)]!
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const list = [...items]
    for (let i = list.length - 1; i > 0; i--) {
      const other = this.whole(0, i)
      const kept = list[i]!
      list[i] = list[other]!
      list[other] = kept
    }
    return list
  }
}
