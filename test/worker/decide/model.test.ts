import { describe, expect, test } from 'vitest'
import { beliefs } from '../../../worker/decide/belief'
import { DEFAULTS, type Experiment } from '../../../worker/decide/experiment'
import { explain, sentenceOf } from '../../../worker/decide/explanation'
import { type Factor, Model, shrunk } from '../../../worker/decide/model'
import { decided, ofRate } from '../../../worker/decide/moments'
import { meanOf, varianceOf } from '../../../worker/decide/posterior'
import { betweenContexts, excess } from '../../../worker/decide/spread'
import { State } from '../../../worker/decide/state'

const page: Experiment = {
  ...DEFAULTS,
  key: 'page',
  policy: 'contextual',
  arms: ['a', 'b'].map((id) => ({ id, weight: 1 })),
  dimensions: ['country', 'device'],
}

/** Each line: arm, country, how many decisions, how many rewards. */
function stateOf(lines: readonly [arm: number, country: string, n: number, x: number][], experiment = page): State {
  const state = new State(experiment)
  for (const [arm, country, n, x] of lines) {
    const place = { arm, at: 0, context: { country, device: 'phone' } }
    for (let i = 0; i < n; i++) state.decide(place, decided())
    for (let i = 0; i < x; i++) state.reward(place, { more: 1, delay: 0 })
  }
  return state
}

/** Long after, so that all rewards are in. */
const modelOf = (state: State, experiment = page) => new Model(experiment, state, 10 * experiment.window)

const meansAt = (model: Model, country: string) => model.at({ country, device: 'phone' }).map(meanOf)

test('a factor is drawn to 1 as if it had been seen there', () => {
  const { factor, sd } = shrunk('rate', { relative: 12 / 7.5, weight: 7.5 }, 1 / 0.3 ** 2)
  expect(factor).toBeCloseTo(1.2417910448, 9)
  expect(sd ** 2).toBeCloseTo(0.0667231009, 9)
})

test('an arm that was never served is believed to be like the others, and may be far better', () => {
  const [a, b] = beliefs('rate', [ofRate(1000, 50), ofRate(0, 0)]).map(({ posterior }) => posterior)
  expect(meanOf(b!)).toBeCloseTo(50.5 / 1010, 12)
  expect(varianceOf(b!)).toBeGreaterThan(15 * varianceOf(a!))
})

test('an arm of many decisions is believed its own rate', () => {
  const [a, b] = beliefs('rate', [ofRate(100_000, 5000), ofRate(100_000, 6000)]).map(({ posterior }) =>
    meanOf(posterior),
  )
  expect(a).toBeCloseTo(0.05, 4)
  expect(b).toBeCloseTo(0.06, 4)
})

test('profits that cancel out over all arms are told apart', () => {
  const arm = (each: number) => ({ n: 1000, x: each * 1000, xx: 4000, y: 1000, yy: 1000, xy: each * 1000 })
  const [good, bad] = beliefs('ratio', [arm(1), arm(-1)]).map(({ posterior }) => posterior)
  expect(meanOf(good!) - meanOf(bad!)).toBeGreaterThan(5 * Math.sqrt(varianceOf(good!) + varianceOf(bad!)))
})

test('chance alone is no spread', () => {
  const cells = [0.9, 1.1, 1, 1.05, 0.95].map((relative) => ({ relative, variance: 0.01 }))
  expect(excess(cells, 4)).toBe(0)
  expect(
    excess(
      [0.5, 1.5].map((relative) => ({ relative, variance: 0.01 })),
      1,
    ),
  ).toBeCloseTo(0.245, 9)
  expect(betweenContexts([])).toBeCloseTo(0.1, 12)
  expect(betweenContexts(Array(50).fill([0.2, 1.8].map((relative) => ({ relative, variance: 1e-4 }))))).toBe(0.6)
})

describe('in a context', () => {
  test('an arm served to a rich country looks no better for it', () => {
    const model = modelOf(
      stateOf([
        [0, 'rich', 4000, 400],
        [1, 'rich', 1000, 100],
        [0, 'poor', 1000, 10],
        [1, 'poor', 4000, 40],
      ]),
    )
    const factors = model.factors({ country: 'rich' })
    // At the root arm 0 has four times the rate of arm 1, and in each country both have the same.
    expect(factors[0]!.factor).toBeLessThan(1)
    expect(factors[1]!.factor).toBeGreaterThan(1)
    const [a, b] = meansAt(model, 'rich')
    expect(a! / b!).toBeLessThan(1.5)
    expect(meansAt(model, 'poor')[0]).toBeLessThan(0.03)
  })

  test('each country gets what is good there', () => {
    const model = modelOf(
      stateOf([
        [0, 'SE', 2000, 200],
        [1, 'SE', 2000, 100],
        [0, 'US', 2000, 100],
        [1, 'US', 2000, 200],
      ]),
    )
    expect(meansAt(model, 'SE')[0]).toBeGreaterThan(1.7 * meansAt(model, 'SE')[1]!)
    expect(meansAt(model, 'US')[1]).toBeGreaterThan(1.7 * meansAt(model, 'US')[0]!)
  })

  test('a value that was never met says nothing', () => {
    const model = modelOf(
      stateOf([
        [0, 'SE', 2000, 200],
        [1, 'SE', 2000, 100],
      ]),
    )
    const [there, anywhere] = [model.at({ country: 'FI' }).map(meanOf), model.everywhere.map(meanOf)]
    for (const [arm, mean] of there.entries()) expect(mean).toBeCloseTo(anywhere[arm]!, 6)
    expect(model.factors({ country: 'FI' })).toEqual([])
  })

  test('ratios differ as rates do', () => {
    const experiment: Experiment = { ...page, kind: 'ratio' }
    const state = new State(experiment)
    for (let i = 0; i < 8000; i++) {
      const [arm, country] = [i % 2, i % 4 < 2 ? 'SE' : 'US']
      const place = { arm, at: 0, context: { country, device: 'phone' } }
      const cost = 1 + (i % 3)
      state.decide(place, decided(cost))
      const isGood = (arm === 0) === (country === 'SE')
      if (i % 5 === 0) state.reward(place, { more: (isGood ? 4 : 2) * cost, before: { x: 0, y: cost }, delay: 0 })
    }
    const model = modelOf(state, experiment)
    const [a, b] = meansAt(model, 'SE')
    expect(a! / b!).toBeGreaterThan(1.7)
    expect(a! / b!).toBeLessThan(2.2)
  })

  test('is explained by what matters most', () => {
    const factors: Factor[] = [
      { dimension: 'device', value: 'phone', arm: 0, factor: 0.9, sd: 0.05 },
      { dimension: 'country', value: 'uk', arm: 0, factor: 1.42, sd: 0.11 },
      { dimension: 'country', value: 'uk', arm: 1, factor: 3, sd: 0.1 },
    ]
    expect(explain(factors, 0).map(sentenceOf)).toEqual(['country=uk ×1.42 ±0.11', 'device=phone ×0.90 ±0.05'])
  })
})

test('a leaf is kept where dimensions meet', () => {
  const state = new State(page)
  for (const context of [{ country: 'SE', device: 'phone' }, { country: 'SE' }, {}]) {
    state.decide({ arm: 0, at: 0, context }, decided())
  }
  expect([...state.rows().keys()]).toEqual([
    'counts',
    'delay',
    'early',
    'expected',
    'holdout',
    'leaf ["SE","phone"]',
    'recent',
    'root',
    'tail',
    'total',
    'unattributed',
    'value ["country","SE"]',
    'value ["device","phone"]',
  ])
  expect(state.branches.leafOf({ country: 'SE' })).toBeUndefined()
})

test('a thousand contexts of four arms are small', () => {
  const experiment: Experiment = { ...page, kind: 'ratio', arms: [...'abcd'].map((id) => ({ id, weight: 1 })) }
  const state = new State(experiment)
  for (let i = 0; i < 4000; i++) {
    const context = { country: `c${i % 40}`, device: `d${Math.floor(i / 40) % 25}` }
    state.decide({ arm: i % 4, at: 0, context }, decided())
  }
  expect(state.branches.leaves.size).toBe(1000)
  expect([...state.rows().values()].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(300_000)
})

test('rewards of a place where no decision is known say nothing of arms', () => {
  const ratio: Experiment = { ...page, kind: 'ratio' }
  const state = new State(ratio)
  const there = { arm: 0, at: 0, context: { country: 'US', device: 'desk' } }
  for (let i = 0; i < 3; i++) {
    state.decide(there, decided())
    state.reward(there, { more: 5 })
  }
  state.reward({ arm: 0, at: 0, context: { country: 'FI', device: 'tv' } }, { more: -5, before: { x: 5, y: 1 } })
  state.reward({ arm: 1, at: 0, context: { country: 'SE', device: 'phone' } }, { more: 5 })
  for (const mean of meansAt(modelOf(state, ratio), 'SE')) expect(mean).toBeLessThan(100)
})

test('what is not in yet is not held against an arm', () => {
  const experiment: Experiment = { ...page, dimensions: [] }
  const state = new State(experiment)
  const { window } = experiment
  // Both are rewarded at a tenth, half a window after; arm 1 was favoured lately.
  for (let i = 0; i < 4000; i++) {
    for (const [arm, at] of [
      [0, 0],
      [1, i < 1000 ? 0 : window * 2],
    ] as const) {
      const place = { arm, at, context: {} }
      state.decide(place, decided())
      if (at === 0 && i % 10 === 0) state.reward(place, { more: 1, delay: window / 2 })
    }
  }
  const [a, b] = new Model(experiment, state, window * 2.1).everywhere.map(meanOf)
  expect(b! / a!).toBeGreaterThan(0.9)
})

test('a capped reward is whole in results', () => {
  const state = new State({ ...page, kind: 'ratio' })
  const place = { arm: 0, at: 0, context: {} }
  state.decide(place, decided())
  state.reward(place, { more: 60, delay: 0, cap: 100 })
  state.reward(place, { more: 60, before: { x: 60, y: 1 }, cap: 100 })
  expect(state.total.read(0)[0]).toMatchObject({ x: 120, xx: 14_400 })
  expect(state.root.read(0)[0]).toMatchObject({ x: 100, xx: 10_000, xy: 100 })
})
