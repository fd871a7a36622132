/**
 * The policies: with which probability each arm is served to a visitor of some context. From the same model come the same
 * probabilities, to the last bit: chance comes in later, and only once (draw.ts).
 */
import { contest } from './contest'
import type { Context } from './context'
import { type Experiment, type Policy, temperOf, weightsOf } from './experiment'
import { hailwhale } from './hailwhale'
import type { Model } from './model'
import { type Posterior, tempered, turned } from './posterior'

type Probabilities = (model: Model, context: Context) => number[]

/** A split has its weights; a policy that learns begins with them, and gives every arm its part of the floor, always. */
export function probabilities(model: Model, context: Context): number[] {
  const { experiment, state, now } = model
  const weights = weightsOf(experiment)
  if (experiment.policy === 'split') return weights
  const isWarm = state.total.read(now).every(({ n }) => n >= experiment.warm)
  return floored(isWarm ? learnt[experiment.policy](model, context) : weights, experiment.floor)
}

const learnt = {
  thompson: ({ experiment, everywhere }) => bestOf(experiment, everywhere),
  contextual: (model, context) => bestOf(model.experiment, model.at(context)),
  hailwhale,
} satisfies Record<Exclude<Policy, 'split'>, Probabilities>

/** Each arm's probability to be the best: what Thompson sampling (W. Thompson, 1933) draws, worked out. */
function bestOf(experiment: Experiment, posteriors: readonly Posterior[]): number[] {
  const tau = temperOf(experiment)
  const { best } = contest(posteriors.map((posterior) => tempered(turned(posterior, experiment.goal), tau)))
  return experiment.aim === 'identify' ? topTwo(best) : best
}

/** Half to the best, half to the best of the others (D. Russo, "Simple Bayesian algorithms for best-arm identification", 2016). */
export function topTwo(best: readonly number[]): number[] {
  const others = best.map((_, a) => best.reduce((sum, p, b) => (b === a ? sum : sum + p), 0))
  // Where nothing at all is left to the others, they share alike.
  const second = (a: number, b: number) => (others[a]! > 0 ? best[b]! / others[a]! : 1 / (best.length - 1))
  return best.map((p, b) => best.reduce((sum, first, a) => (b === a ? sum : sum + 0.5 * first * second(a, b)), 0.5 * p))
}

/** A share spread over all arms alike; the sum stays 1. */
export const floored = (best: readonly number[], floor: number): number[] =>
  normalised(best).map((p) => floor / best.length + (1 - floor) * p)

function normalised(parts: readonly number[]): number[] {
  const sum = parts.reduce((all, part) => all + part, 0)
  return parts.map((part) => part / sum)
}
