/**
 * The draw: one arm for one decision, by the decision's own key. Who asks again with the same key and the same weights gets
 * the same arm, whoever answers; so nothing has to be stored for it, and a log can be replayed.
 */
import { chance } from '../../sdk/wire/chance'
import { pick } from '../../sdk/wire/split'
import { type Experiment, weightsOf } from './experiment'

export interface Drawn {
  arm: number
  /** The probability it had. */
  propensity: number
  isHoldout: boolean
}

export interface Ask {
  /** Whom it is for. */
  unit: string
  /** Where a unit is decided for more than once. */
  key?: string
  /** Of the probabilities: with each change all draws are new. */
  version: number
}

export function draw(experiment: Experiment, probabilities: readonly number[], { unit, key, version }: Ask): Drawn {
  if (experiment.policy === 'split') {
    const arm = pick(weightsOf(experiment), chance(experiment.key, 'variant', unit))
    return { arm, propensity: weightsOf(experiment)[arm]!, isHoldout: false }
  }
  const isHoldout = chance(experiment.key, 'holdout', unit) < experiment.holdout
  const weights = isHoldout ? probabilities.map(() => 1 / probabilities.length) : probabilities
  const decision = key === undefined ? unit : `${unit}:${key}`
  const arm = pick(weights, chance(experiment.key, `draw:${version}`, decision))
  return { arm, propensity: weights[arm]!, isHoldout }
}
