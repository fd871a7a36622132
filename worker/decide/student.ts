/** Student's t: its tails, by the incomplete beta function (DLMF 8.17). */
import { lnGamma } from './gamma'
import { inverse } from './inverse'

/** P(|T| > |t|) = I_{df / (df + t²)}(df / 2, 1 / 2). */
export const studentTails = (t: number, df: number): number => incompleteBeta(df / (df + t * t), df / 2, 0.5)

/** The t whose two tails are alpha. */
export const studentOf = (alpha: number, df: number): number => inverse((t) => studentTails(t, df), alpha)

/** I_x(a, b), by the continued fraction of DLMF 8.17.22 on the side where it is quick. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = a * Math.log(x) + b * Math.log1p(-x) + lnGamma(a + b) - lnGamma(a) - lnGamma(b)
  return (Math.exp(front) / a) * fraction(x, a, b)
}

/** About √max(a, b) terms are needed. */
const MOST_TERMS = 100_000
/** Stands for a zero that would be divided by. */
const ALMOST_ZERO = 1e-300
const not0 = (value: number) => (Math.abs(value) < ALMOST_ZERO ? ALMOST_ZERO : value)

/** W. Lentz' way, as I. Thompson and A. Barnett mended it (1986). */
function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / not0(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / not0(1 + even * d)
    c = not0(1 + even / c)
    value *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / not0(1 + odd * d)
    c = not0(1 + odd / c)
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return value
}
