/** The gamma function and the tail of its integral, from which the tails of normal and chi-square follow. */

/** C. Lanczos' series (1964) for g = 7 with P. Godfrey's nine coefficients (2001): 15 digits for x > 0. */
const G = 7
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

export function lnGamma(x: number): number {
  // Reflection (DLMF 5.5.3), where the series is less exact.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const sum = LANCZOS.reduce((all, c, i) => all + (i === 0 ? c : c / (x - 1 + i)))
  const t = x - 0.5 + G
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Beyond this a term changes no double. */
const TINY = 1e-17
/** Arguments of tests are small; larger ones take about √x terms. */
const MOST_TERMS = 100_000

/** Q(a, x) = Γ(a, x) / Γ(a), the upper tail: by its series (DLMF 8.11.4), or its continued fraction (DLMF 8.9.2). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a))
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x)
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MOST_TERMS && term > sum * TINY; n++) sum += term *= x / (a + n)
  return sum
}

/** W. Lentz' way, as I. Thompson and A. Barnett mended it (1986). */
function fraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / Number.MIN_VALUE ** 0.5
  let d = 1 / b
  let value = d
  for (let n = 1; n < MOST_TERMS; n++) {
    const top = -n * (n - a)
    b += 2
    d = 1 / (top * d + b)
    c = b + top / c
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return value
}

/** The upper tail of chi-square. */
export const chi2Tail = (chi2: number, df: number): number => gammaTail(df / 2, chi2 / 2)
