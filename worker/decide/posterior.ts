/**
 * A posterior: what is believed of one arm. Beta for a rate, normal for a ratio. The larger it is the better: `turned`
 * makes that so where less is better.
 */
export type Posterior = { kind: 'beta'; a: number; b: number } | { kind: 'normal'; mean: number; sd: number }

export const meanOf = (posterior: Posterior): number =>
  posterior.kind === 'beta' ? posterior.a / (posterior.a + posterior.b) : posterior.mean

export function varianceOf(posterior: Posterior): number {
  if (posterior.kind === 'normal') return posterior.sd ** 2
  const { a, b } = posterior
  return (a * b) / ((a + b) ** 2 * (a + b + 1))
}

/** A beta of that mean and variance; one as wide as can be where the variance is too much for any. */
export function betaOf(mean: number, variance: number): { kind: 'beta'; a: number; b: number } {
  const within = Math.min(Math.max(mean, SMALLEST_RATE), 1 - SMALLEST_RATE)
  const strength = strengthOf(within, (within * (1 - within)) / variance - 1)
  return { kind: 'beta', a: within * strength, b: (1 - within) * strength }
}

/** So many decisions a prior is worth; never less than a fifth of a reward. */
export const strengthOf = (mean: number, strength: number): number => Math.max(LEAST_REWARDS / mean, strength)

const LEAST_REWARDS = 0.2
/** Nothing is believed to be impossible, or certain. */
const SMALLEST_RATE = 1e-9

/** Widths multiplied by tau. */
export const tempered = (posterior: Posterior, tau: number): Posterior =>
  posterior.kind === 'beta'
    ? { kind: 'beta', a: posterior.a / tau ** 2, b: posterior.b / tau ** 2 }
    : { ...posterior, sd: posterior.sd * tau }

export function turned(posterior: Posterior, goal: 1 | -1): Posterior {
  if (goal === 1) return posterior
  return posterior.kind === 'beta'
    ? { kind: 'beta', a: posterior.b, b: posterior.a }
    : { ...posterior, mean: -posterior.mean }
}
