/**
 * Peeking: two arms that are the same, looked at two hundred times. What is looked at is simulated as sums, exactly; whether
 * a look finds a winner, the engine's own test says.
 */
import { alwaysP, multiplier } from '../../../worker/decide/always'
import { difference, meanOfArm } from '../../../worker/decide/difference'
import { isBegun } from '../../../worker/decide/look'
import { add, type Kind, type Moments, none, ofRate } from '../../../worker/decide/moments'
import { type Case, column, mostOf, shareOf } from './case'
import type { Chance } from './chance'

export const LOOKS = 200
/** Units of each arm between looks. */
const STEP = 100
const ALPHA = 0.05
/** Bounds are never nearer: a look below decides nothing, and is not put to the test. */
const NEAR = 2.5

/** What came of so many units, of which some earn. */
type Earning = (chance: Chance, units: number) => Moments

const rate =
  (p: number): Earning =>
  (chance, units) =>
    ofRate(units, chance.binomial(units, p))

/** One in twenty orders, for sums that are far apart. */
export const revenue: Earning = (chance, units) => {
  const orders = chance.binomial(units, 0.05)
  const sum = { ...none(), n: units, y: units, yy: units }
  for (let i = 0; i < orders; i++) {
    const value = chance.lognormal(20, 1.5)
    sum.x += value
    sum.xx += value ** 2
    sum.xy += value
  }
  return sum
}

/** Whether a winner is found at any look; and whether one would be by a test that is meant for one look only. */
export function peeked(kind: Kind, earning: Earning, chance: Chance): [always: number, fixed: number] {
  const arms = [none(), none()] as const
  let [always, fixed] = [0, 0]
  for (let look = 0; look < LOOKS; look++) {
    for (const arm of arms) add(arm, earning(chance, STEP))
    if (!arms.every((arm) => isBegun(kind, arm))) continue
    const [control, arm] = [meanOfArm(kind, arms[0]), meanOfArm(kind, arms[1])]
    const z = Math.abs(arm.mean - control.mean) / Math.sqrt(arm.variance + control.variance)
    if (z > 1.96) fixed = 1
    if (z > NEAR) always ||= isFound(difference(kind, control, arm).z, control.n + arm.n) ? 1 : 0
  }
  return [always, fixed]
}

/** By its p; and the interval, which must say the same. */
function isFound(z: number, n: number): boolean {
  const isWinner = alwaysP(z, n, ALPHA) < ALPHA
  if (isWinner !== Math.abs(z) > multiplier(n, ALPHA)) throw new Error(`p and interval differ at z = ${z}, n = ${n}`)
  return isWinner
}

const caseOf = (what: string, kind: Kind, earning: Earning): Case => ({
  runs: 10_000,
  batch: 250,
  run: (chance) => peeked(kind, earning, chance),
  rows: (samples) => [
    {
      what: `A/A, ${what}: winners at any of ${LOOKS} looks`,
      ...shareOf(column(samples, 0)),
      most: 5,
      note: `at most ${mostOf(column(samples, 0)).toFixed(2)} %; a test for one look finds ${shareOf(column(samples, 1)).value.toFixed(0)} %`,
    },
  ],
})

export const lookCases: Record<string, Case> = {
  'looks at .005': caseOf('rate .005', 'rate', rate(0.005)),
  'looks at .05': caseOf('rate .05', 'rate', rate(0.05)),
  'looks at .5': caseOf('rate .5', 'rate', rate(0.5)),
  'looks at revenue': caseOf('revenue σ 1.5', 'ratio', revenue),
}
