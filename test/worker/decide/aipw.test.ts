import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Aipw, type Drawn, VERSION } from '../../../worker/decide/aipw'
import { decode } from '../../../worker/decide/record'
import { Random } from '../../random'

const WINDOW = 64_000

/** The same but for rounding. */
const isNear = (a: Aipw, b: Aipw) => {
  const [numbers, others] = [a, b].map((each) => decode(each.encode(), VERSION)) as [number[], number[]]
  expect(numbers.length).toBe(others.length)
  for (const [i, x] of numbers.entries())
    expect(Math.abs(x - others[i]!)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(x)))
}

interface World {
  decisions: number
  /** The least probability of all arms together. */
  least?: number
  /** How many decisions later a reward comes, on the average. */
  late?: number
}

/** A policy that changes its mind every hundred decisions, of one each second; by rates of the arms. */
function served(seed: number, rates: readonly number[], { decisions, least = 0.1, late = 0 }: World) {
  const random = new Random(seed)
  const aipw = new Aipw(rates.length, true, WINDOW)
  const due = new Map<number, Drawn[]>()
  let looks = 0
  let isWrong = false
  let favourite = 0
  for (let t = 0; t < decisions; t++) {
    if (t % 100 === 0) favourite = random.whole(0, rates.length - 1)
    const propensities = rates.map((_, arm) => least / rates.length + (arm === favourite ? 1 - least : 0))
    const arm = random.chance(1 - least) ? favourite : random.whole(0, rates.length - 1)
    const drawn = { arm, at: t * 1000, propensities }
    const isRewarded = random.chance(rates[arm]!)
    const then = t + (late && Math.floor(-late * Math.log(1 - random.next())))
    if (isRewarded) due.set(then, [...(due.get(then) ?? []), drawn])
    aipw.decide(drawn)
    for (const each of due.get(t) ?? []) aipw.reward(each, 1)
    const at = t % 200 === 199 && aipw.compare(0, 1)
    if (!at) continue
    looks += 1
    isWrong ||= at.always[0] > rates[1]! - rates[0]! || at.always[1] < rates[1]! - rates[0]!
  }
  return { aipw, looks, isWrong }
}

test('scores are of all arms, whoever was served', () => {
  const aipw = new Aipw(2, true, WINDOW)
  const sums = () => decode(aipw.encode(), VERSION)
  const drawn = { arm: 0, at: 0, propensities: [0.25, 0.75] }
  // Nothing known: half a reward in ten.
  aipw.decide(drawn)
  const [g0, g1] = [5, 12] as const
  expect(sums()[g0]).toBeCloseTo(0.05 - 0.05 / 0.25, 12)
  expect(sums()[g1]).toBeCloseTo(0.05, 12)
  aipw.reward(drawn, 1)
  expect(sums()[g0]).toBeCloseTo(0.05 + 0.95 / 0.25, 12)
  expect(sums()[g1]).toBeCloseTo(0.05, 12)
})

describe.each([
  ['at once', 0],
  ['later', 50],
])('rewarded %s', (_, late) => {
  test('tells the difference where an arm was hardly served', () => {
    const { aipw } = served(4, [0.2, 0.3], { decisions: 20_000, late })
    const { difference, interval, always } = aipw.compare(0, 1)!
    expect(Math.abs(difference - 0.1)).toBeLessThan(0.05)
    expect(interval[0]).toBeGreaterThan(always[0])
    expect(aipw.compare(1, 0)!.difference).toBeCloseTo(-difference, 12)
    expect(aipw.effective(1)).toBeLessThan(10_000)
  })

  test('is wrong at any of its looks less often than it says', () => {
    const runs = Array.from({ length: 60 }, (_, seed) => served(seed + 1, [0.1, 0.1], { decisions: 4000, late }))
    expect(runs[0]!.looks).toBeGreaterThan(15)
    // One in twenty is allowed; of sixty, more than eight are as good as impossible.
    expect(runs.filter(({ isWrong }) => isWrong).length).toBeLessThanOrEqual(8)
  })
})

test('an interval holds the truth as often as it says', () => {
  const hits = Array.from({ length: 300 }, (_, seed) => {
    const { interval } = served(seed + 1, [0.1, 0.15], { decisions: 1500, least: 0.3, late: 20 }).aipw.compare(0, 1)!
    return Number(interval[0] <= 0.05 && interval[1] >= 0.05)
  })
  // 285 of 300 on the average; three standard deviations are 11, and few decisions a little worse.
  expect(hits.reduce((sum, hit) => sum + hit, 0)).toBeGreaterThan(270)
})

test('an interval holds the truth where a few orders are most of all, and luck decides who is served', () => {
  const hits = Array.from({ length: 60 }, (_, seed) => {
    const random = new Random(seed + 1)
    const aipw = new Aipw(2, false, WINDOW)
    const means = [0, 1].map(() => ({ n: 1, x: 1 }))
    for (let t = 0; t < 4000; t++) {
      const isFirst = means[0]!.x / means[0]!.n > means[1]!.x / means[1]!.n
      const propensities = isFirst ? [0.95, 0.05] : [0.05, 0.95]
      const each = { arm: random.chance(propensities[0]!) ? 0 : 1, at: t * 1000, propensities }
      // One in ten orders, by a distribution without a variance: what was seen varies too little.
      const x = random.chance(0.1) ? (1 - random.next()) ** (-1 / 1.8) : 0
      aipw.decide(each)
      aipw.reward(each, x)
      means[each.arm]!.n += 1
      means[each.arm]!.x += x
    }
    const { interval } = aipw.compare(0, 1)!
    return Number(interval[0] <= 0 && interval[1] >= 0)
  })
  expect(hits.reduce((sum, hit) => sum + hit, 0)).toBeGreaterThan(54)
})

const drawn = fc
  .record({
    arm: fc.integer({ min: 0, max: 2 }),
    at: fc.integer({ min: 0, max: 10 * WINDOW }),
    share: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  })
  .map(({ arm, at, share }): Drawn => ({ arm, at, propensities: [share, (1 - share) / 2, (1 - share) / 2] }))

test('what is earned later, or is told of before its decision, counts as what is earned at once', () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 99 }), (each, part) => {
      const [once, twice, before] = Array.from({ length: 3 }, () => new Aipw(3, false, WINDOW)) as [Aipw, Aipw, Aipw]
      once.decide(each)
      once.reward(each, 100)
      twice.decide(each)
      twice.reward(each, part)
      twice.reward(each, 100 - part, part)
      before.reward(each, 100)
      before.decide(each)
      isNear(twice, once)
      isNear(before, once)
    }),
  )
})

test('a guess is frozen before what it is held against is seen', () => {
  const aipw = new Aipw(2, true, WINDOW)
  const each = { arm: 0, at: 0, propensities: [0.5, 0.5] }
  const guesses = () => decode(aipw.encode(), VERSION).slice(-3)
  aipw.reward(each, 1)
  expect(guesses()).toEqual([0, 0.05, 0.05])
  for (let i = 0; i < 50; i++) aipw.decide(each)
  expect(guesses()).toEqual([0, 0.05, 0.05])
  aipw.decide({ ...each, at: 1000 })
  expect(guesses()[0]).toBe(1)
  expect(guesses()[1]).toBeLessThan(0.05)
})

test('of an arm that could not be served nothing is told', () => {
  const aipw = new Aipw(2, true, WINDOW)
  for (let i = 0; i < 1000; i++) {
    const each = { arm: 0, at: i, propensities: [1, 0] }
    aipw.decide(each)
    if (i % 5 === 0) aipw.reward(each, 1)
  }
  expect(aipw.compare(0, 1)).toBeUndefined()
})

test('comes back from its bytes, and goes two ways as a copy', () => {
  const { aipw } = served(2, [0.1, 0.2, 0.3], { decisions: 1000 })
  const bytes = aipw.encode()
  const back = new Aipw(3, true, WINDOW).decode(bytes)
  expect(back.encode()).toEqual(bytes)
  expect(back.compare(0, 2)).toEqual(aipw.compare(0, 2))
  const copy = aipw.copy()
  expect(copy.encode()).toEqual(bytes)
  copy.decide({ arm: 0, at: 2e6, propensities: [0.4, 0.3, 0.3] })
  expect(aipw.encode()).toEqual(bytes)
  expect(copy.encode()).not.toEqual(bytes)
})

test('of a hundred arms what is kept is bounded', () => {
  const aipw = new Aipw(100, true, WINDOW)
  const propensities = Array<number>(100).fill(0.01)
  for (let i = 0; i < 500; i++) aipw.decide({ arm: i % 100, at: i * 1000, propensities })
  expect(aipw.encode().length).toBeLessThan(120_000)
})
