/**
 * An experiment: a decision's name, its arms, what is to be had of them, and by which policy. What is left out is DEFAULTS.
 * Times are milliseconds, as everywhere in the house; shares are parts of 1.
 */
import type { Kind } from './moments'

export type Policy = 'split' | 'thompson' | 'contextual' | 'hailwhale'

export interface Arm {
  id: string
  /** Its part of a split, and of a policy's first days; any number that is not negative. */
  weight: number
}

export interface Experiment {
  key: string
  arms: readonly Arm[]
  policy: Policy
  /** A rate: of decisions so many are rewarded once. A ratio: earned by spent, or by decisions. */
  kind: Kind
  /** -1 where less is better. */
  goal: 1 | -1
  /** `earn` serves the best most; `identify` finds out soonest which it is (top-two sampling, D. Russo, 2016). */
  aim: 'earn' | 'identify'
  /** Names of the dimensions that may matter. */
  dimensions: readonly string[]
  /** How far contexts may differ: learnt by dimension, or taken to be much from the start. */
  personalise: 'fitted' | 'strong'
  /** A share that is spread over all arms, so that each can always come back. */
  floor: number
  /** What posterior widths are multiplied by: below 1 is bolder. Undefined: as it does best by trial. */
  temper: number | undefined
  /** After so long an event counts half; null: events count for ever. */
  halfLife: number | null
  /** How long after its decision a reward still counts. */
  window: number
  /** Until each arm has served so many, the weights decide. */
  warm: number
  /** The quantile of rewards above which a policy takes them for no more. */
  cap: number
  /** The share of units that get every arm alike, for unbiased results. */
  holdout: number
}

const DAY = 86_400_000

export const DEFAULTS = {
  policy: 'split',
  kind: 'rate',
  goal: 1,
  aim: 'earn',
  dimensions: ['country', 'device', 'browser'],
  personalise: 'fitted',
  floor: 0.02,
  temper: undefined,
  halfLife: null,
  window: DAY,
  warm: 100,
  cap: 0.99,
  holdout: 0.05,
} satisfies Omit<Experiment, 'key' | 'arms'>

/** With more arms than these the best is found too slowly by any but bold draws. */
const MANY_ARMS = 12

/** Where events fade posteriors stay wide for ever, and there is not for ever to find the best. */
export const temperOf = ({ temper, arms, halfLife }: Experiment): number =>
  temper ?? (arms.length > MANY_ARMS || halfLife !== null ? 0.5 : 0.7)

/** The declared weights, as parts of 1; alike where all are zero. */
export function weightsOf({ arms }: Pick<Experiment, 'arms'>): number[] {
  const sum = arms.reduce((all, { weight }) => all + weight, 0)
  return arms.map(({ weight }) => (sum > 0 ? weight / sum : 1 / arms.length))
}
