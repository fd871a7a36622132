/** What a reader of results has to know besides: each warning, and when it is due. A table, so that none is forgotten. */
import { SRM_ALPHA } from './srm'
import { HEAVY } from './tail'

export interface Facts {
  isAdaptive: boolean
  /** Of the arm with the fewest. */
  leastTrials: number
  leastConversions: number
  srm: { p: number; always: number }
  /** Of each arm against the control. */
  tests: readonly { p: number; always: number | null }[]
  /** Some arm's ratio to the control has no bounds. */
  isControlUncertain: boolean
  /** How many even decisions the fewest are worth. */
  leastEffective: number
  /** Parts of all decisions, or of all rewards. */
  unattributed: number
  late: number
  duplicates: number
  bulk: number
  /** The least share of an arm's decisions whose rewards are in. */
  leastShare: number
  /** What the largest hundredth of rewards is of all. */
  topShare: number
  /** How far the first three days' difference is from that of the rest, in standard errors. */
  novelty: number
  haveWeightsChanged: boolean
}

/** Fewer decisions or rewards say nothing; no always-valid p is told below them. */
export const FEW = { trials: 100, conversions: 10 }
/** An effective sample below it is luck. */
const FEW_EFFECTIVE = 100

const WARNINGS = {
  srm: ({ srm, isAdaptive }) => (isAdaptive ? srm.always : Math.min(srm.p, srm.always)) < SRM_ALPHA,
  too_few: ({ leastTrials, leastConversions }) => leastTrials < FEW.trials || leastConversions < FEW.conversions,
  peeking_fixed_p: ({ tests }) => tests.some(({ p, always }) => p < 0.05 && (always ?? 1) > 0.05),
  adaptive_weights: ({ isAdaptive }) => isAdaptive,
  novelty: ({ novelty }) => Math.abs(novelty) > 3,
  low_ess: ({ isAdaptive, leastEffective }) => isAdaptive && leastEffective < FEW_EFFECTIVE,
  unattributed: ({ unattributed }) => unattributed > 0.01,
  late_rewards: ({ late }) => late > 0.05,
  duplicate_rewards: ({ duplicates }) => duplicates > 0,
  pending: ({ leastShare }) => leastShare < 0.9,
  heavy_tail: ({ topShare }) => topShare > HEAVY,
  control_rate_uncertain: ({ isControlUncertain }) => isControlUncertain,
  multiple_arms: ({ tests }) => tests.length > 1,
  weights_changed: ({ haveWeightsChanged }) => haveWeightsChanged,
  bulk_counts_no_variance: ({ bulk }) => bulk > 0,
} satisfies Record<string, (facts: Facts) => boolean>

export type Warning = keyof typeof WARNINGS

export const warningsOf = (facts: Facts): Warning[] =>
  (Object.keys(WARNINGS) as Warning[]).filter((name) => WARNINGS[name](facts))
