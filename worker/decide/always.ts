/**
 * Always-valid tests: they may be looked at after each visitor and stopped at any look, and are wrong no more often than
 * alpha. Of a split: I. Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence sequences"
 * (2024), equation 9. They are widest where nobody looks and tightest near the number of units they are tuned to.
 */

/** Tightest after so many units, of both arms. */
export const TUNED_TO = 5000

/** How a bound is spread over time, so that it is tightest where it is tuned to. */
export const looseness = (alpha: number): number => -2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)

const rho2 = (alpha: number, tunedTo: number) => looseness(alpha) / tunedTo

/** How many standard errors an interval reaches after n units. */
export function multiplier(n: number, alpha = 0.05, tunedTo = TUNED_TO): number {
  const spread = n * rho2(alpha, tunedTo)
  return Math.sqrt(((2 * (spread + 1)) / spread) * Math.log(Math.sqrt(spread + 1) / alpha))
}

/** The p of this look; what counts is the least of all looks. */
export function alwaysP(z: number, n: number, alpha = 0.05, tunedTo = TUNED_TO): number {
  const spread = n * rho2(alpha, tunedTo)
  return Math.min(1, Math.exp(0.5 * Math.log(spread + 1) - (spread * z ** 2) / (2 * (spread + 1))))
}

/**
 * H. Robbins' normal mixture (S. Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence sequences", 2021,
 * equation 14): of a martingale whose variance is v by now, tightest near `tunedTo`.
 */
export const mixtureOf = (tunedTo: number, alpha: number): number => tunedTo / looseness(alpha)

/** The logarithm of the mixture's martingale at a sum s. */
export const logMixture = (s: number, v: number, r: number): number =>
  0.5 * Math.log(r / (r + v)) + s ** 2 / (2 * (r + v))

/** A sum that never strays further, but once in 1 / alpha. */
export const mixtureBound = (v: number, r: number, alpha: number): number =>
  Math.sqrt((v + r) * Math.log((v + r) / (r * alpha ** 2)))
