/**
 * The choice: which option one gets, and how probable it was. It is drawn here, in the isolate, from what the Whale last
 * said; where nobody could say, from the declared weights. What is told is always the probability that was drawn with.
 */
import { alephbetArmOf } from '../../sdk/wire/alephbet'
import { armOf } from '../../sdk/wire/split'
import type { Definition } from '../decide/definition'
import { type Drawn, draw } from '../decide/draw'
import type { Policy } from '../decide/experiment'
import { weightsOf } from '../decide/experiment'
import { floored } from '../decide/policy'
import type { Weights } from '../whale/board'

const DAY = 86_400_000

/** Who comes again on the same day is drawn for alike. */
export const dayOf = (now: number): number => Math.floor(now / DAY)

export interface Choice {
  option: string
  propensity: number
  policy: Policy
  /** Of an experiment that runs: what a token says of the draw. */
  drawn?: Drawn
}

/** Of no experiment: all alike, by a hash of whom it is for. */
export function anyOf(decision: string, options: readonly string[], unit: string): Choice {
  const arm = armOf(
    decision,
    unit,
    options.map(() => 1),
  )
  return { option: options[arm]!, propensity: 1 / options.length, policy: 'split' }
}

/** `now` is unix milliseconds. */
export function chosen(definition: Definition, weights: Weights | undefined, unit: string, now: number): Choice {
  const { arms, policy, status, winner } = definition
  if (status !== 'running') {
    const won = status === 'finished' ? arms.find(({ id }) => id === winner) : undefined
    return { option: (won ?? arms[0]!).id, propensity: 1, policy }
  }
  const drawn = drawnOf(definition, weights?.probabilities, unit, dayOf(now))
  return { option: arms[drawn.arm]!.id, propensity: drawn.propensity, policy, drawn }
}

function drawnOf(
  definition: Definition,
  probabilities: readonly number[] | undefined,
  unit: string,
  version: number,
): Drawn {
  const { key, arms, policy, floor, hash } = definition
  const declared = weightsOf(definition)
  if (policy === 'split' && hash === 'alephbet') {
    const weights = arms.map(({ weight }) => weight)
    const isEven = weights.every((weight) => weight === 1)
    const arm = alephbetArmOf(key, unit, arms.length, isEven ? undefined : weights)
    return { arm, propensity: declared[arm]!, propensities: declared, isHoldout: false }
  }
  // What the Whale itself serves until it knows better.
  return draw(definition, probabilities ?? floored(declared, floor), { unit, version })
}
