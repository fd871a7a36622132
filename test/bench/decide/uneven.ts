/**
 * Results under a policy that learns: two arms served by Thompson sampling, looked at a hundred times. The raw difference
 * of arms that were served by how they did is wrong far more often than it says; scores by propensity are not.
 */
import { difference, meanOfArm } from '../../../worker/decide/difference'
import { SRM_ALPHA, mismatch } from '../../../worker/decide/srm'
import { type Case, column, mostOf, shareOf } from './case'
import type { Chance } from './chance'
import { definitionOf, Learning, NOWHERE } from './learning'
import { pick } from '../../../sdk/wire/split'

const DECISIONS = 10_000
const LOOK = 100
/** In decisions, as time is: guesses are frozen for a part of it. */
const WINDOW = 2000

export interface Uneven {
  rates: readonly [number, number]
  floor: number
}

export interface Judged {
  /** At any look the difference was taken to be what it is not. */
  isWrong: boolean
  /** At the end: by scores, and by raw rates as if arms had been served alike. */
  isCovered: boolean
  isRawCovered: boolean
  isMismatch: boolean
}

export function judged({ rates, floor }: Uneven, chance: Chance): Judged {
  const learning = new Learning(definitionOf(2, { policy: 'thompson', floor, window: WINDOW }), LOOK)
  const truth = rates[1] - rates[0]
  const isOutside = ([low, high]: readonly [number, number]) => low > truth || high < truth
  let isWrong = false
  for (let at = 0; at < DECISIONS; at++) {
    const propensities = learning.weights(NOWHERE, at)
    const arm = pick(propensities, chance.next())
    const decision = { id: `${at}`, arm, at, context: NOWHERE, propensities }
    learning.decide(decision)
    if (chance.next() < rates[arm]!) learning.reward(decision, 1, at)
    const seen = at % LOOK === LOOK - 1 && !isWrong && learning.compare(0, 1)
    if (seen) isWrong = isOutside(seen.always)
  }
  const { counts, expected } = learning
  const [control, arm] = counts.map((moments) => meanOfArm('rate', moments))
  const served = mismatch(
    counts.map(({ n }) => n),
    expected,
  )
  return {
    isWrong,
    isCovered: !isOutside(learning.compare(0, 1)!.interval),
    isRawCovered: !isOutside(difference('rate', control!, arm!).interval),
    isMismatch: served.always < SRM_ALPHA,
  }
}

/** A twentieth may be wrong, and no more than this may be likely. */
const ALWAYS = { most: 5, likely: 6.5 }

const caseOf = (name: string, uneven: Uneven, runs: number): Case => ({
  runs,
  batch: 20,
  run(chance) {
    const { isWrong, isCovered, isRawCovered, isMismatch } = judged(uneven, chance)
    return [+isWrong, +isCovered, +isRawCovered, +isMismatch]
  },
  rows(samples) {
    const [wrong, covered, raw, flagged] = [0, 1, 2, 3].map((i) => column(samples, i))
    const what = `Thompson, ${name}, floor ${uneven.floor}`
    const runsOf = samples.length
    return [
      { what: `${what}: scores wrong at any of ${DECISIONS / LOOK} looks`, ...shareOf(wrong!), most: ALWAYS.most },
      { what: `${what}: upper bound of that`, runs: runsOf, value: mostOf(wrong!), unit: '%', most: ALWAYS.likely },
      {
        what: `${what}: truth within the interval of scores at the end`,
        ...shareOf(covered!),
        least: 93,
        most: 97,
        note: `within that of raw rates ${shareOf(raw!).value.toFixed(1)} %`,
      },
      { what: `${what}: taken for a mismatch`, ...shareOf(flagged!), most: 0.1 },
    ]
  },
})

export const unevenCases: Record<string, Case> = {
  'uneven .02': caseOf('A/A', { rates: [0.05, 0.05], floor: 0.02 }, 2000),
  'uneven .1': caseOf('A/A', { rates: [0.05, 0.05], floor: 0.1 }, 2000),
  'uneven differing': caseOf('.05 and .055', { rates: [0.05, 0.055], floor: 0.1 }, 1000),
}
