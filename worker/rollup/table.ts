/** Rows of whole numbers, each written once and known by its number, in the order they came. */
import { Writer } from './bytes'

/** An odd number whose bits are well spread (2^32 divided by the golden ratio). */
const SPREAD = 0x9e3779b1

export class Table {
  count = 0
  readonly body = new Writer()
  private readonly numbers: number[] = []
  /** Where each row begins in `numbers`. */
  private readonly starts: number[] = [0]
  /** By hash the row that came last; by row the one before it with the same hash. */
  private readonly latest = new Map<number, number>()
  private readonly before: number[] = []

  row(row: readonly number[]): number {
    const hash = hashOf(row)
    const latest = this.latest.get(hash) ?? -1
    for (let i = latest; i >= 0; i = this.before[i]!) if (this.isAt(i, row)) return i
    for (const number of row) {
      this.body.varint(number)
      this.numbers.push(number)
    }
    this.starts.push(this.numbers.length)
    this.before.push(latest)
    this.latest.set(hash, this.count)
    return this.count++
  }

  private isAt(i: number, row: readonly number[]): boolean {
    const start = this.starts[i]!
    if (this.starts[i + 1]! - start !== row.length) return false
    for (let j = 0; j < row.length; j++) if (this.numbers[start + j] !== row[j]) return false
    return true
  }
}

function hashOf(row: readonly number[]): number {
  let hash = row.length
  for (let i = 0; i < row.length; i++) {
    hash = Math.imul(hash ^ row[i]!, SPREAD)
    hash ^= hash >>> 15
  }
  return hash
}
