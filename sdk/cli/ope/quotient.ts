/**
 * A quotient of two means over the same decisions, and how far it may be off: the delta method's variance, which is that
 * of a - R b over the square of b's mean. Where b is always 1 it is the plain mean and its sample variance; where b is the
 * weight, the self-normalised mean (A. Owen, Monte Carlo theory, methods and examples, 9.9).
 */

/** Of a normal distribution, 95 % lie within so many standard deviations of its middle. */
const WITHIN_95 = 1.959963984540054

export interface Estimate {
  value: number
  ci95: [low: number, high: number]
}

export class Quotient {
  private n = 0
  private a = 0
  private b = 0
  private aa = 0
  private ab = 0
  private bb = 0

  add(a: number, b: number): void {
    this.n += 1
    this.a += a
    this.b += b
    this.aa += a * a
    this.ab += a * b
    this.bb += b * b
  }

  get value(): number {
    return this.a / this.b
  }

  /** Its standard error. */
  get error(): number {
    const { n, b, aa, ab, bb, value } = this
    const spread = Math.max(0, aa - 2 * value * ab + value * value * bb)
    return Math.sqrt((spread * n) / (n - 1)) / Math.abs(b)
  }

  /** Null where nothing is divided by, as where nothing was spent. */
  get estimate(): Estimate | null {
    const { value, error, b } = this
    if (b === 0) return null
    return { value, ci95: [value - WITHIN_95 * error, value + WITHIN_95 * error] }
  }
}
