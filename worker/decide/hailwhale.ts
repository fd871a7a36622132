/**
 * HailWhale's policy: options are good, bad, or still to be tested, by how far a ratio departs from the whole's over how
 * many it was seen; of what is known of a visitor, the important value with the highest ratio speaks for an option.
 *
 * Its defects are mended. Effects are in standard deviations, so that cents decide as dollars do; a visitor's worst value
 * can speak against an option; one level of a dimension is enough to be known; with no good option the untested are served
 * and not the bad; and chances are known, so each option's probability is.
 */
import { ratioOf, spreadOf } from './belief'
import type { Context } from './context'
import type { Model } from './model'
import { type Moments, pooled } from './moments'

/** How often a test option, and a bad one, is served all the same. */
const TEST_SHARE = 0.05
const BAD_SHARE = 0.05
/** What matters: a tenth off the option's own ratio, over more than five decisions. */
const IMPORTANT = { difference: 0.1, n: 5 }
const GOOD = { effect: 1, significance: 2 }
const BAD = { effect: -1, significance: 2 }
/** By more than rounding: what is alike in dollars is alike in cents. */
const exceeds = (value: number, limit: number) => value > limit + 1e-9

interface Reason {
  ratio: number
  /** In standard deviations of one decision. */
  effect: number
  significance: number
  isRoot: boolean
}

type Class = 'good' | 'bad' | 'test'

export function hailwhale(model: Model, context: Context): number[] {
  const { experiment, state } = model
  const root = model.read(state.root)
  const known = state.branches.known(context).map(({ node }) => model.read(node))
  const whole = pooled(root)
  const sd = Math.sqrt(spreadOf(whole))
  const options = root.map((own, arm) => {
    const reasons = known.flatMap((moments) => important(moments[arm]!, own))
    const judged = [own, ...reasons].map((moments) => reasonOf(moments, { own, whole, sd, goal: experiment.goal }))
    return classOf(judged)
  })
  return shares(options)
}

function important(there: Moments, own: Moments): Moments[] {
  const difference = ratioOf(there) / ratioOf(own) - 1
  return there.n > IMPORTANT.n && exceeds(Math.abs(difference), IMPORTANT.difference) ? [there] : []
}

interface Scale {
  own: Moments
  whole: Moments
  sd: number
  goal: 1 | -1
}

/** The root's distance to the whole; a value's to its option, and to the whole besides. */
function reasonOf(moments: Moments, { own, whole, sd, goal }: Scale): Reason {
  const ratio = goal * ratioOf(moments)
  const distance = ratio - goal * ratioOf(whole) + (moments === own ? 0 : ratio - goal * ratioOf(own))
  const effect = sd > 0 ? (distance * moments.n) / sd : 0
  return { ratio, effect, significance: (effect / 2) ** 2 / Math.max(whole.n, 1), isRoot: moments === own }
}

/** The root is the first; it speaks where no value does. */
function classOf(reasons: readonly Reason[]): { kind: Class; weight: number } {
  const [root, ...values] = reasons as [Reason, ...Reason[]] // Never empty.
  const sorted = values.toSorted((a, b) => b.ratio - a.ratio)
  const [best, worst] = [sorted[0] ?? root, sorted.at(-1) ?? root]
  const weightOf = ({ isRoot, effect }: Reason) => (isRoot ? 1 : Math.abs(effect))
  if (exceeds(best.effect, GOOD.effect) && exceeds(best.significance, GOOD.significance)) {
    return { kind: 'good', weight: weightOf(best) }
  }
  const isWorse = exceeds(0, worst.effect) && exceeds(worst.significance, BAD.significance)
  if (isWorse || exceeds(BAD.effect, worst.effect)) {
    return { kind: 'bad', weight: weightOf(worst) }
  }
  return { kind: 'test', weight: 1 }
}

/** First a throw for the tests, then one for the bad; each kind shares by weight. */
function shares(options: readonly { kind: Class; weight: number }[]): number[] {
  const sums = { good: 0, bad: 0, test: 0 }
  for (const { kind, weight } of options) sums[kind] += weight
  const main: Class = sums.good > 0 ? 'good' : sums.test > 0 ? 'test' : 'bad'
  const parts = { good: 0, bad: 0, test: 0 }
  const test = main !== 'test' && sums.test > 0 ? TEST_SHARE : 0
  const bad = main !== 'bad' && sums.bad > 0 ? (1 - test) * BAD_SHARE : 0
  parts.test += test
  parts.bad += bad
  parts[main] += 1 - test - bad
  // Where all are bad, the worst is not served most for it.
  return options.map(({ kind, weight }) => (main === 'bad' ? 1 / options.length : (parts[kind] * weight) / sums[kind]))
}
