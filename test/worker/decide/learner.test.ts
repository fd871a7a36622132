import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../../../worker/decide/definition'
import { type Decision, type Fate, Learner } from '../../../worker/decide/learner'
import { type Ledger, Overlay } from '../../../worker/decide/ledger'
import { Model } from '../../../worker/decide/model'
import { probabilities } from '../../../worker/decide/policy'
import { Random } from '../../random'
import { definitionOf } from './definition'

const DAY = 86_400_000
const AT = 10 * DAY

const orders: Partial<Definition> = { kind: 'ratio', num: 'earned' }
const ads: Partial<Definition> = { ...orders, den: 'spent' }

const decisionOf = (more: Partial<Decision> = {}): Decision => ({ id: 'd', arm: 0, at: AT, context: {}, ...more })

const total = ({ state }: Learner, arm = 0) => state.total.read(0)[arm]

type Note = (learner: Learner, ledger: Ledger) => Fate

const exposed =
  (more: Partial<Decision> = {}, after = 0): Note =>
  (learner) =>
    learner.exposure(decisionOf(more), AT + after)

const earned =
  (x: number, { y = 0, after = 1000, ...more }: Partial<Decision> & { y?: number; after?: number } = {}): Note =>
  (learner, ledger) =>
    learner.reward(decisionOf(more), { x, y }, AT + after, ledger)

function told(definition: Partial<Definition>, notes: readonly Note[]) {
  const learner = Learner.of(definitionOf(definition))
  const ledger = new Overlay()
  return { learner, ledger, fates: notes.map((note) => note(learner, ledger)) }
}

describe('a rate', () => {
  test('is of decisions that convert once', () => {
    const { learner, fates } = told({}, [exposed(), earned(1), earned(1), earned(5, { after: 5000 })])
    expect(fates).toEqual(['counted', 'counted', 'duplicates', 'duplicates'])
    expect(total(learner)).toMatchObject({ n: 1, x: 1 })
    expect(learner.state.counted.duplicates).toBe(2)
    expect(learner.state.delay.rewards).toBe(1)
  })

  test('knows what nothing was worth from what was worth something', () => {
    const { learner, fates } = told({}, [exposed(), earned(0), earned(1)])
    expect(fates).toEqual(['counted', 'counted', 'counted'])
    expect(total(learner)).toMatchObject({ n: 1, x: 1 })
  })
})

describe('a ratio', () => {
  test.each([
    ['orders', orders, [earned(5), earned(7)], { n: 1, x: 12, xx: 144, y: 1, yy: 1, xy: 12 }],
    [
      'ads that cost first',
      ads,
      [earned(0, { y: 3 }), earned(5), earned(7, { y: 1 })],
      { n: 1, x: 12, xx: 144, y: 4, yy: 16, xy: 48 },
    ],
    ['refunds', orders, [earned(5), earned(-5)], { n: 1, x: 0, xx: 0, y: 1, yy: 1, xy: 0 }],
  ])('of %s is of what each decision came to', (_, definition, notes, expected) => {
    const { learner } = told(definition, [exposed(), ...notes])
    expect(total(learner)).toEqual(expected)
    expect(total(told(definition, [exposed(), ...notes].toReversed()).learner)).toEqual(expected)
  })

  test('takes the first that is earned for the delay, whatever came first', () => {
    const notes = [earned(0, { y: 3, after: 1000 }), earned(5, { after: DAY / 2 }), earned(5, { after: DAY / 4 })]
    const { learner } = told(ads, [exposed(), ...notes])
    expect(learner.state.delay.rewards).toBe(1)
    expect(learner.state.delay.quantile(0.5, AT + 5 * DAY)! / DAY).toBeCloseTo(0.25, 1)
  })

  test('keeps of a decision that was rewarded what it came to', () => {
    const { ledger } = told(ads, [exposed(), earned(0, { y: 3 }), earned(5, { y: 1, after: 2000 })])
    expect(ledger.before('d')).toEqual({ x: 5, y: 4, at: AT, delay: 2000 })
    expect(ledger.before('e')).toBeUndefined()
  })

  test('takes rewards for no more than most are, the same over a slice', () => {
    const { learner, ledger } = told({ ...orders, cap: 0.5 }, [])
    const pay = (from: number, x: number) => {
      for (let i = 0; i < 100; i++) earned(x, { id: `${from + i}` })(learner, ledger)
    }
    learner.beginSlice()
    pay(0, 10)
    pay(100, 1000)
    expect(learner.state.root.read(0)[0]!.x).toBe(101_000)
    learner.beginSlice()
    pay(200, 5000)
    expect(learner.state.root.read(0)[0]!.x).toBe(201_000)
    expect(total(learner)!.x).toBe(601_000)
  })
})

describe('tells of', () => {
  test.each<[what: string, fate: Fate, note: Note, more?: Partial<Definition>]>([
    ['a reward after the window', 'late', earned(1, { after: DAY + 1 })],
    ['a decision of before the window', 'late', exposed({}, DAY + 1)],
    ['an option that there is not', 'refused', exposed({ arm: -1 })],
    ['a reward of an option that there is not', 'refused', earned(1, { arm: 2 })],
    ['propensities of other options', 'refused', exposed({ propensities: [0.5, 0.25, 0.25] })],
    ['an option that could not be drawn', 'refused', exposed({ propensities: [0, 1] })],
    ['a decision while it is paused', 'refused', exposed(), { status: 'paused' }],
    ['a reward of a decision while it is finished', 'refused', earned(1), { status: 'finished', stopped: AT }],
    ['another experiment', 'refused', (learner) => learner.refuse()],
    [
      'less than no decision',
      'refused',
      (learner) => learner.outcome({ arm: 0, at: AT, context: {} }, { n: -1, x: 0, y: 0 }),
    ],
    [
      'an outcome of no option',
      'refused',
      (learner) => learner.outcome({ arm: 7, at: AT, context: {} }, { n: 1, x: 0, y: 0 }),
    ],
  ])('%s as %s, and learns nothing', (_, fate, note, more = {}) => {
    const { learner, ledger, fates } = told({ policy: 'thompson', ...more }, [note])
    expect(fates).toEqual([fate])
    expect(learner.state.counted).toEqual({ late: 0, duplicates: 0, unattributed: 0, refused: 0, bulk: 0, [fate]: 1 })
    expect([...learner.changed().keys()]).toEqual(['counts'])
    expect(ledger.before('d')).toBeUndefined()
  })

  test('a reward of a decision of before it was paused', () => {
    const { learner } = told({}, [exposed()])
    learner.definition = { ...learner.definition, status: 'finished', stopped: AT + 1 }
    expect(earned(1)(learner, new Overlay())).toBe('counted')
  })

  test('a decision of before it was paused', () => {
    const stopped = { status: 'paused', stopped: AT } as const
    const { fates } = told(stopped, [exposed({ at: AT - 1 }, 500), exposed()])
    expect(fates).toEqual(['counted', 'refused'])
  })

  test('a decision of a clock that runs ahead as of when it was told', () => {
    const { learner } = told({}, [exposed({ at: AT + 400 * DAY })])
    expect(learner.state.delay.shares([1, 0], AT + 2 * DAY, null)).toEqual([1, 1])
    expect(total(learner)).toMatchObject({ n: 1 })
  })
})

test('a decision without propensities had the declared ones, or of a holdout even ones', () => {
  const arms = [3, 1].map((weight, i) => ({ id: `${i}`, weight }))
  const { learner } = told({ arms }, [exposed(), exposed({ isHoldout: true })])
  expect([...learner.state.expected.sums]).toEqual([1.25, 0.75])
})

test('a decision without propensities had those that it was drawn with, if weights were changed since', () => {
  const arms = [1, 0].map((weight, i) => ({ id: `${i}`, weight }))
  const changed = { arms, first: [1, 3], reweighted: AT }
  const [sealed, own] = [{ number: 1, arm: 1 }, { arm: 1 }]
  const notes = [exposed({ ...sealed, at: AT + 1 }, 1), exposed({ ...own, at: AT - 1 }), exposed({ ...own }), exposed()]
  const { learner, fates } = told(changed, notes)
  expect(fates).toEqual(['counted', 'counted', 'refused', 'counted'])
  expect([...learner.state.expected.sums]).toEqual([1.5, 1.5])
})

const amount = fc.integer({ min: 0, max: 50 })
const note: fc.Arbitrary<Note> = fc
  .record({
    arm: fc.integer({ min: 0, max: 1 }),
    unit: fc.integer({ min: 0, max: 6 }),
    isExposure: fc.boolean(),
    amounts: fc.tuple(amount, amount),
    after: fc.integer({ min: 0, max: 1.2 * DAY }),
  })
  .map(({ arm, unit, isExposure, amounts: [x, y], after }) => {
    const known = {
      id: `${arm} ${unit}`,
      arm,
      at: AT + unit * 1000,
      context: { country: `${unit % 3}`, device: 'phone' },
    }
    return isExposure ? exposed(known, DAY) : earned(x, { ...known, y, after })
  })
const notes = fc.array(note, { maxLength: 30 })

describe.each([
  ['a rate', {}],
  ['orders', orders],
  ['ads', ads],
] as const)('of %s', (_, kind) => {
  const definition = definitionOf({ ...kind, policy: 'contextual', dimensions: ['country'] })
  const play = (list: readonly Note[], learner: Learner, ledger: Ledger) => {
    learner.beginSlice()
    for (const each of list) each(learner, ledger)
  }
  const withoutScores = (rows: Map<string, Uint8Array>) => new Map([...rows].filter(([key]) => key !== 'aipw'))

  test('notes leave the same in any order and split, but for the scores', () => {
    fc.assert(
      fc.property(notes, notes, (a, b) => {
        const once = Learner.of(definition)
        play([...a, ...b], once, new Overlay())
        const [kept, ledger] = [new Map<string, Uint8Array>(), new Overlay()]
        for (const slice of [b.toReversed(), a]) {
          const learner = Learner.of(definition, kept)
          play(slice, learner, ledger)
          for (const [key, bytes] of learner.changed()) kept.set(key, bytes)
        }
        expect(withoutScores(Learner.of(definition, kept).rows())).toEqual(withoutScores(once.rows()))
      }),
    )
  })

  test('notes leave the same in slices that are kept, the scores too', () => {
    fc.assert(
      fc.property(notes, notes, (a, b) => {
        const [once, whole, kept, parts] = [
          Learner.of(definition),
          new Overlay(),
          new Map<string, Uint8Array>(),
          new Overlay(),
        ]
        for (const slice of [a, b]) {
          play(slice, once, whole)
          const learner = Learner.of(definition, kept)
          play(slice, learner, parts)
          for (const [key, bytes] of learner.changed()) kept.set(key, bytes)
        }
        expect(Learner.of(definition, kept).rows()).toEqual(once.rows())
      }),
    )
  })

  test('a copy runs ahead, over a ledger of its own', () => {
    fc.assert(
      fc.property(notes, notes, (a, b) => {
        const [learner, ledger] = [Learner.of(definition), new Overlay()]
        play(a, learner, ledger)
        const before = learner.rows()
        const [ahead, over] = [learner.copy(), new Overlay(ledger)]
        play(b, ahead, over)
        expect(learner.rows()).toEqual(before)
        play(b, learner, ledger)
        expect(ahead.rows()).toEqual(learner.rows())
      }),
    )
  })
})

test.each(['thompson', 'contextual', 'hailwhale'] as const)(
  '%s finds probabilities in whatever was told, of decisions unknown too',
  (policy) => {
    const kind = fc.constantFrom<Partial<Definition>>({}, orders, ads)
    fc.assert(
      fc.property(kind, notes, fc.constantFrom(null, DAY), (each, list, halfLife) => {
        const definition = definitionOf({ ...each, policy, halfLife, warm: 0, dimensions: ['country', 'device'] })
        const { learner } = told(definition, list)
        const weights = probabilities(new Model(definition, learner.state, AT + 5 * DAY), {
          country: '1',
          device: 'phone',
        })
        expect(Math.abs(weights.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12)
        for (const p of weights) expect(p).toBeGreaterThanOrEqual(definition.floor / 2)
      }),
    )
  },
)

test('thousands in any order are the same state', () => {
  const random = new Random(3)
  const sent = Array.from({ length: 2000 }, (_, i) => {
    const decision = { id: `${i}`, arm: i % 2, at: AT + i, propensities: [0.5, 0.5] }
    return random.chance(0.5) ? exposed(decision, DAY / 2) : earned(1, { ...decision, after: DAY / 2 })
  })
  const once = told({ policy: 'thompson' }, sent).learner
  const shuffled = told({ policy: 'thompson' }, random.shuffled(sent)).learner
  for (const [key, bytes] of once.rows()) if (key !== 'aipw') expect(shuffled.rows().get(key)).toEqual(bytes)
})
