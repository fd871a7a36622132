/**
 * The results: what an experiment has shown so far, against any arm as the control. Tests are of the whole numbers that were
 * counted, uncapped and unfaded; P(best) and expected loss are what is believed, to be looked at and not to stop by:
 * who stops at P > 0.95 is wrong more often than right.
 */
import type { Estimate } from './aipw'
import { multiplier } from './always'
import { beliefs, ratioOf } from './belief'
import { contest, duels, FINE } from './contest'
import { difference, holm, type Mean, meanOfArm } from './difference'
import { fieller } from './fieller'
import type { Learner } from './learner'
import { drawnOf, isBegun, lookAt, mismatchOf } from './look'
import { type Kind, less, matured, type Moments } from './moments'
import { normalOf } from './normal'
import { turned } from './posterior'
import type { Mismatch } from './srm'
import { FEW, type Facts, type Warning, warningsOf } from './warning'
import { wilson } from './wilson'

export const ALPHA = 0.05
const Z = normalOf(ALPHA)

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

export interface Uplift {
  /** The arm's over the control's, less 1; null where the control has nothing. */
  rel: number | null
  ci95: [number, number] | null
  cs95: [number, number] | null
  z: number
  p_fixed: number
  /** As one of several arms (Holm). */
  p_holm: number
  /** The least of all looks; null while there is too little to begin. */
  p_always: number | null
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
  /** Rates of the arms where they were served alike, and what all others earned over that; null without one. */
  holdout: { rates: number[]; lift: number | null } | null
  delay: { median: number | null; p90: number | null; pending: number }
  warnings: Warning[]
  /** To be remembered, and handed back at the next look. */
  looks: Looks
}

export function results({ learner, now, control, before }: Evidence): Results {
  const { definition, state, aipw } = learner
  const { kind, goal, arms } = definition
  const seen = state.total.read(now)
  const drawn = drawnOf(learner, now)
  const means = seen.map((moments) => meanOfArm(kind, moments))
  const trials = seen.reduce((sum, { n }) => sum + n, 0)
  const counts = drawn.map(({ n }) => n)
  const shares = state.delay.shares(counts, now, null)
  const ripe = state.delay.shares(
    seen.map(({ n }) => n),
    now,
    null,
  )
  const judged = seen.map((moments, arm) => matured(moments, ripe[arm]!))
  const posteriors = beliefs(kind, judged).map(({ posterior }) => turned(posterior, goal))
  const { best, loss } = contest(posteriors, FINE)
  const isAdaptive = definition.policy !== 'split'
  const uplifts = upliftsOf(kind, { seen, drawn, control, before: before?.arms })
  const compared = uplifts.filter((uplift) => uplift !== null)
  const found = mismatchOf(learner, drawn)
  const srm = { ...found, always: Math.min(found.always, before?.srm ?? 1) }
  const effective = aipw ? seen.map((_, arm) => aipw.effective(arm)) : undefined
  const { counted } = state
  const facts: Facts = {
    isAdaptive,
    leastTrials: Math.min(...seen.map(({ n }) => n)),
    leastConversions: kind === 'rate' ? Math.min(...seen.map(({ x }) => x)) : Number.POSITIVE_INFINITY,
    srm,
    tests: compared.map(({ p_fixed, p_always }) => ({ p: p_fixed, always: p_always })),
    isControlUncertain: compared.some(({ ci95 }) => ci95 === null),
    leastEffective: effective ? Math.min(...effective) : Number.POSITIVE_INFINITY,
    unattributed: counted.unattributed / Math.max(trials, 1),
    late: counted.late / Math.max(state.delay.rewards, 1),
    duplicates: counted.duplicates,
    bulk: counted.bulk,
    leastShare: Math.min(...shares),
    topShare: state.tail.topShare,
    novelty: noveltyOf(kind, { seen, early: state.early.read(now), control }),
    haveWeightsChanged: definition.reweighted !== undefined,
  }
  return {
    arms: arms.map(({ id }, arm) => ({
      id,
      trials: seen[arm]!.n,
      num: seen[arm]!.x,
      den: seen[arm]!.y,
      rate: ratioOf(seen[arm]!),
      ci95: intervalOf(kind, seen[arm]!, means[arm]!),
      p_best: best[arm]!,
      expected_loss: loss[arm]!,
      share: trials > 0 ? seen[arm]!.n / trials : 0,
      uplift: uplifts[arm]!,
      weighted: (arm !== control && aipw?.compare(control, arm, ALPHA)) || null,
    })),
    wins: duels(posteriors),
    srm,
    ess: effective ? Math.min(...effective) : null,
    holdout: isAdaptive ? heldOut(drawn, state.holdout.read(now)) : null,
    delay: {
      median: state.delay.quantile(0.5, now) ?? null,
      p90: state.delay.quantile(0.9, now) ?? null,
      pending: 1 - Math.min(...shares),
    },
    // Of nothing, there is nothing else to say.
    warnings: trials > 0 ? warningsOf(facts) : ['too_few'],
    looks: { arms: uplifts.map((uplift) => uplift?.p_always ?? null), srm: srm.always },
  }
}

interface Compared {
  seen: readonly Moments[]
  /** Of those, what was drawn for somebody. */
  drawn: readonly Moments[]
  control: number
  before: readonly (number | null)[] | undefined
}

/** Of each arm against the control; null of the control. What holds at any look is of what was drawn alone. */
function upliftsOf(kind: Kind, { seen, drawn, control, before }: Compared): (Uplift | null)[] {
  const meansOf = (arms: readonly Moments[]) => arms.map((moments) => meanOfArm(kind, moments))
  const [means, sure] = [meansOf(seen), meansOf(drawn)]
  const base = means[control]!
  const tests = means.map((mean) => difference(kind, base, mean, ALPHA))
  const others = means.map((_, arm) => arm).filter((arm) => arm !== control)
  const adjusted = holm(others.map((arm) => tests[arm]!.p))
  return means.map((mean, arm) => {
    if (arm === control) return null
    const { z, p } = tests[arm]!
    const [from, to] = [sure[control]!, sure[arm]!]
    const n = from.n + to.n
    const isEnough = [drawn[control]!, drawn[arm]!].every((each) => isBegun(kind, each))
    const earlier = before?.[arm] ?? null
    const now = lookAt(kind, [drawn[control]!, drawn[arm]!], ALPHA)
    return {
      rel: base.mean === 0 ? null : (mean.mean - base.mean) / Math.abs(base.mean),
      ci95: facing(base, fieller(base, mean, Z)),
      cs95: isEnough ? facing(from, fieller(from, to, multiplier(n, ALPHA))) : null,
      z,
      p_fixed: p,
      p_holm: adjusted[others.indexOf(arm)]!,
      p_always: now === null ? earlier : Math.min(now, earlier ?? 1),
    }
  })
}

/** A smaller loss than the control's is more. */
const facing = ({ mean }: Mean, interval: [number, number] | undefined): [number, number] | null =>
  interval && mean < 0 ? [-interval[1], -interval[0]] : (interval ?? null)

/** How far an arm's difference to the control was another in the first days than it is since: the farthest, in standard errors. */
function noveltyOf(kind: Kind, { seen, early, control }: Pick<Compared, 'seen' | 'control'> & { early: Moments[] }) {
  const [then, since] = [early, less(seen, early)].map((arms) => arms.map((moments) => meanOfArm(kind, moments)))
  const zs = seen.map((_, arm) => {
    const means = [then![arm]!, then![control]!, since![arm]!, since![control]!] as const
    const variance = means.reduce((sum, mean) => sum + mean.variance, 0)
    if (variance <= 0 || means.some(({ n }) => n < FEW.trials)) return 0
    return (means[0].mean - means[1].mean - (means[2].mean - means[3].mean)) / Math.sqrt(variance)
  })
  return zs.reduce((most, z) => (Math.abs(z) > Math.abs(most) ? z : most), 0)
}

function intervalOf(kind: Kind, { n, x }: Moments, { mean, variance }: Mean): [number, number] {
  if (kind === 'rate') return wilson(x, n, Z)
  const half = Z * Math.sqrt(variance)
  return [mean - half, mean + half]
}

function heldOut(seen: readonly Moments[], holdout: readonly Moments[]): Results['holdout'] {
  if (holdout.every(({ n }) => n === 0)) return null
  const sum = (list: readonly Moments[], field: 'x' | 'y') => list.reduce((all, moments) => all + moments[field], 0)
  const alike = { x: sum(holdout, 'x'), y: sum(holdout, 'y') }
  const others = less(seen, holdout)
  const rest = { x: sum(others, 'x'), y: sum(others, 'y') }
  const lift = alike.x > 0 && alike.y > 0 && rest.y > 0 ? rest.x / rest.y / (alike.x / alike.y) - 1 : null
  return { rates: holdout.map(ratioOf), lift }
}
