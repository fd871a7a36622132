/**
 * The results: what an experiment has shown so far, against any arm as the control. Tests are of the whole numbers that were
 * counted, uncapped and unfaded; P(best) and expected loss are what is believed, to be looked at and not to stop by:
 * who stops at P > 0.95 is wrong more often than right.
 */
import type { Estimate } from './aipw'
import { beliefs, ratioOf } from './belief'
import { contest, duels, FINE } from './contest'
import { meanOfArm } from './difference'
import { heldOut, type Holdout } from './holdout'
import type { Learner } from './learner'
import { drawnOf, mismatchOf } from './look'
import type { Kind, Moments } from './moments'
import { noveltyOf } from './novelty'
import { type Posterior, turned } from './posterior'
import type { Mismatch } from './srm'
import { ALPHA, type Uplift, upliftsOf, Z } from './uplift'
import { type Facts, type Warning, warningsOf } from './warning'
import { wilson } from './wilson'

/** What of earlier looks is remembered: the least p of each arm, by index, and of the mismatch. */
export interface Looks {
  arms: readonly (number | null)[]
  srm: number
}

export interface Evidence {
  learner: Pick<Learner, 'definition' | 'state' | 'aipw'>
  now: number
  /** Index of the arm that others are compared with. */
  control: number
  before?: Looks | undefined
}

export interface ArmResult {
  id: string
  trials: number
  /** Rewards, or what was earned; and what it cost, which of a rate is the trials. */
  num: number
  den: number
  rate: number
  ci95: [number, number]
  p_best: number
  expected_loss: number
  /** Of all trials. */
  share: number
  /** Against the control; null for the control itself. */
  uplift: Uplift | null
  /** What is earned more by a decision than under the control, unbiased under uneven weights; null of a split. */
  weighted: Estimate | null
}

export interface Results {
  arms: ArmResult[]
  /** How probably each arm, by row, beats each other. */
  wins: number[][]
  srm: Mismatch
  ess: number | null
  /** Null without one. */
  holdout: Holdout | null
  delay: { median: number | null; p90: number | null; pending: number }
  warnings: Warning[]
  /** To be remembered, and handed back at the next look. */
  looks: Looks
}

export function results(evidence: Evidence): Results {
  const { learner, now, control, before } = evidence
  const { definition, state, aipw } = learner
  const { kind, goal, policy } = definition
  const seen = state.total.read(now)
  const drawn = drawnOf(learner, now)
  const trials = seen.reduce((sum, { n }) => sum + n, 0)
  const counts = drawn.map(({ n }) => n)
  const shares = state.delay.shares(counts, now, null)
  const judged = beliefs(kind, state.delay.ripe(seen, now, null))
  const posteriors = judged.map(({ posterior }) => turned(posterior, goal))
  const uplifts = upliftsOf(kind, { seen, drawn, control, before: before?.arms })
  const found = mismatchOf(learner, drawn)
  const srm = { ...found, always: Math.min(found.always, before?.srm ?? 1) }
  const ess = aipw ? Math.min(...seen.map((_, arm) => aipw.effective(arm))) : null
  return {
    arms: armsOf(evidence, { seen, posteriors, uplifts, trials }),
    wins: duels(posteriors),
    srm,
    ess,
    holdout: policy === 'split' ? null : heldOut(drawn, state.holdout.read(now)),
    delay: {
      median: state.delay.quantile(0.5, now) ?? null,
      p90: state.delay.quantile(0.9, now) ?? null,
      pending: 1 - Math.min(...shares),
    },
    // Of nothing, there is nothing else to say.
    warnings: trials > 0 ? warningsOf(factsOf(evidence, { seen, shares, uplifts, srm, ess, trials })) : ['too_few'],
    looks: { arms: uplifts.map((uplift) => uplift?.p_always ?? null), srm: srm.always },
  }
}

/** What is found out on the way; of each arm, where it is a list. */
interface Found {
  seen: readonly Moments[]
  /** Of all decisions, parts whose rewards are in. */
  shares: readonly number[]
  posteriors: readonly Posterior[]
  uplifts: readonly (Uplift | null)[]
  srm: Mismatch
  ess: number | null
  trials: number
}

function armsOf(
  { learner: { definition, aipw }, control }: Evidence,
  { seen, posteriors, uplifts, trials }: Pick<Found, 'seen' | 'posteriors' | 'uplifts' | 'trials'>,
): ArmResult[] {
  const { best, loss } = contest(posteriors, FINE)
  return definition.arms.map(({ id }, arm) => {
    const { n, x, y } = seen[arm]!
    return {
      id,
      trials: n,
      num: x,
      den: y,
      rate: ratioOf(seen[arm]!),
      ci95: intervalOf(definition.kind, seen[arm]!),
      p_best: best[arm]!,
      expected_loss: loss[arm]!,
      share: trials > 0 ? n / trials : 0,
      uplift: uplifts[arm]!,
      weighted: (arm !== control && aipw?.compare(control, arm, ALPHA)) || null,
    }
  })
}

function factsOf(
  { learner: { definition, state }, now, control }: Evidence,
  { seen, shares, uplifts, srm, ess, trials }: Omit<Found, 'posteriors'>,
): Facts {
  const { kind, policy, reweighted } = definition
  const { late, duplicates, unattributed, bulk } = state.counted
  const compared = uplifts.filter((uplift) => uplift !== null)
  return {
    isAdaptive: policy !== 'split',
    leastTrials: Math.min(...seen.map(({ n }) => n)),
    leastConversions: kind === 'rate' ? Math.min(...seen.map(({ x }) => x)) : Number.POSITIVE_INFINITY,
    srm,
    tests: compared.map(({ p_fixed, p_always }) => ({ p: p_fixed, always: p_always })),
    isControlUncertain: compared.some(({ ci95 }) => ci95 === null),
    leastEffective: ess ?? Number.POSITIVE_INFINITY,
    unattributed: unattributed / Math.max(trials, 1),
    late: late / Math.max(state.delay.rewards, 1),
    duplicates,
    bulk,
    leastShare: Math.min(...shares),
    topShare: state.tail.topShare,
    novelty: noveltyOf(kind, { seen, early: state.early.read(now), control }),
    haveWeightsChanged: reweighted !== undefined,
  }
}

function intervalOf(kind: Kind, moments: Moments): [number, number] {
  if (kind === 'rate') return wilson(moments.x, moments.n, Z)
  const { mean, variance } = meanOfArm(kind, moments)
  const half = Z * Math.sqrt(variance)
  return [mean - half, mean + half]
}
