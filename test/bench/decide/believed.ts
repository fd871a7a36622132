/** Belief: whether who is said to be the best with 95 % is, and whether arms are served as often as they are said to be. */
import { chi2Tail } from '../../../worker/decide/gamma'
import { draw } from '../../../worker/decide/draw'
import { results } from '../../../worker/decide/results'
import { ofRate } from '../../../worker/decide/moments'
import { type Case, column, meanOf, shareOf, sumOf } from './case'
import { definitionOf, Learning, NOWHERE } from './learning'

const ARMS = 4
const UNITS = 1000
/** Arms as far apart as is believed before anything is seen. */
const RATE = 0.05
const CV = 0.6
const SURE = 0.95

/** By beta rates around 5 %: who is believed to be best, how surely, and whether it is. */
const best: Case = {
  runs: 4000,
  batch: 100,
  run(chance, key) {
    const strength = (1 - RATE) / (RATE * CV ** 2) - 1
    const rates = Array.from({ length: ARMS }, () => chance.beta(RATE * strength, (1 - RATE) * strength))
    const { learner } = new Learning(definitionOf(ARMS, { key }), 1)
    for (const [arm, rate] of rates.entries()) {
      learner.state.decide({ arm, at: 0, context: NOWHERE }, ofRate(UNITS, chance.binomial(UNITS, rate)))
    }
    const said = results({ learner, now: 0, control: 0 }).arms.map(({ p_best }) => p_best)
    const chosen = said.indexOf(Math.max(...said))
    return [said[chosen]!, +(rates[chosen] === Math.max(...rates))]
  },
  rows(samples) {
    const sure = samples.filter(([said]) => said! >= SURE)
    return [
      {
        what: 'said to be best with 95 % or more, and is',
        ...shareOf(column(sure, 1)),
        least: 93,
        note: `of ${samples.length} runs; said on the average ${(100 * meanOf(column(sure, 0))).toFixed(1)} %`,
      },
      {
        what: 'best as often as said, of all runs: the difference',
        runs: samples.length,
        value: Math.abs(100 * meanOf(samples.map(([said, is]) => is! - said!))),
        unit: 'points',
        most: 3,
      },
    ]
  },
}

/** Arms drawn by weights of all sizes: of each arm how often, and how often it was said. */
const DRAWS = 2000
const drawn: Case = {
  runs: 100,
  batch: 10,
  run(chance, key) {
    const definition = definitionOf(ARMS, { key, policy: 'thompson' })
    const parts = Array.from({ length: ARMS }, () => chance.exponential(1))
    const weights = parts.map((part) => part / sumOf(parts))
    const counts = weights.map(() => 0)
    for (let i = 0; i < DRAWS; i++) counts[draw(definition, weights, { unit: `${key} ${i}`, version: 1 }).arm]! += 1
    return [sumOf(counts.map((count, arm) => (count - DRAWS * weights[arm]!) ** 2 / (DRAWS * weights[arm]!)))]
  },
  rows(samples) {
    const chi2 = sumOf(column(samples, 0))
    return [
      {
        what: 'arms are served as often as said (χ²’s p)',
        runs: samples.length * DRAWS,
        value: chi2Tail(chi2, samples.length * (ARMS - 1)),
        least: 0.001,
      },
    ]
  },
}

export const beliefCases: Record<string, Case> = { best, drawn }
