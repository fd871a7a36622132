/** What is kept whatever comes: arms are the same in cents as in dollars, probabilities sum to 1, and none is below the floor. */
import type { Kind } from '../../../worker/decide/moments'
import { pick } from '../../../sdk/wire/split'
import { type Case, column, shareOf, sumOf } from './case'
import { Chance } from './chance'
import { definitionOf, Learning } from './learning'

const DECISIONS = 6000
const COUNTRIES = ['US', 'SE', 'DE', 'JP'].map((country) => ({ country }))
const ARMS = 4

/** The arms that visitors get, where money is counted in such parts. */
export function arms(
  policy: 'contextual' | 'thompson' | 'hailwhale',
  chance: Chance,
  unit: { earned: number; spent: number },
): number[] {
  const learning = new Learning(
    definitionOf(ARMS, { policy, kind: 'ratio', dimensions: ['country'], window: 2000 }),
    50,
  )
  const values = Array.from({ length: ARMS }, () => chance.lognormal(20, 0.3))
  return Array.from({ length: DECISIONS }, (_, at) => {
    const context = COUNTRIES[chance.below(COUNTRIES.length)]!
    const propensities = learning.weights(context, at)
    const arm = pick(propensities, chance.next())
    const decision = { id: `${at}`, arm, at, context, propensities }
    learning.decide(decision, unit.spent * chance.lognormal(1, 0.5))
    const earned = unit.earned * chance.lognormal(values[arm]!, 1.5)
    if (chance.next() < 0.1) learning.reward(decision, earned, at)
    return arm
  })
}

/** Units that are not told apart: dollars, cents, and another country's money for one of the two. */
const UNITS = [
  { earned: 100, spent: 100 },
  { earned: 100, spent: 1 },
  { earned: 0.0931, spent: 0.0931 },
]
const POLICIES = ['contextual', 'thompson', 'hailwhale'] as const

const units: Case = {
  runs: 60,
  batch: 3,
  run(chance, name) {
    const policy = POLICIES[chance.below(POLICIES.length)]!
    const again = () => new Chance(name)
    const plain = arms(policy, again(), { earned: 1, spent: 1 }).join()
    return UNITS.map((unit) => +(arms(policy, again(), unit).join() !== plain))
  },
  rows: (samples) => [
    {
      what: 'runs in which another unit of money changes any of 6,000 arms',
      ...shareOf(samples.map((sample) => +sample.some((flag) => flag))),
      most: 0,
    },
  ],
}

/** Random pasts: how far probabilities are from 1 in all, and the least of them over its part of the floor. */
const chances: Case = {
  runs: 2000,
  batch: 100,
  run(chance) {
    const count = 2 + chance.below(30)
    const floor = 0.001 + 0.3 * chance.next()
    const kind: Kind = chance.next() < 0.5 ? 'rate' : 'ratio'
    const policy = POLICIES[chance.below(POLICIES.length)]!
    const aim = chance.next() < 0.5 ? 'earn' : 'identify'
    const goal = chance.next() < 0.5 ? 1 : -1
    const definition = definitionOf(count, { policy, kind, floor, aim, goal, dimensions: ['country'], warm: 5 })
    const learning = new Learning(definition, 1)
    const propensities = definition.arms.map(() => 1 / count)
    for (let arm = 0; arm < count; arm++) {
      const rate = chance.next() ** 3
      for (let i = 0; i < 30; i++) {
        const context = COUNTRIES[chance.below(COUNTRIES.length)]!
        const decision = { id: `${arm} ${i}`, arm, at: 0, context, propensities }
        learning.decide(decision, kind === 'rate' ? 0 : chance.lognormal(1, 1))
        const more = kind === 'rate' ? 1 : chance.lognormal(1, 3) * (chance.next() < 0.1 ? -1 : 1)
        if (chance.next() < rate) learning.reward(decision, more, 0)
      }
    }
    const weights = learning.weights(COUNTRIES[0]!, 10_000_000)
    return [Math.abs(sumOf(weights) - 1), Math.min(...weights) / (floor / count)]
  },
  rows: (samples) => [
    {
      what: 'Σ p of random pasts: the furthest from 1',
      runs: samples.length,
      value: Math.max(...column(samples, 0)),
      most: 1e-12,
    },
    {
      what: 'p of random pasts: the least, over its part of the floor',
      runs: samples.length,
      value: Math.min(...column(samples, 1)),
      least: 1 - 1e-12,
    },
  ],
}

export const keptCases: Record<string, Case> = { units, chances }
