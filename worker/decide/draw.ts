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
  /** And that of each arm. */
  propensities: readonly number[]
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
  const drawn = (weights: readonly number[], salt: string, by: string, isHoldout = false): Drawn => {
    const arm = pick(weights, chance(experiment.key, salt, by))
    return { arm, propensity: weights[arm]!, propensities: weights, isHoldout }
  }
  if (experiment.policy === 'split') return drawn(weightsOf(experiment), 'variant', unit)
  const isHoldout = chance(experiment.key, 'holdout', unit) < experiment.holdout
  const weights = isHoldout ? probabilities.map(() => 1 / probabilities.length) : probabilities
  return drawn(weights, `draw:${version}`, key === undefined ? unit : `${unit}:${key}`, isHoldout)
}
