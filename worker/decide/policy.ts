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
  // Who is certainly the best has no other: then the others share alike.
  const certain = best.findIndex((p) => p === 1)
  if (certain >= 0) return best.map((_, a) => (a === certain ? 0.5 : 0.5 / (best.length - 1)))
  const odds = best.map((p) => p / (1 - p))
  const all = odds.reduce((sum, each) => sum + each, 0)
  return normalised(best.map((p, a) => 0.5 * p * (1 + all - odds[a]!)))
}

/** A share spread over all arms alike; the sum stays 1. */
export const floored = (best: readonly number[], floor: number): number[] =>
  normalised(best).map((p) => floor / best.length + (1 - floor) * p)

function normalised(parts: readonly number[]): number[] {
  const sum = parts.reduce((all, part) => all + part, 0)
  return parts.map((part) => part / sum)
}
