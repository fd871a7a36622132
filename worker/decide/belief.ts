/**
 * What is believed of each arm, wherever the visitor comes from: its own numbers, drawn towards what all arms have in
 * common, the more the less it was served (empirical Bayes). Nothing here knows a unit: in cents all is as in dollars.
 */
import { type Kind, type Moments, pooled } from './moments'
import { type Posterior, strengthOf, turned } from './posterior'
import { betweenArms, type Cell } from './spread'

export interface Belief {
  posterior: Posterior
  /** The variance of one decision's ratio over its squared mean; a rate's follows from its mean. */
  noise: number
}

/** Arms whose spread is judged have so many rewards to expect. */
export const LEAST_EXPECTED = 2

/** `arms` are as they count now, with the share of decisions whose rewards are in. `heavy`: few rewards are most of all. */
export const beliefs = (kind: Kind, arms: readonly Moments[], heavy = false): Belief[] =>
  kind === 'rate' ? ofRates(arms) : ofRatios(arms, heavy)

/** Half a reward in ten decisions is believed before anything was seen. */
const FIRST = { x: 0.5, n: 10 }

/** Beta posteriors around the pooled rate m, as wide as arms differ. */
function ofRates(arms: readonly Moments[]): Belief[] {
  const all = pooled(arms)
  // Near 1 it is failures that are rare, and as little known as rare rewards are. (Decisions of which most are too young
  // to be judged may have more rewards than there are of them.)
  if (2 * all.x > all.n + FIRST.n && all.x <= all.n) {
    const failures = ofRates(arms.map((arm) => ({ ...arm, x: Math.max(arm.n - arm.x, 0) })))
    return failures.map(({ posterior, noise }) => ({ posterior: turned(posterior, -1), noise: 1 / noise }))
  }
  const m = Math.min((all.x + FIRST.x) / (all.n + FIRST.n), 1 - 1e-9)
  const cells = arms.filter(({ n }) => n * m >= LEAST_EXPECTED).map(({ n, x }) => cellOf(x, n * m, m))
  const k = strengthOf(m, (1 - m) / (m * betweenArms(cells, arms.length)) - 1)
  return arms.map(({ n, x }) => ({
    posterior: { kind: 'beta', a: m * k + x, b: (1 - m) * k + Math.max(n - x, 0) },
    noise: (1 - m) / m,
  }))
}

/** Rewards against the e that were expected at a rate. */
export const cellOf = (x: number, e: number, rate: number): Cell => ({
  relative: x / e,
  variance: Math.max(1 - rate, 1e-9) / e,
})

/** Decisions that all earn alike so far may still differ by a thousandth. */
const LEAST_NOISE = 1e-6

/** The pooled variance counts as so many of an arm's own decisions. */
const STEADY = 50
const STEADY_HEAVY = 500

/** Normal posteriors around the pooled ratio R, by the delta method. */
function ofRatios(arms: readonly Moments[], heavy: boolean): Belief[] {
  const all = pooled(arms)
  const R = ratioOf(all)
  const common = spreadOf(all)
  const noises = arms.map((arm) => {
    const steady = heavy ? STEADY_HEAVY : STEADY
    return (arm.n * spreadOf(arm) + steady * common) / (arm.n + steady)
  })
  const variances = arms.map(({ n }, a) => (noises[a]! / n) * ((n + 1) / n))
  // A profit may be near 0 though arms differ: then chance itself is the measure of what is much.
  const scale = Math.sqrt(Math.max(R ** 2, (common * arms.length) / Math.max(all.n, 1)))
  const cells = arms.flatMap((arm, a) =>
    isServed(arm) && variances[a]! > 0
      ? [{ relative: 1 + (ratioOf(arm) - R) / scale, variance: variances[a]! / scale ** 2 }]
      : [],
  )
  const between = betweenArms(cells, arms.length) * scale ** 2
  return arms.map((arm, a) => {
    const { mean, variance } =
      isServed(arm) && between > 0
        ? met({ mean: R, variance: between }, { mean: ratioOf(arm), variance: variances[a]! })
        : { mean: R, variance: between }
    return {
      posterior: { kind: 'normal', mean, sd: Math.sqrt(variance || 0) },
      noise: Math.max(noises[a]! / mean ** 2, LEAST_NOISE),
    }
  })
}

const isServed = ({ n, y }: Moments) => n > 0 && y > 0

export interface Guess {
  mean: number
  variance: number
}

/** Two normal guesses at the same thing, by their precisions. */
export function met(a: Guess, b: Guess): Guess {
  if (b.variance <= 0) return b
  const variance = 1 / (1 / a.variance + 1 / b.variance)
  return { mean: variance * (a.mean / a.variance + b.mean / b.variance), variance }
}

/** Σx / Σy, 0 while nothing was spent. */
export const ratioOf = ({ x, y }: Moments): number => (y === 0 ? 0 : x / y)

/** A ratio's variance by one decision: of x - R y, over the squared mean of y (delta method). */
export function spreadOf(moments: Moments): number {
  const { n, xx, xy, y, yy } = moments
  const R = ratioOf(moments)
  if (n === 0 || y === 0) return 0
  return Math.max((xx - 2 * R * xy + R ** 2 * yy) / n, 0) / (y / n) ** 2
}
