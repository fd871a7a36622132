import { describe, expect, test } from 'vitest'
import { Aipw } from '../../../worker/decide/aipw'
import { DEFAULTS, type Experiment } from '../../../worker/decide/experiment'
import { decided, ofRate } from '../../../worker/decide/moments'
import { type Evidence, results } from '../../../worker/decide/results'
import { State } from '../../../worker/decide/state'

const page: Experiment = { ...DEFAULTS, key: 'page', arms: ['a', 'b'].map((id) => ({ id, weight: 1 })), dimensions: [] }

function evidence(arms: readonly [n: number, x: number][], more: Partial<Evidence> = {}): Evidence {
  const experiment = { ...page, arms: arms.map((_, i) => ({ id: 'abc'[i]!, weight: 1 })), ...more.experiment }
  const state = new State(experiment)
  for (const [arm, [n, x]] of arms.entries()) {
    const place = { arm, at: 0, context: {} }
    for (let i = 0; i < n; i++) state.decide(place, decided())
    for (let i = 0; i < x; i++) state.reward(place, { more: 1, delay: 1000 })
  }
  return { state, now: 10 * page.window, control: 0, ...more, experiment }
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
  expect(delay.median).toBeLessThan(page.window / 64)
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
    ['novelty', evidence(large, { novelty: -3.5 })],
    ['adaptive_weights', evidence(large, { experiment: { ...page, policy: 'thompson' } })],
    ['low_ess', evidence(large, { experiment: { ...page, policy: 'thompson' }, aipw: new Aipw(2, true) })],
    ['unattributed', evidence(large, { counted: { late: 0, duplicates: 0, unattributed: 300 } })],
    ['late_rewards', evidence(large, { counted: { late: 60, duplicates: 0, unattributed: 0 } })],
    ['duplicate_rewards', evidence(large, { counted: { late: 0, duplicates: 1, unattributed: 0 } })],
    [
      'control_rate_uncertain',
      evidence([
        [100, 1],
        [100, 30],
      ]),
    ],
    ['multiple_arms', evidence([...large, [10_000, 500]])],
    ['weights_changed', evidence(large, { haveWeightsChanged: true })],
  ])('of %s', (warning, given) => {
    expect(results(given).warnings).toContain(warning)
  })

  test('of nothing where all is well', () => expect(results(evidence(large)).warnings).toEqual([]))

  test('of rewards that are still to come', () => {
    const given = evidence(large)
    for (let i = 0; i < 5000; i++) given.state.delay.decided(0, page.window * 5)
    for (let i = 0; i < 3000; i++) given.state.delay.rewarded(page.window / 2)
    expect(results({ ...given, now: page.window * 5 }).warnings).toContain('pending')
  })

  test('of a few orders that are most of all', () => {
    const given = evidence(large, { experiment: { ...page, kind: 'ratio' } })
    const place = { arm: 0, at: 0, context: {} }
    for (let i = 0; i < 200; i++) given.state.reward(place, { more: i < 2 ? 1000 : 5, delay: 0, hash: i })
    expect(results(given).warnings).toContain('heavy_tail')
  })

  test('of counts that came in bulk, without squares', () => {
    const given = evidence(
      [
        [0, 0],
        [0, 0],
      ],
      { experiment: { ...page, kind: 'ratio' } },
    )
    for (const arm of [0, 1]) given.state.total.add(arm, { n: 1000, x: 2000, xx: 0, y: 1000, yy: 1000, xy: 0 }, 0)
    expect(results(given).warnings).toContain('bulk_counts_no_variance')
  })
})

test('tell what a holdout was served, and what the others earned over it', () => {
  const { holdout } = results(
    evidence(
      [
        [2000, 100],
        [8000, 900],
      ],
      { holdout: [ofRate(500, 25), ofRate(500, 55)] },
    ),
  )
  expect(holdout!.rates).toEqual([0.05, 0.11])
  expect(holdout!.lift).toBeCloseTo(920 / 9000 / 0.08 - 1, 12)
})
