/**
 * Chance for simulated worlds: even numbers by sfc32 (C. Doty-Humphrey's PractRand), seeded by names, so that each run of each
 * case has a stream of its own and can be had again; and the distributions that worlds are made of.
 */
import { murmur } from '../../../sdk/wire/murmur'

/** Rounds until the seed's bits are everywhere, as its author advises. */
const MIXING = 15
/** Binomials of more are drawn in such pieces, each exactly. */
const PIECE = 1000

const encoder = new TextEncoder()
const tables = new Map<string, Float64Array>()

export class Chance {
  private a: number
  private b: number
  private c: number
  private count = 1
  private spare: number | undefined

  constructor(...names: readonly (string | number)[]) {
    const bytes = encoder.encode(names.join('\0'))
    this.a = murmur(bytes, 1) | 0
    this.b = murmur(bytes, 2) | 0
    this.c = murmur(bytes, 3) | 0
    for (let i = 0; i < MIXING; i++) this.next()
  }

  /** In [0, 1), evenly. */
  next = (): number => {
    const sum = (((this.a + this.b) | 0) + this.count) | 0
    this.count = (this.count + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }

  below = (count: number): number => Math.floor(this.next() * count)

  /** G. Box and M. Muller (1958), two at a time. */
  normal(): number {
    if (this.spare !== undefined) {
      const kept = this.spare
      this.spare = undefined
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    const angle = 2 * Math.PI * this.next()
    this.spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  exponential = (mean: number): number => -mean * Math.log(1 - this.next())

  lognormal = (median: number, sigma: number): number => median * Math.exp(sigma * this.normal())

  /** G. Marsaglia and W. Tsang (2000); of a shape of 1 or more. */
  gamma(shape: number): number {
    const d = shape - 1 / 3
    for (;;) {
      const x = this.normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(1 - this.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a)
    return x / (x + this.gamma(b))
  }

  /** Exact, whatever n: by the table of its sums, in pieces. */
  binomial(n: number, p: number): number {
    let sum = 0
    for (let left = n; left > 0; left -= PIECE) sum += this.piece(Math.min(left, PIECE), p)
    return sum
  }

  /** How many of so many fall to each part of 1. */
  multinomial(n: number, shares: readonly number[]): number[] {
    let [left, whole] = [n, 1]
    return shares.map((share, i) => {
      const count = i === shares.length - 1 ? left : this.binomial(left, share / whole)
      left -= count
      whole -= share
      return count
    })
  }

  private piece(n: number, p: number): number {
    // Of any odd number there would be a table for each.
    if (n !== PIECE && n !== 100) {
      let sum = 0
      for (let i = 0; i < n; i++) if (this.next() < p) sum += 1
      return sum
    }
    const key = `${n} ${p}`
    const table = tables.get(key) ?? sumsOf(n, p)
    tables.set(key, table)
    const at = this.next() + this.next() / 2 ** 32
    let [low, high] = [0, n]
    while (low < high) {
      const middle = (low + high) >> 1
      if (table[middle]! > at) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** P(X ≤ k), by the logarithms of its terms. */
function sumsOf(n: number, p: number): Float64Array {
  const sums = new Float64Array(n + 1)
  let term = n * Math.log1p(-p)
  let sum = 0
  for (let k = 0; k <= n; k++) {
    sums[k] = sum += Math.exp(term)
    term += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p))
  }
  return sums
}
