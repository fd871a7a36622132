/** One look, at an end that was fixed before: whether p is even where arms are the same, intervals hold the truth, and a difference is found. */
import { difference, meanOfArm } from '../../../worker/decide/difference'
import { fieller } from '../../../worker/decide/fieller'
import { type Kind, type Moments, ofRate } from '../../../worker/decide/moments'
import { normalOf } from '../../../worker/decide/normal'
import { wilson } from '../../../worker/decide/wilson'
import { type Case, column, evennessOf, meanOf, shareOf, unevennessOf } from './case'
import type { Chance } from './chance'
import { revenue } from './looks'
import type { Row } from './row'

const UNITS = 20_000
/** Runs of which p is to be even by a test; more show how far from it p is. */
const FEW = 2000
const Z = normalOf(0.05)

const rateOf = (p: number) => (chance: Chance) => ofRate(UNITS, chance.binomial(UNITS, p))

function even(what: string, kind: Kind, arm: (chance: Chance) => Moments): Case {
  return {
    runs: 20_000,
    batch: 1000,
    run: (chance) => [difference(kind, meanOfArm(kind, arm(chance)), meanOfArm(kind, arm(chance))).p],
    rows(samples) {
      const all = column(samples, 0)
      const few = all.slice(0, FEW)
      return [
        {
          what: `A/A, ${what}: p at a fixed end is even (Kolmogorov-Smirnov’s p)`,
          runs: few.length,
          value: evennessOf(few),
          least: 0.01,
          note: `mean ${meanOf(few).toFixed(3)}`,
        },
        { what: '… the furthest from even', runs: all.length, value: 100 * unevennessOf(all), unit: 'points' },
        { what: '… below .05', ...shareOf(all.map((each) => +(each < 0.05))) },
      ]
    },
  }
}

const within = ([low, high]: readonly [number, number], truth: number) => +(low <= truth && truth <= high)

const covered = (what: string, flags: readonly number[]): Row => ({
  what: `truth within ${what}`,
  ...shareOf(flags),
  least: 93,
  most: 97,
})

/** 20 % more than one in twenty. */
const RATES = [0.05, 0.06] as const

const rates: Case = {
  runs: 5000,
  batch: 250,
  run(chance) {
    const moments = RATES.map((p) => rateOf(p)(chance)) as [Moments, Moments] // Of two.
    const [control, arm] = moments.map((each) => meanOfArm('rate', each)) as [
      ReturnType<typeof meanOfArm>,
      ReturnType<typeof meanOfArm>,
    ]
    const { interval, p } = difference('rate', control, arm)
    return [
      +(p < 0.05),
      within(interval, RATES[1] - RATES[0]),
      within(fieller(control, arm, Z)!, RATES[1] / RATES[0] - 1),
      within(wilson(moments[0].x, moments[0].n, Z), RATES[0]),
    ]
  },
  rows: (samples) => [
    { what: '+20 % on 5 %, 20,000 an arm: found', ...shareOf(column(samples, 0)), least: 92 },
    covered('the interval of a difference of rates', column(samples, 1)),
    covered('the interval of an uplift (Fieller)', column(samples, 2)),
    covered('the interval of a rate (Wilson)', column(samples, 3)),
  ],
}

/** Orders of σ 1.5 have this mean to their median. */
const MEAN_TO_MEDIAN = Math.exp(1.5 ** 2 / 2)

const revenues: Case = {
  runs: 2000,
  batch: 100,
  run(chance) {
    const moments = revenue(chance, UNITS)
    const { mean, variance } = meanOfArm('ratio', moments)
    const half = Z * Math.sqrt(variance)
    const other = meanOfArm('ratio', revenue(chance, UNITS))
    return [
      within([mean - half, mean + half], 0.05 * 20 * MEAN_TO_MEDIAN),
      within(difference('ratio', { n: UNITS, mean, variance }, other).interval, 0),
    ]
  },
  rows: (samples) => [
    covered('the interval of revenue, σ 1.5', column(samples, 0)),
    covered('the interval of a difference of revenue', column(samples, 1)),
  ],
}

export const onceCases: Record<string, Case> = {
  'even rate': even('rate .05', 'rate', rateOf(0.05)),
  'even revenue': even('revenue σ 1.5', 'ratio', (chance) => revenue(chance, UNITS)),
  rates,
  revenues,
}
