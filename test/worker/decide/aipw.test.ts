import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Aipw, VERSION } from '../../../worker/decide/aipw'
import { decode } from '../../../worker/decide/record'
import { Random } from '../../random'

/** A policy that changes its mind every hundred decisions, and rewards that come later; by rates of the arms. */
function served(seed: number, rates: readonly number[], decisions: number, least = 0.1) {
  const random = new Random(seed)
  const aipw = new Aipw(rates.length, true)
  let looks = 0
  let isWrong = false
  let favourite = 0
  for (let t = 0; t < decisions; t++) {
    if (t % 100 === 0) favourite = random.whole(0, rates.length - 1)
    const weights = rates.map((_, arm) => least / rates.length + (arm === favourite ? 1 - least : 0))
    const arm = random.chance(1 - least) ? favourite : random.whole(0, rates.length - 1)
    const scores = aipw.decide(arm, weights)
    if (random.chance(rates[arm]!)) aipw.reward(arm, { propensity: weights[arm]!, scores }, 1)
    const at = t % 200 === 199 && aipw.compare(0, 1)
    if (!at) continue
    looks += 1
    isWrong ||= at.always[0] > rates[1]! - rates[0]! || at.always[1] < rates[1]! - rates[0]!
  }
  return { aipw, looks, isWrong }
}

test('scores are of all arms, whoever was served', () => {
  const aipw = new Aipw(2, true)
  // Nothing known: half a reward in ten.
  const scores = aipw.decide(0, [0.25, 0.75])
  expect(scores[0]).toBeCloseTo(0.05 - 0.05 / 0.25, 12)
  expect(scores[1]).toBeCloseTo(0.05, 12)
  const after = aipw.reward(0, { propensity: 0.25, scores }, 1)
  expect(after[0]).toBeCloseTo(0.05 + 0.95 / 0.25, 12)
  expect(after[1]).toBe(scores[1])
})

test('tells the difference where an arm was hardly served', () => {
  const { aipw } = served(4, [0.2, 0.3], 20_000)
  const { difference, interval, always } = aipw.compare(0, 1)!
  expect(Math.abs(difference - 0.1)).toBeLessThan(0.05)
  expect(interval[0]).toBeGreaterThan(always[0])
  expect(aipw.compare(1, 0)!.difference).toBeCloseTo(-difference, 12)
  expect(aipw.effective(1)).toBeLessThan(10_000)
})

test('is wrong at any of its looks less often than it says', () => {
  const runs = Array.from({ length: 60 }, (_, seed) => served(seed + 1, [0.1, 0.1], 4000))
  expect(runs[0]!.looks).toBeGreaterThan(15)
  // One in twenty is allowed; of sixty, more than eight are as good as impossible.
  expect(runs.filter(({ isWrong }) => isWrong).length).toBeLessThanOrEqual(8)
})

test('what is earned later counts as what is earned at once', () => {
  const propensity = fc.double({ min: 0.01, max: 0.99, noNaN: true })
  fc.assert(
    fc.property(propensity, fc.integer({ min: 1, max: 99 }), (p, part) => {
      const [once, twice] = [new Aipw(2, false), new Aipw(2, false)]
      once.reward(1, { propensity: p, scores: once.decide(1, [1 - p, p]) }, 100)
      const scores = twice.reward(1, { propensity: p, scores: twice.decide(1, [1 - p, p]) }, part)
      twice.reward(1, { propensity: p, scores }, 100 - part, part)
      const [at, later] = [once, twice].map((each) => decode(each.encode(), VERSION)) as [number[], number[]]
      for (const [i, x] of at.entries())
        expect(Math.abs(x - later[i]!)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(x)))
    }),
  )
})

test('comes back from its bytes', () => {
  const { aipw } = served(2, [0.1, 0.2, 0.3], 1000)
  const back = new Aipw(3, true).decode(aipw.encode())
  expect(back.encode()).toEqual(aipw.encode())
  expect(back.compare(0, 2)).toEqual(aipw.compare(0, 2))
})
