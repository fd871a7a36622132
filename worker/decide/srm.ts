/**
 * Sample ratio mismatch: whether arms were served as they were meant to be. Where they were not, something was lost or
 * doubled on one side, and no result is to be believed. Of a policy that learns, what was meant is the sum of propensities.
 */
import { chi2Tail, lnGamma } from './gamma'

/** Alarms are rare, so that they are heard. */
export const SRM_ALPHA = 0.001
/** How surely weights are believed to be kept before anything was seen, in units. */
const STRENGTH = 100

export interface Mismatch {
  chi2: number
  df: number
  p: number
  /** Of this look; may be looked at after each unit (M. Lindon and A. Malek, 2022). The least of all looks counts. */
  always: number
}

/** `expected` are parts of any whole. Arms that were not to be served, and were not, are left out. */
export function mismatch(counts: readonly number[], expected: readonly number[]): Mismatch {
  const arms = counts.map((_, i) => i).filter((i) => counts[i]! > 0 || expected[i]! > 0)
  const whole = expected.reduce((sum, part) => sum + part, 0)
  const n = counts.reduce((sum, count) => sum + count, 0)
  if (n === 0) return { chi2: 0, df: Math.max(arms.length - 1, 0), p: 1, always: 1 }
  const shares = arms.map((i) => expected[i]! / whole)
  const seen = arms.map((i) => counts[i]!)
  const chi2 = seen.reduce((sum, count, i) => sum + (count - n * shares[i]!) ** 2 / (n * shares[i]!), 0)
  const df = arms.length - 1
  return { chi2, df, p: df > 0 ? chi2Tail(chi2, df) : 1, always: alwaysOf(seen, shares, n) }
}

/** One over the Bayes factor of a Dirichlet-multinomial around the shares against the shares themselves. */
function alwaysOf(counts: readonly number[], shares: readonly number[], n: number): number {
  if (shares.some((share) => share === 0)) return 0
  const ofArms = counts.reduce((sum, count, i) => {
    const share = shares[i]!
    return sum + lnGamma(STRENGTH * share + count) - lnGamma(STRENGTH * share) - count * Math.log(share)
  }, 0)
  return Math.min(1, Math.exp(-(lnGamma(STRENGTH) - lnGamma(STRENGTH + n) + ofArms)))
}
