/**
 * A turn: some arm does lately what by all its past it hardly could. Then the past was another time, and fades too slowly:
 * after it a policy would go on with what was the best once. Both are sums of the same events, of which the later ones
 * fade so many times as fast; of events that come evenly the difference has
 *
 *      var(lately - past) = spread / n_lately · (f - 1)² / (2 f (1 + f))          from Σw² / (Σw)², and Σ w w' / (Σw Σw')
 */
import { ratioOf, spreadOf } from './belief'
import type { Moments } from './moments'

/** How many times as fast what is called recent fades. */
export const FASTER = 3
const PART = (FASTER - 1) ** 2 / (2 * FASTER * (1 + FASTER))
/** In standard errors. There are a few arms, and many looks that are much the same look. */
const MOST = 2.5
/** With fewer rewards lately an arm can't be told from chance. */
const LEAST_REWARDS = 5

export const hasTurned = (past: readonly Moments[], lately: readonly Moments[]): boolean =>
  past.some((moments, arm) => {
    const { n } = lately[arm]!
    const spread = spreadOf(moments)
    const mean = ratioOf(moments)
    if (!(n * mean ** 2 >= LEAST_REWARDS * spread)) return false
    return (ratioOf(lately[arm]!) - mean) ** 2 * n > MOST ** 2 * PART * spread
  })
