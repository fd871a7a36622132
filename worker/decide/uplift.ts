/**
 * What an arm has over the control, tested in two ways: once, and at any look. Who looks as often as they like goes by the
 * second.
 */
import { multiplier } from './always'
import { difference, holm, type Mean, meanOfArm } from './difference'
import { fieller } from './fieller'
import { lookAt } from './look'
import type { Kind, Moments } from './moments'
import { normalOf } from './normal'

export const ALPHA = 0.05
export const Z = normalOf(ALPHA)

export interface Uplift {
  /** The arm's over the control's, less 1; null where the control has nothing. */
  rel: number | null
  ci95: [number, number] | null
  cs95: [number, number] | null
  z: number
  p_fixed: number
  /** As one of several arms (Holm). */
  p_holm: number
  /** The least of all looks; null while there is too little to begin. */
  p_always: number | null
}

export interface Compared {
  seen: readonly Moments[]
  /** Of those, what was drawn for somebody. */
  drawn: readonly Moments[]
  control: number
  before: readonly (number | null)[] | undefined
}

/** Of each arm against the control; null of the control. What holds at any look is of what was drawn alone. */
export function upliftsOf(kind: Kind, { seen, drawn, control, before }: Compared): (Uplift | null)[] {
  const meansOf = (arms: readonly Moments[]) => arms.map((moments) => meanOfArm(kind, moments))
  const [means, sure] = [meansOf(seen), meansOf(drawn)]
  const base = means[control]!
  const tests = means.map((mean) => difference(kind, base, mean, ALPHA))
  const others = means.map((_, arm) => arm).filter((arm) => arm !== control)
  const adjusted = holm(others.map((arm) => tests[arm]!.p))
  return means.map((mean, arm) => {
    if (arm === control) return null
    const { z, p } = tests[arm]!
    const [from, to] = [sure[control]!, sure[arm]!]
    const earlier = before?.[arm] ?? null
    const now = lookAt(kind, [drawn[control]!, drawn[arm]!], ALPHA)
    return {
      rel: base.mean === 0 ? null : (mean.mean - base.mean) / Math.abs(base.mean),
      ci95: facing(base, fieller(base, mean, Z)),
      cs95: now === null ? null : facing(from, fieller(from, to, multiplier(from.n + to.n, ALPHA))),
      z,
      p_fixed: p,
      p_holm: adjusted[others.indexOf(arm)]!,
      p_always: now === null ? earlier : Math.min(now, earlier ?? 1),
    }
  })
}

/** A smaller loss than the control's is more. */
const facing = ({ mean }: Mean, interval: [number, number] | undefined): [number, number] | null =>
  interval && mean < 0 ? [-interval[1], -interval[0]] : (interval ?? null)
