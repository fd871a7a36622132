/**
 * A look at an experiment: what may be tested at any time and as often as one likes, of each two arms and of how they were
 * served. The least p of all looks counts, so whoever keeps them takes looks now and then and remembers the least.
 */
import { alwaysP } from './always'
import { difference, meanOfArm } from './difference'
import { weightsOf } from './experiment'
import type { Learner } from './learner'
import { type Kind, less, type Moments } from './moments'
import { type Mismatch, mismatch } from './srm'
import { FEW } from './warning'

type Learnt = Pick<Learner, 'definition' | 'state'>

/** Of each arm what was drawn for somebody: outcomes of nobody's decision prove nothing. */
export const drawnOf = ({ state }: Learnt, now: number): Moments[] =>
  less(state.total.read(now), state.unattributed.read(now))

/** A ratio's rewards are not told one by one; of a hundred decisions some have some. */
export const isBegun = (kind: Kind, { n, x }: Moments): boolean =>
  n >= FEW.trials && (kind === 'ratio' || x >= FEW.conversions)

/** The p of this look at two arms, whichever is the control; null while there is too little to begin. */
export function lookAt(kind: Kind, arms: readonly [Moments, Moments], alpha: number): number | null {
  if (!arms.every((each) => isBegun(kind, each))) return null
  const [from, to] = [meanOfArm(kind, arms[0]), meanOfArm(kind, arms[1])]
  return alwaysP(difference(kind, from, to, alpha).z, from.n + to.n, alpha)
}

/** Whether arms were served as they were to be. */
export function mismatchOf({ definition, state }: Learnt, drawn: readonly Moments[]): Mismatch {
  const expected = [...state.expected.sums]
  return mismatch(
    drawn.map(({ n }) => n),
    expected.some((p) => p > 0) ? expected : weightsOf(definition),
  )
}
