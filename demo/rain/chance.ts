/**
 * Chance that falls the same way each time. Every draw belongs to a stream of its own, named by words (`7`, `session`, `12`),
 * so that a new kind of event takes its numbers from a new stream and moves nobody else's.
 */
import { createHash } from 'node:crypto'

export type Weighted<Item> = readonly (readonly [item: Item, weight: number])[]

export class Chance {
  /** Of the generator, four words of 32 bits. */
  private readonly state: Int32Array

  /** Streams with names that differ in a digit must have nothing in common, so their names are hashed by what is made for that. */
  constructor(...words: (string | number)[]) {
    const hash = createHash('sha256').update(words.join('/')).digest()
    this.state = Int32Array.from([0, 4, 8, 12], (at) => hash.readInt32LE(at))
  }

  /** In [0, 1): sfc32 by Chris Doty-Humphrey. */
  next(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.state
    const sum = (a + b + counter) | 0
    this.state.set([b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + sum) | 0, (counter + 1) | 0])
    return (sum >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  happens(share: number): boolean {
    return this.next() < share
  }

  pick<Item>(items: Weighted<Item>): Item {
    let left = this.next() * items.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [item, weight] of items) {
      left -= weight
      if (left < 0) return item
    }
    return items.at(-1)![0] // Lists are never empty; sums of fractions may fall short by a hair.
  }

  /** As many times as people need: half of them less than `median`, a few of them much more (log-normal). */
  around(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return median * Math.exp(spread * normal)
  }
}
