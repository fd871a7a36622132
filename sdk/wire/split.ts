/**
 * Who takes part, and who gets which arm. The arms share the line from 0 to 1, in their order, each as long as its weight:
 * a change of weights moves the boundaries, and only those between an old and a new boundary change arms.
 */
import { chance } from './chance'

export const isSampled = (experiment: string, unit: string, share: number): boolean =>
  chance(experiment, 'sample', unit) < share

/** The index of the unit's arm. Weights are any numbers that are not negative, not all zero. */
export const armOf = (experiment: string, unit: string, weights: readonly number[]): number =>
  pick(weights, chance(experiment, 'variant', unit))

/** The index whose stretch of the line holds `at`, in [0, 1). */
export function pick(weights: readonly number[], at: number): number {
  const target = at * weights.reduce((sum, weight) => sum + weight, 0)
  let end = 0
  for (let i = 0; i < weights.length; i++) if (target < (end += weights[i]!)) return i
  // What is rounded may leave a last sliver to nobody: it is the last one's that has any.
  return weights.findLastIndex((weight) => weight > 0)
}
