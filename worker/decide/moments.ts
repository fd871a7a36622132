/**
 * Moments: what is summed of an arm's decisions, x what each earned and y what it cost, or 1. All that any statistic here
 * asks is made of these six sums, and sums don't care for order. A rate's x is 0 or 1 and its y is 1, so two of them say all.
 */
export type Kind = 'rate' | 'ratio'

export interface Moments {
  /** Decisions. */
  n: number
  x: number
  xx: number
  y: number
  yy: number
  xy: number
}

export const none = (): Moments => ({ n: 0, x: 0, xx: 0, y: 0, yy: 0, xy: 0 })

/** Of n decisions, x of them rewarded once. */
export const ofRate = (n: number, x: number): Moments => ({ n, x, xx: x, y: n, yy: n, xy: x })

/** One decision, before any reward. */
export const decided = (y = 1): Moments => ({ n: 1, x: 0, xx: 0, y, yy: y * y, xy: 0 })

/** A reward of `more` for a decision that cost y and had earned `before`: squares are of a decision's whole. */
export const rewarded = (more: number, y = 1, before = 0): Moments => ({
  n: 0,
  x: more,
  xx: (before + more) ** 2 - before ** 2,
  y: 0,
  yy: 0,
  xy: more * y,
})

export function add(into: Moments, from: Moments, weight = 1): void {
  into.n += from.n * weight
  into.x += from.x * weight
  into.xx += from.xx * weight
  into.y += from.y * weight
  into.yy += from.yy * weight
  into.xy += from.xy * weight
}

export function scaled(moments: Moments, by: number): Moments {
  const result = none()
  add(result, moments, by)
  return result
}

export function pooled(arms: readonly Moments[]): Moments {
  const sum = none()
  for (const arm of arms) add(sum, arm)
  return sum
}

/** What earned too little to be seen so far would have cost: the same sums over the share of decisions whose rewards are in. */
export const matured = (moments: Moments, share: number): Moments => ({
  ...moments,
  n: moments.n * share,
  y: moments.y * share,
  yy: moments.yy * share,
})

/** Bulk counts come without squares: then nothing is known of how they vary. */
export const hasSquares = ({ x, xx }: Moments): boolean => x === 0 || xx > 0
