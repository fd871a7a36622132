import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../../worker/decide/context'
import { draw } from '../../../worker/decide/draw'
import { DEFAULTS, type Experiment, type Policy } from '../../../worker/decide/experiment'
import { Learner } from '../../../worker/decide/learner'
import { Overlay } from '../../../worker/decide/ledger'
import { Model } from '../../../worker/decide/model'
import { decided, ofRate } from '../../../worker/decide/moments'
import { floored, probabilities, topTwo } from '../../../worker/decide/policy'
import { State } from '../../../worker/decide/state'
import { Random } from '../../random'
import { definitionOf } from './definition'

const BEST = [0.7, 0.2, 0.07, 0.03]
const POLICIES: Policy[] = ['split', 'thompson', 'contextual', 'hailwhale']

const experimentOf = (more: Partial<Experiment>): Experiment => ({
  ...DEFAULTS,
  key: 'page',
  arms: ['a', 'b', 'c'].map((id) => ({ id, weight: 1 })),
  dimensions: ['country', 'device'],
  warm: 10,
  ...more,
})

test('the floor is spread over all', () => {
  const expected = [0.664, 0.204, 0.0844, 0.0476]
  // 0.02 for each of four.
  for (const [i, p] of floored(BEST, 0.08).entries()) expect(p).toBeCloseTo(expected[i]!, 6)
})

describe('top-two', () => {
  test('gives half to the best of the others', () => {
    const expected = [0.4746688, 0.343953, 0.1264991, 0.054879]
    for (const [i, p] of topTwo(BEST).entries()) expect(p).toBeCloseTo(expected[i]!, 6)
  })

  test('knows no other where the best is certain', () => {
    expect(topTwo([0, 1, 0])).toEqual([0.25, 0.5, 0.25])
  })

  test('knows the best of the others however improbable they are', () => {
    expect(topTwo([1e-40, 1 - 3e-40, 2e-40]).map((p) => +p.toFixed(9))).toEqual([0.166666667, 0.5, 0.333333333])
  })
})

test.each(['earn', 'identify'] as const)('to %s, each of up to a hundred arms has its part of the floor', (aim) => {
  const arm = fc.record({ n: fc.integer({ min: 0, max: 1000 }), rate: fc.double({ min: 0, max: 1, noNaN: true }) })
  fc.assert(
    fc.property(fc.array(arm, { minLength: 2, maxLength: 100 }), (seen) => {
      const arms = seen.map((_, i) => ({ id: `${i}`, weight: 1 }))
      const experiment = experimentOf({ policy: 'thompson', aim, arms, warm: 0, floor: 0.02, dimensions: [] })
      const state = new State(experiment)
      for (const [i, { n, rate }] of seen.entries()) state.root.add(i, ofRate(1000 * n, Math.floor(1000 * n * rate)), 0)
      const weights = probabilities(new Model(experiment, state, 0), {})
      expect(Math.abs(weights.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12)
      for (const p of weights) expect(p).toBeGreaterThanOrEqual(0.02 / arms.length)
    }),
    { numRuns: 30 },
  )
})

/** Visitors who earn in a unit of so many cents, whatever they are served. */
function visited(experiment: Experiment, seed: number, visitors: number, unit = 1, costs = unit) {
  const state = new State(experiment)
  const random = new Random(seed)
  const decisions: { context: Context; probabilities: number[]; arm: number }[] = []
  for (let i = 0; i < visitors; i++) {
    const at = i * 1000
    const context = { country: random.pick(['SE', 'US', 'FI']), device: random.pick(['phone', 'desk']) }
    const weights = probabilities(new Model(experiment, state, at), context)
    const { arm } = draw(experiment, weights, { unit: `u${i}`, version: 1 })
    decisions.push({ context, probabilities: weights, arm })
    const place = { arm, at, context }
    const cost = experiment.kind === 'rate' ? 1 : costs * random.whole(1, 3)
    state.decide(place, decided(cost), weights)
    const isRewarded = random.chance(0.2 + 0.1 * arm)
    const value = random.whole(1, 200) / 4
    const more = experiment.kind === 'rate' ? 1 : unit * value
    if (isRewarded) state.reward(place, { more, before: { x: 0, y: cost }, delay: 500 })
  }
  return { state, decisions }
}

describe.each(POLICIES)('%s', (policy) => {
  test.each(['rate', 'ratio'] as const)('gives probabilities, by a %s', (kind) => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.001, max: 0.5, noNaN: true }), (seed, floor) => {
        const experiment = experimentOf({ policy, kind, floor })
        for (const { probabilities: weights } of visited(experiment, seed, 80).decisions) {
          expect(Math.abs(weights.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12)
          for (const p of weights) expect(p).toBeGreaterThanOrEqual(policy === 'split' ? 0 : floor / 3)
        }
      }),
      { numRuns: 8 },
    )
  })

  test('decides in cents as in dollars', () => {
    const experiment = experimentOf({ policy, kind: 'ratio' })
    const arms = (unit: number, costs = unit) =>
      visited(experiment, 5, 400, unit, costs).decisions.map(({ arm }) => arm)
    expect(arms(100)).toEqual(arms(1))
    expect(arms(0.0931, 1)).toEqual(arms(1, 1))
  })

  test('decides the same when all is played again', () => {
    const experiment = experimentOf({ policy, halfLife: 300_000 })
    const [once, again] = [visited(experiment, 9, 200), visited(experiment, 9, 200)]
    expect(again.decisions).toEqual(once.decisions)
    expect(again.state.rows()).toEqual(once.state.rows())
  })

  test('decides by what is kept as by what was learnt', () => {
    const experiment = experimentOf({ policy, kind: 'ratio', halfLife: 300_000 })
    const { state } = visited(experiment, 3, 200)
    const kept = State.of(experiment, state.rows())
    expect(kept.rows()).toEqual(state.rows())
    const context = { country: 'SE', device: 'phone' }
    const now = 250_000
    expect(probabilities(new Model(experiment, kept, now), context)).toEqual(
      probabilities(new Model(experiment, state, now), context),
    )
  })
})

test('merged states are the state of both', () => {
  const experiment = experimentOf({ policy: 'contextual' })
  const [a, b, c] = [1, 2, 3].map((seed) => visited(experiment, seed, 60).state) as [State, State, State]
  const merged = (...states: State[]) => {
    const all = new State(experiment)
    for (const state of states) all.merge(state)
    return all
  }
  expect(merged(merged(a, b), c).rows()).toEqual(merged(c, merged(b, a)).rows())
})

describe.each(['thompson', 'contextual', 'hailwhale'] as const)('%s', (policy) => {
  const weightsAfter = (x: readonly number[], more: Partial<Experiment> = {}) => {
    const experiment = experimentOf({ policy, ...more })
    const state = new State(experiment)
    for (const [arm, rewards] of x.entries()) {
      const place = { arm, at: 0, context: {} }
      for (let i = 0; i < 1000; i++) state.decide(place, decided())
      for (let i = 0; i < rewards; i++) state.reward(place, { more: 1, delay: 0 })
    }
    return probabilities(new Model(experiment, state, 10 * experiment.window), {})
  }

  test('serves the best most', () => {
    expect(weightsAfter([50, 60, 140])[2]).toBeGreaterThan(0.85)
  })

  test('serves the least most where less is better', () => {
    expect(weightsAfter([200, 60, 190], { goal: -1 })[1]).toBeGreaterThan(0.85)
  })

  test('begins with the declared weights', () => {
    const arms = [3, 1, 0].map((weight, i) => ({ id: `${i}`, weight }))
    const weights = weightsAfter([50, 60, 140], { warm: 2000, arms, floor: 0.03 })
    for (const [i, p] of [0.7375, 0.2525, 0.01].entries()) expect(weights[i]).toBeCloseTo(p, 12)
  })
})

describe('HailWhale', () => {
  const experiment = experimentOf({ policy: 'hailwhale', floor: 0, warm: 0, dimensions: ['country'] })
  const weightsOf = (lines: readonly [arm: number, country: string, n: number, x: number][], country: string) => {
    const state = new State(experiment)
    for (const [arm, there, n, x] of lines) {
      const place = { arm, at: 0, context: { country: there } }
      for (let i = 0; i < n; i++) state.decide(place, decided())
      for (let i = 0; i < x; i++) state.reward(place, { more: 1, delay: 0 })
    }
    return probabilities(new Model(experiment, state, 10 * experiment.window), { country })
  }

  test('tests all while nothing is known', () => {
    for (const p of weightsOf([], 'SE')) expect(p).toBeCloseTo(1 / 3, 12)
  })

  test('serves the untested, and not the bad, where nothing is good', () => {
    const [bad, fair, untested] = weightsOf(
      [
        [0, 'SE', 20, 3],
        [1, 'SE', 20, 9],
      ],
      'SE',
    )
    expect(bad).toBeCloseTo(0.05, 12)
    expect(fair).toBeCloseTo(0.475, 12)
    expect(untested).toBeCloseTo(0.475, 12)
  })

  test('takes a tenth for a tenth, whatever rounding makes of it', () => {
    const ratio = { ...experiment, kind: 'ratio' } as const
    const weights = (unit: number) => {
      const state = new State(ratio)
      const learn = (arm: number, country: string, n: number, x: number) => {
        const moments = { n, x: unit * x, xx: unit ** 2 * x, y: n, yy: n, xy: unit * x }
        for (const node of [state.root, state.total]) node.add(arm, moments, 0)
        // A decision makes the value's node, and is too little to matter.
        state.decide({ arm, at: 0, context: { country } }, { n: 0, x: 0, xx: 0, y: 0, yy: 0, xy: 0 })
        state.branches.along('country').get(country)!.add(arm, moments, 0)
      }
      // Important are more than ten in a hundred more: of a hundred and ten there are exactly so many.
      learn(0, 'SE', 10_000, 1100)
      learn(0, 'US', 10_000, 900)
      learn(1, 'SE', 10_000, 1000)
      learn(1, 'US', 10_000, 1000)
      return probabilities(new Model(ratio, state, 10 * ratio.window), { country: 'SE' })
    }
    for (const unit of [1, 0.01, 0.07, 100, 1e6]) for (const p of weights(unit)) expect(p).toBeCloseTo(1 / 3, 9)
  })

  test('gives a twentieth to tests, of the rest one to the bad, and all else to the good', () => {
    const [good, bad, untested] = weightsOf(
      [
        [0, 'SE', 1000, 400],
        [1, 'SE', 1000, 100],
      ],
      'SE',
    )
    expect(untested).toBeCloseTo(0.05, 12)
    expect(bad).toBeCloseTo(0.95 * 0.05, 12)
    expect(good).toBeCloseTo(0.95 * 0.95, 12)
  })

  test('lets a country speak for one option and against another', () => {
    const lines = [
      [0, 'SE', 1000, 400],
      [1, 'SE', 1000, 100],
      [2, 'SE', 1000, 250],
      [0, 'US', 1000, 100],
      [1, 'US', 1000, 400],
      [2, 'US', 1000, 250],
    ] as const satisfies [number, string, number, number][]
    expect(weightsOf([...lines], 'SE')[0]).toBeGreaterThan(0.9)
    expect(weightsOf([...lines], 'US')[1]).toBeGreaterThan(0.9)
    expect(weightsOf([...lines], 'US')[0]).toBeLessThan(0.05)
  })
})

describe.each(['thompson', 'contextual', 'hailwhale'] as const)('%s, over thousands of decisions', (policy) => {
  /** Each is of a unit of so many cents, learnt from in slices, costs and rewards apart. */
  const armsOf = (unit: number, costs: number) => {
    const definition = definitionOf({
      ...experimentOf({ policy, kind: 'ratio', arms: ['a', 'b', 'c', 'd'].map((id) => ({ id, weight: 1 })) }),
      num: 'earned',
      den: 'spent',
    })
    const [learner, ledger, random] = [Learner.of(definition), new Overlay(), new Random(11)]
    let model = new Model(definition, learner.state, 0)
    let known = new Map<string, number[]>()
    const weightsFor = (context: Context) => {
      const key = JSON.stringify(context)
      if (!known.has(key)) known.set(key, probabilities(model, context))
      return known.get(key)!
    }
    return Array.from({ length: 5000 }, (_, i) => {
      const at = i * 1000
      if (i % 100 === 0) {
        learner.beginSlice()
        model = new Model(definition, learner.state, at)
        known = new Map()
      }
      const context = { country: random.favour(['SE', 'US', 'FI']), device: random.pick(['phone', 'desk']) }
      const { arm, propensities } = draw(definition, weightsFor(context), { unit: `u${i}`, version: 1 })
      const decision = { id: `${i}`, arm, at, propensities, context }
      learner.exposure(decision, at)
      learner.reward(decision, { x: 0, y: costs * random.whole(1, 300) }, at, ledger)
      const x = unit * random.whole(1, 20_000)
      if (random.chance(0.05 + 0.02 * arm)) learner.reward(decision, { x, y: 0 }, at + 5000, ledger)
      return arm
    })
  }

  test('serves the same arms whatever money is counted in', () => {
    const arms = armsOf(1, 1)
    expect(new Set(arms).size).toBe(4)
    for (const [unit, costs] of [
      [100, 100],
      [1024, 1024],
      [100, 1],
      [1, 0.01],
    ] as const)
      expect(armsOf(unit, costs)).toEqual(arms)
  })
})

describe('a draw', () => {
  const experiment = experimentOf({ policy: 'thompson', holdout: 0 })
  const WEIGHTS = [0.5, 0.2, 0.3]

  test('is the same for the same key, and another with other weights', () => {
    const arms = (version: number) =>
      Array.from({ length: 200 }, (_, i) => draw(experiment, WEIGHTS, { unit: `u${i}`, version }).arm)
    expect(arms(1)).toEqual(arms(1))
    expect(arms(2)).not.toEqual(arms(1))
  })

  test('is as likely as it says', () => {
    const counts = [0, 0, 0]
    for (let i = 0; i < 20_000; i++) {
      const { arm, propensity } = draw(experiment, WEIGHTS, { unit: 'u', key: `${i}`, version: 1 })
      expect(propensity).toBe(WEIGHTS[arm])
      counts[arm]! += 1
    }
    for (const [arm, n] of counts.entries()) expect(Math.abs(n / 20_000 - WEIGHTS[arm]!)).toBeLessThan(0.015)
  })

  test('of a unit held out knows no weights', () => {
    const held = { ...experiment, holdout: 0.05 }
    const drawn = Array.from({ length: 10_000 }, (_, i) => draw(held, [1, 0, 0], { unit: `u${i}`, version: 1 }))
    const out = drawn.filter(({ isHoldout }) => isHoldout)
    expect(Math.abs(out.length - 500)).toBeLessThan(90)
    for (const { propensity } of out) expect(propensity).toBe(1 / 3)
    expect(new Set(out.map(({ arm }) => arm)).size).toBe(3)
  })
})
