/**
 * A world: what visitors truly do under each arm, which no policy is told. A policy is judged by its regret, what its
 * visitors would have earned more under the best arm for each, over the regret of serving all arms alike.
 */
import { pick } from '../../../sdk/wire/split'
import type { Context } from '../../../worker/decide/context'
import type { Experiment, Policy } from '../../../worker/decide/experiment'
import type { Chance } from './chance'
import { type Decision, definitionOf, Learning } from './learning'

/** What is true of visitors of one kind. */
export interface Place {
  context: Context
  /** How probably each arm is rewarded, and what it earns on the average. */
  rates: readonly number[]
  worth: readonly number[]
}

export interface Truth {
  /** The next visitor's. */
  place(t: number): Place
  /** What a reward is, and what a decision costs besides; 1 and nothing where it is a rate. */
  earned(arm: number): number
  spent(): number
}

export interface World {
  arms: number
  decisions: number
  /** Mean of the time until a reward, in decisions. */
  delay: number
  /** Decisions that one set of weights serves. */
  renewal: number
  experiment: Partial<Experiment>
  truth(chance: Chance): Truth
}

export interface Played {
  regret: number
  /** Of serving all alike, for the same visitors. */
  uniform: number
}

/** `served` hears of each arm. */
export function played(world: World, policy: Policy, chance: Chance, served?: (arm: number) => void): Played {
  const truth = world.truth(chance)
  const definition = definitionOf(world.arms, { ...world.experiment, policy })
  const learning = new Learning(definition, world.renewal)
  const due = new Map<number, [Decision, earned: number][]>()
  const sum: Played = { regret: 0, uniform: 0 }
  for (let at = 0; at < world.decisions; at++) {
    for (const [decision, earned] of due.get(at) ?? []) learning.reward(decision, earned, at)
    due.delete(at)
    const { context, rates, worth } = truth.place(at)
    const propensities = learning.weights(context, at)
    const arm = pick(propensities, chance.next())
    served?.(arm)
    const best = Math.max(...worth)
    sum.regret += best - worth[arm]!
    sum.uniform += best - worth.reduce((all, each) => all + each, 0) / world.arms
    const decision = { id: `${at}`, arm, at, context, propensities }
    learning.decide(decision, truth.spent())
    if (chance.next() >= rates[arm]!) continue
    const delay = chance.exponential(world.delay)
    if (delay >= definition.window) continue
    const then = Math.ceil(at + delay)
    const others = due.get(then)
    if (others) others.push([decision, truth.earned(arm)])
    else due.set(then, [[decision, truth.earned(arm)]])
  }
  return sum
}
