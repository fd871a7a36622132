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

/** What a decision earned, and what it cost. */
export interface Worth {
  x: number
  y: number
}

/** What a decision comes to beyond what it had come to `before`: squares are of its whole. */
export const rewarded = (more: Worth, before: Worth): Moments => ({
  n: 0,
  x: more.x,
  xx: (before.x + more.x) ** 2 - before.x ** 2,
  y: more.y,
  yy: (before.y + more.y) ** 2 - before.y ** 2,
  xy: (before.x + more.x) * (before.y + more.y) - before.x * before.y,
})

/** Of n decisions that nobody can be asked about. Nothing is known of how many vary: their variance is taken for four times R². */
export function ofMany(n: number, { x, y }: Worth): Moments {
  if (n <= 1) return { n, x, xx: x ** 2, y, yy: y ** 2, xy: x * y }
  return { n, x, xx: (5 * x ** 2) / n, y, yy: y ** 2 / n, xy: (x * y) / n }
}

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

/** Of each arm, all but a part of it. */
export function less(arms: readonly Moments[], part: readonly Moments[]): Moments[] {
  return arms.map((moments, arm) => {
    const rest = { ...moments }
    add(rest, part[arm]!, -1)
    return rest
  })
}

/** What earned too little to be seen so far would have cost: the same sums over the share of decisions whose rewards are in. */
export const matured = (moments: Moments, share: number): Moments => ({
  ...moments,
  n: moments.n * share,
  y: moments.y * share,
  yy: moments.yy * share,
})
