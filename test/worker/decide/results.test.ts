import { describe, expect, test } from 'vitest'
import type { Definition } from '../../../worker/decide/definition'
import { Learner } from '../../../worker/decide/learner'
import { Overlay } from '../../../worker/decide/ledger'
import { decided } from '../../../worker/decide/moments'
import { type Evidence, results } from '../../../worker/decide/results'
import { definitionOf } from './definition'
const DAY = 86_400_000
const WINDOW = DAY
/** Rewards are all in by then. */
const NOW = 10 * DAY

interface Given {
  definition?: Partial<Definition>
  before?: Evidence['before']
}

/** Served so often and rewarded so often, each arm, as the first days are over. */
function evidence(arms: readonly [n: number, x: number][], { definition, before }: Given = {}) {
  const learner = Learner.of(definitionOf({ arms: arms.map((_, i) => ({ id: 'abc'[i]!, weight: 1 })), ...definition }))
  for (const [arm, [n, x]] of arms.entries()) serve(learner, arm, n, x)
  return { learner, now: NOW, control: 0, before } satisfies Evidence
}

function serve({ state }: Learner, arm: number, n: number, x: number, more: { at?: number; isHoldout?: boolean } = {}) {
  const place = { arm, at: 5 * DAY, context: {}, ...more }
  for (let i = 0; i < n; i++) state.decide(place, decided())
  for (let i = 0; i < x; i++) state.reward(place, { more: 1, delay: 1000 })
}

test('tell each arm, and how it does against the control', () => {
  const { arms, srm, warnings, delay, wins } = results(
    evidence([
      [10_000, 500],
      [10_000, 580],
    ]),
  )
  expect(arms[0]).toMatchObject({
    id: 'a',
    trials: 10_000,
    num: 500,
    den: 10_000,
    rate: 0.05,
    share: 0.5,
    uplift: null,
  })
  const { rel, ci95, cs95, z, p_fixed, p_always } = arms[1]!.uplift!
  expect(rel).toBeCloseTo(0.16, 12)
  expect(ci95![0]).toBeCloseTo(0.0327968, 6)
  expect(cs95![1]).toBeCloseTo(0.40043763, 6)
  expect([z, p_fixed, p_always!].map((each) => +each.toFixed(6))).toEqual([2.503229, 0.012307, 0.274439])
  expect(arms[0]!.p_best + arms[1]!.p_best).toBeCloseTo(1, 12)
  expect(wins[1]![0]).toBeCloseTo(arms[1]!.p_best, 6)
  expect(arms[0]!.expected_loss).toBeGreaterThan(arms[1]!.expected_loss)
  expect(srm).toEqual({ chi2: 0, df: 1, p: 1, always: 1 })
  expect(delay.pending).toBe(0)
  expect(delay.median).toBeLessThan(WINDOW / 64)
  expect(warnings).toEqual(['peeking_fixed_p'])
})

test('may take any arm for the control', () => {
  const { arms } = results({
    ...evidence([
      [10_000, 500],
      [10_000, 580],
    ]),
    control: 1,
  })
  expect(arms[1]!.uplift).toBeNull()
  expect(arms[0]!.uplift!.z).toBeCloseTo(-2.503229, 6)
})

test('tell of every arm, where one has more rewards than decisions', () => {
  const ledger = new Overlay()
  const learner = Learner.of(definitionOf({ policy: 'thompson' }))
  for (let i = 0; i < 500; i++) {
    const decision = { id: `${i}`, arm: i % 2, at: 5 * DAY + i, propensities: [0.5, 0.5], context: {} }
    if (i % 4 < 2) learner.exposure(decision, decision.at)
    if (i % 2 === 0) learner.reward(decision, { x: 1, y: 0 }, decision.at, ledger)
  }
  const { arms } = results({ learner, now: NOW, control: 0 })
  expect(arms[0]!.num).toBeGreaterThan(arms[0]!.trials)
  for (const each of [arms[1]!.weighted!.always, arms[0]!.ci95].flat()) expect(each).not.toBeNaN()
})

test('remember the least p of all looks', () => {
  const first = results(
    evidence([
      [10_000, 500],
      [10_000, 700],
    ]),
  )
  const then = results(
    evidence(
      [
        [10_000, 500],
        [10_000, 510],
      ],
      { before: first.looks },
    ),
  )
  expect(then.arms[1]!.uplift!.p_always).toBe(first.arms[1]!.uplift!.p_always)
  expect(then.looks.arms).toEqual(first.looks.arms)
})

describe('begin', () => {
  test.each<[what: string, arms: [number, number][]]>([
    [
      'nothing',
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      'one arm alone',
      [
        [50, 5],
        [0, 0],
      ],
    ],
    [
      'no reward',
      [
        [500, 0],
        [500, 0],
      ],
    ],
    [
      'rewards of more decisions than were told of',
      [
        [100, 130],
        [100, 5],
      ],
    ],
    [
      'every one rewarded',
      [
        [500, 500],
        [500, 500],
      ],
    ],
  ])('with %s, all in numbers that JSON has', (_, arms) => {
    const found = results(evidence(arms))
    const isPlain = (value: unknown): boolean =>
      typeof value === 'number'
        ? Number.isFinite(value)
        : typeof value !== 'object' || value === null || Object.values(value).every(isPlain)
    expect(isPlain(found)).toBe(true)
  })

  test('with a warning, and without an always-valid p', () => {
    const { arms, warnings } = results(
      evidence([
        [90, 20],
        [90, 30],
      ]),
    )
    expect(arms[1]!.uplift!.p_always).toBeNull()
    expect(warnings).toContain('too_few')
  })
})

describe('warn', () => {
  const large: [number, number][] = [
    [10_000, 500],
    [10_000, 505],
  ]
  const counted = (...what: Parameters<Learner['state']['count']>) => {
    const given = evidence(large)
    given.learner.state.count(...what)
    return given
  }

  test.each<[warning: string, given: Evidence]>([
    [
      'srm',
      evidence([
        [10_000, 500],
        [11_000, 500],
      ]),
    ],
    [
      'too_few',
      evidence([
        [10_000, 500],
        [10_000, 5],
      ]),
    ],
    ['adaptive_weights', evidence(large, { definition: { policy: 'thompson' } })],
    ['low_ess', evidence(large, { definition: { policy: 'thompson' } })],
    ['unattributed', counted('unattributed', 300)],
    ['late_rewards', counted('late', 60)],
    ['duplicate_rewards', counted('duplicates', 1)],
    ['bulk_counts_no_variance', counted('bulk', 2)],
    [
      'control_rate_uncertain',
      evidence([
        [100, 1],
        [100, 30],
      ]),
    ],
    ['multiple_arms', evidence([...large, [10_000, 500]])],
    ['weights_changed', evidence(large, { definition: { reweighted: DAY } })],
  ])('of %s', (warning, given) => {
    expect(results(given).warnings).toContain(warning)
  })

  test('of nothing but too little before anything was decided', () => {
    const none: [number, number][] = [
      [0, 0],
      [0, 0],
      [0, 0],
    ]
    expect(results(evidence(none, { definition: { policy: 'thompson' } })).warnings).toEqual(['too_few'])
  })

  test('of nothing where all is well', () => expect(results(evidence(large)).warnings).toEqual([]))

  test('of rewards that are still to come', () => {
    const given = evidence(large)
    const { delay } = given.learner.state
    for (let i = 0; i < 5000; i++) delay.decided(0, NOW)
    for (let i = 0; i < 3000; i++) delay.rewarded(WINDOW / 2)
    expect(results(given).warnings).toContain('pending')
  })

  test('of a few orders that are most of all', () => {
    const given = evidence(large, { definition: { kind: 'ratio' } })
    const place = { arm: 0, at: 0, context: {} }
    for (let i = 0; i < 200; i++) given.learner.state.reward(place, { more: i < 2 ? 1000 : 5, delay: 0, hash: i })
    expect(results(given).warnings).toContain('heavy_tail')
  })

  test.each([
    ['was liked at first only', 100, 200, true],
    ['is liked as it was', 100, 116, false],
  ])('of an arm that %s', (_, first, second, isNovel) => {
    const given = evidence(large)
    serve(given.learner, 0, 2000, first, { at: DAY })
    serve(given.learner, 1, 2000, second, { at: 2 * DAY })
    expect(results(given).warnings.includes('novelty')).toBe(isNovel)
  })
})

test('tell what a holdout was served, and what the others earned over it', () => {
  const given = evidence(
    [
      [1500, 75],
      [7500, 845],
    ],
    { definition: { policy: 'thompson' } },
  )
  serve(given.learner, 0, 500, 25, { isHoldout: true })
  serve(given.learner, 1, 500, 55, { isHoldout: true })
  const { holdout } = results(given)
  expect(holdout!.rates).toEqual([0.05, 0.11])
  expect(holdout!.lift).toBeCloseTo(920 / 9000 / 0.08 - 1, 12)
})

test('take what nobody was drawn for into rates, and into nothing that holds at any look', () => {
  const arms: [number, number][] = [
    [10_000, 500],
    [10_000, 580],
  ]
  const [plain, given] = [evidence(arms), evidence(arms)]
  given.learner.outcome({ arm: 1, at: 5 * DAY, context: {} }, { n: 3000, x: 600, y: 3000 })
  const [before, after] = [results(plain), results(given)]
  expect(after.arms[1]).toMatchObject({ trials: 13_000, num: 1180 })
  expect(after.arms[1]!.uplift!.cs95).toEqual(before.arms[1]!.uplift!.cs95)
  expect(after.arms[1]!.uplift!.p_always).toBe(before.arms[1]!.uplift!.p_always)
  expect(after.srm).toEqual(before.srm)
  expect(after.arms[1]!.uplift!.rel).toBeGreaterThan(before.arms[1]!.uplift!.rel!)
})

test('tell what arms are worth by their propensities, where a policy served them', () => {
  const ledger = new Overlay()
  const learner = Learner.of(definitionOf({ policy: 'thompson' }))
  for (let i = 0; i < 2000; i++) {
    const arm = i % 10 === 0 ? 0 : 1
    const decision = { id: `${i}`, arm, at: 5 * DAY + i, propensities: [0.1, 0.9], context: {} }
    learner.exposure(decision, decision.at)
    if (i % 20 === 0 || i % 20 === 1) learner.reward(decision, { x: 1, y: 0 }, decision.at + 1000, ledger)
  }
  const { arms, ess } = results({ learner, now: NOW, control: 0 })
  expect(arms[0]!.weighted).toBeNull()
  // Rates are a half and an eighteenth.
  expect(arms[1]!.weighted!.difference).toBeCloseTo(1 / 18 - 1 / 2, 1)
  expect(ess).toBeCloseTo(200, 6)
})

test('believe as much of what nobody was drawn for as of what was, however young the drawn are', () => {
  const given = evidence([
    [400, 20],
    [0, 0],
  ])
  const { state } = given.learner
  for (let i = 0; i < 400; i++) state.decide({ arm: 1, at: NOW - 1, context: {} }, decided())
  for (let i = 0; i < 20; i++) state.delay.rewarded(WINDOW / 2)
  for (const arm of [0, 1]) state.outcome({ arm, at: NOW, context: {} }, 10_000, { x: 500, y: 10_000 })
  // Of ten thousand at the same rate, four hundred that are not judged yet are no reason to be sure.
  for (const { p_best } of results(given).arms) expect(Math.abs(p_best - 0.5)).toBeLessThan(0.2)
})

test('give the policy no credit for what nobody was drawn for', () => {
  const given = evidence(
    [
      [1_000, 50],
      [1_000, 50],
    ],
    { definition: { policy: 'thompson' } },
  )
  for (const arm of [0, 1]) {
    serve(given.learner, arm, 100, 5, { isHoldout: true })
    given.learner.state.outcome({ arm, at: NOW, context: {} }, 10_000, { x: 2_000, y: 10_000 })
  }
  expect(results(given).holdout!.lift).toBeCloseTo(0, 12)
})

test('call a smaller loss than the control’s more', () => {
  const learner = Learner.of(definitionOf({ kind: 'ratio', num: 'profit', den: 'hits' }))
  const place = { at: 5 * DAY, context: {} }
  for (const [arm, loss] of [10, 5].entries()) {
    for (let i = 0; i < 400; i++) {
      learner.state.decide({ ...place, arm }, decided(1))
      learner.state.reward({ ...place, arm }, { more: -loss - (i % 3), before: { x: 0, y: 1 }, delay: 1000 })
    }
  }
  const { rel, ci95, cs95, z } = results({ learner, now: NOW, control: 0 }).arms[1]!.uplift!
  expect(rel).toBeCloseTo(5 / 11, 1)
  expect(z).toBeGreaterThan(0)
  for (const [low, high] of [ci95!, cs95!]) expect([low > 0, low < rel!, high > rel!]).toEqual([true, true, true])
})
