/** A tally: plain sums, each by its place in a list. Its record: these sums. */
import { decode, encode } from './record'

export const VERSION = 1

export class Tally {
  readonly sums: Float64Array

  constructor(size: number) {
    this.sums = new Float64Array(size)
  }

  add(place: number, n: number): void {
    this.sums[place]! += n
  }

  merge(other: Tally): void {
    other.sums.forEach((n, place) => this.add(place, n))
  }

  encode(): Uint8Array {
    return encode(VERSION, [...this.sums])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    this.sums.set(decode(bytes, VERSION))
    return this
  }
}
