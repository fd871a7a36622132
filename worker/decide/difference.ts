/**
 * The difference of an arm to a control, tested once, at an end that was fixed before: by the normal for rates, by Welch's t
 * (B. Welch, 1947) for means and ratios. It is made on the absolute scale: a ratio of arms is skewed, and a test of it
 * finds winners in every fifth A/A test that is looked at often.
 */
import { spreadOf, ratioOf } from './belief'
import type { Kind, Moments } from './moments'
import { normalOf, normalTails } from './normal'
import { studentOf, studentTails } from './student'

/** A mean, with the variance of that mean. */
export interface Mean {
  n: number
  mean: number
  variance: number
}

/** A rate's variance is p(1 - p) / n; of others, by n - 1, as it is of a sample. */
export function meanOfArm(kind: Kind, moments: Moments): Mean {
  const { n } = moments
  return { n, mean: ratioOf(moments), variance: n > 1 ? spreadOf(moments) / (kind === 'rate' ? n : n - 1) : 0 }
}

export interface Difference {
  difference: number
  se: number
  z: number
  p: number
  interval: [low: number, high: number]
  /** Degrees of freedom; none of a normal. */
  df: number | undefined
}

export function difference(kind: Kind, control: Mean, arm: Mean, alpha = 0.05): Difference {
  const se = Math.sqrt(control.variance + arm.variance)
  return tested({ difference: arm.mean - control.mean, se }, kind === 'rate' ? undefined : welch(control, arm), alpha)
}

/** As a part of the control's mean, by the delta method: to be shown beside others' figures, and tested by nobody. */
export function relativeDifference(control: Mean, arm: Mean, alpha = 0.05): Difference {
  const ratio = arm.mean / control.mean
  const se = Math.sqrt((arm.variance + control.variance * ratio ** 2) / control.mean ** 2)
  return tested({ difference: ratio - 1, se }, welch(control, arm), alpha)
}

function tested({ difference, se }: { difference: number; se: number }, df: number | undefined, alpha: number) {
  const z = se > 0 ? difference / se : 0
  const half = se * (df === undefined ? normalOf(alpha) : studentOf(alpha, df))
  const p = df === undefined ? normalTails(z) : studentTails(z, df)
  const interval: [number, number] = [difference - half, difference + half]
  return { difference, se, z, p, interval, df }
}

/** F. Satterthwaite's degrees of freedom (1946). */
function welch(a: Mean, b: Mean): number | undefined {
  const below = a.variance ** 2 / (a.n - 1) + b.variance ** 2 / (b.n - 1)
  return below > 0 ? (a.variance + b.variance) ** 2 / below : undefined
}

/** S. Holm's step-down (1979): p-values of several arms against one control, as if each were alone. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!)
  const adjusted = ps.slice()
  let most = 0
  order.forEach((i, rank) => {
    most = Math.max(most, Math.min(ps[i]! * (ps.length - rank), 1))
    adjusted[i] = most
  })
  return adjusted
}
