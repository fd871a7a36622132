import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decided } from '../../../worker/decide/moments'
import { State } from '../../../worker/decide/state'
import { definitionOf } from './definition'

const DAY = 86_400_000
const shape = definitionOf({ kind: 'ratio', dimensions: ['country', 'device'], created: 5 * DAY })

type Step = (state: State) => void

const place = fc.record({
  arm: fc.integer({ min: 0, max: 1 }),
  at: fc.integer({ min: 4 * DAY, max: 10 * DAY }),
  context: fc.record({ country: fc.constantFrom('SE', 'US'), device: fc.constantFrom('phone', undefined) }),
  isHoldout: fc.boolean(),
})
const whole = fc.integer({ min: 0, max: 100 })
const step: fc.Arbitrary<Step> = fc.oneof(
  place.map((at) => (state: State) => state.decide(at, decided(), [0.25, 0.75])),
  fc.tuple(place, whole, whole, whole).map(
    ([at, more, cost, hash]) =>
      (state: State) =>
        state.reward(at, { more, cost, delay: more * 1000, hash }),
  ),
  fc.tuple(place, whole, whole).map(
    ([at, x, y]) =>
      (state: State) =>
        state.outcome(at, 1, { x, y }, { hash: x }),
  ),
  fc.constantFrom('late' as const, 'refused' as const).map((what) => (state: State) => state.count(what)),
)
const steps = fc.array(step, { maxLength: 25 })
const play = (list: readonly Step[], state = new State(shape)) => {
  for (const each of list) each(state)
  return state
}

describe('a state', () => {
  test('knows no order, no split and no storage', () => {
    fc.assert(
      fc.property(steps, steps, (a, b) => {
        const all = play([...a, ...b]).rows()
        expect(play([...b, ...a].toReversed()).rows()).toEqual(all)
        expect(play(a, State.of(shape, play(b).rows())).rows()).toEqual(all)
        const merged = play(b)
        merged.merge(play(a))
        expect(merged.rows()).toEqual(all)
      }),
    )
  })

  test.each([
    [2, 1_000, 2_000],
    [100, 200, 200],
  ])(
    'of %d arms tells so many values and leaves apart, and counts what comes to others all the same',
    (arms, ...most) => {
      const state = new State({ ...shape, arms: Array.from({ length: arms }) })
      for (let i = 0; i < 2_100; i++) {
        state.decide({ arm: i % arms, at: 5 * DAY, context: { country: `c${i}`, device: 'phone' } }, decided())
      }
      expect([state.branches.along('country').size, state.branches.leaves.size]).toEqual(most)
      expect(state.total.read(0).reduce((sum, { n }) => sum + n, 0)).toBe(2_100)
    },
  )

  test('tells contexts apart by what was met', () => {
    const state = play([
      (each) => each.decide({ arm: 0, at: 5 * DAY, context: { country: 'SE', device: 'phone' } }, decided()),
      (each) => each.decide({ arm: 0, at: 5 * DAY, context: { country: 'US' } }, decided()),
    ])
    const met = [
      {},
      { country: 'SE' },
      { country: 'US' },
      { country: 'US', device: 'phone' },
      { country: 'SE', device: 'phone' },
    ]
    expect(new Set(met.map((context) => state.branches.metOf(context))).size).toBe(met.length)
    expect(state.branches.metOf({ country: 'XX', device: 'toaster' })).toBe(state.branches.metOf({}))
    expect(state.branches.metOf({ country: 'SE', device: 'toaster' })).toBe(state.branches.metOf({ country: 'SE' }))
  })

  test('tells which of its rows are others', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 5 }), (slices) => {
        const kept = new State(shape).rows()
        const state = State.of(shape, kept)
        for (const slice of slices) {
          play(slice, state)
          for (const [key, bytes] of state.changed()) kept.set(key, bytes)
          expect(kept).toEqual(state.rows())
          expect(state.changed().size).toBe(0)
        }
        const back = State.of(shape, kept)
        expect(back.changed().size).toBe(0)
        expect(back.rows()).toEqual(kept)
      }),
    )
  })

  test('has few rows that one decision changes', () => {
    const state = new State(shape)
    for (let i = 0; i < 100; i++)
      state.decide({ arm: 0, at: 9 * DAY, context: { country: `${i}`, device: 'phone' } }, decided())
    state.changed()
    state.decide({ arm: 0, at: 9 * DAY, context: { country: '7', device: 'phone' } }, decided())
    expect([...state.changed().keys()]).toEqual([
      'delay',
      'leaf ["7","phone"]',
      'root',
      'total',
      'value ["country","7"]',
      'value ["device","phone"]',
    ])
  })

  test('is left as it is by what a copy learns, and the other way round', () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, a, b) => {
        const state = play(before)
        const copy = state.copy()
        expect(copy.rows()).toEqual(state.rows())
        expect(copy.changed().size).toBe(0)
        play(a, copy)
        play(b, state)
        expect(copy.rows()).toEqual(play([...before, ...a]).rows())
        expect(state.rows()).toEqual(play([...before, ...b]).rows())
      }),
    )
  })

  test('knows its first three days apart, and its holdout', () => {
    const state = new State(shape)
    for (const at of [5 * DAY, 8 * DAY - 1, 8 * DAY]) state.decide({ arm: 0, at, context: {} }, decided())
    state.reward({ arm: 0, at: 6 * DAY, context: {} }, { more: 2, delay: 9 * DAY })
    state.decide({ arm: 1, at: 9 * DAY, context: {}, isHoldout: true }, decided())
    expect(state.early.read(0)[0]).toMatchObject({ n: 2, x: 2 })
    expect(state.holdout.read(0).map(({ n }) => n)).toEqual([0, 1])
    expect(state.total.read(0).map(({ n }) => n)).toEqual([3, 1])
  })
})

describe('an outcome of nobody', () => {
  const outcomeOf = (...what: [n: number, worth: { x: number; y: number }]) => {
    const state = new State(shape)
    state.outcome({ arm: 0, at: 0, context: {} }, ...what)
    return state
  }

  test('is one decision, or part of one', () => {
    const state = outcomeOf(1, { x: 3, y: 2 })
    expect(state.root.read(0)[0]).toEqual({ n: 1, x: 3, xx: 9, y: 2, yy: 4, xy: 6 })
    expect(state.counted).toMatchObject({ unattributed: 1, bulk: 0 })
    expect(outcomeOf(0, { x: 3, y: 0 }).root.read(0)[0]).toEqual({ n: 0, x: 3, xx: 9, y: 0, yy: 0, xy: 0 })
  })

  test('that is many decisions at once varies widely', () => {
    const state = outcomeOf(100, { x: 50, y: 200 })
    const { n, x, xx, y, yy, xy } = state.root.read(0)[0]!
    const R = x / y
    // Four times R², by the delta method.
    expect((xx - 2 * R * xy + R ** 2 * yy) / n / (y / n) ** 2).toBeCloseTo(4 * R ** 2, 12)
    expect(state.counted).toMatchObject({ unattributed: 100, bulk: 100 })
    expect(state.unattributed.read(0)).toEqual(state.total.read(0))
  })
})

test('a loss is taken for no more than a gain of as much', () => {
  const state = new State({ ...shape, kind: 'ratio' })
  const place = { arm: 0, at: 0, context: {} }
  const learnt = () => state.root.read(0)[0]!.x
  state.outcome(place, 1, { x: 0, y: 1 }, { cap: 3 })
  expect(learnt()).toBe(0)
  state.outcome(place, 1, { x: -5, y: 1 }, { cap: 3 })
  expect(learnt()).toBe(-3)
  state.reward(place, { more: -2, cap: 3 })
  state.reward(place, { more: -4, before: { x: -2, y: 1 }, cap: 3 })
  expect(learnt()).toBe(-6)
})
