import { describe, expect, test } from 'vitest'
import { alwaysP, logMixture, mixtureBound, mixtureOf, multiplier } from '../../../worker/decide/always'
import { difference, holm, meanOfArm, relativeDifference } from '../../../worker/decide/difference'
import { fieller } from '../../../worker/decide/fieller'
import { chi2Tail, lnGamma } from '../../../worker/decide/gamma'
import { ofRate } from '../../../worker/decide/moments'
import { normalOf, normalTails } from '../../../worker/decide/normal'
import { mismatch } from '../../../worker/decide/srm'
import { studentOf, studentTails } from '../../../worker/decide/student'
import { wilson } from '../../../worker/decide/wilson'

const Z = normalOf(0.05)

/** Of n decisions that cost nothing to speak of, by the sum of what they earned and of its squares. */
const sample = (n: number, x: number, xx: number) => meanOfArm('ratio', { n, x, xx, y: n, yy: n, xy: x })

const near = (is: readonly number[], should: readonly number[], tolerance = 1e-6) => {
  expect(is).toHaveLength(should.length)
  for (const [i, value] of should.entries()) expect(Math.abs(is[i]! - value)).toBeLessThanOrEqual(tolerance)
}

describe('tails', () => {
  test.each([
    [1.959963984540054, 0.05],
    [0, 1],
    [6, 1.9731752898266e-9],
  ])('of a normal at %d are %d', (z, p) => expect(normalTails(z)).toBeCloseTo(p, 12))

  // Student's at 1, 2 degrees of freedom have closed forms.
  test.each([
    [1, 1, 0.5],
    [2, 2, 1 - 2 / Math.sqrt(6)],
    [12.706204736432095, 1, 0.05],
    [-2.2281388519649385, 10, 0.05],
    [1.96, 1e6, 0.0499962],
  ])("of Student's at %d with %d degrees of freedom are %d", (t, df, p) =>
    expect(studentTails(t, df)).toBeCloseTo(p, 6),
  )

  test.each([
    [2, 2, Math.exp(-1)],
    [1e-9, 4, 1],
    [18.307038, 10, 0.05],
    [1000, 10, 0],
  ])('of chi-square at %d with %d degrees of freedom are %d', (chi2, df, p) =>
    expect(chi2Tail(chi2, df)).toBeCloseTo(p, 8),
  )

  test('are found again', () => {
    expect(normalTails(normalOf(0.013))).toBeCloseTo(0.013, 12)
    expect(studentTails(studentOf(0.2, 7.5), 7.5)).toBeCloseTo(0.2, 12)
  })
})

test.each([
  [0.5, Math.log(Math.PI) / 2],
  [1, 0],
  [0.1, 2.252712651734206],
  [10, Math.log(362_880)],
  [1e6, 12_815_504.569147611],
])('ln Γ(%d) is %d', (x, expected) =>
  expect(Math.abs(lnGamma(x) - expected)).toBeLessThan(1e-12 * Math.max(1, expected)),
)

test.each([
  [0, 10, 0, 0.2775328],
  [1, 10, 0.0178762, 0.40415],
  [50, 1000, 0.0381303, 0.0653138],
  [0, 0, 0, 1],
])('%i of %i is a rate between %d and %d', (x, n, low, high) => near(wilson(x, n, Z), [low, high]))

describe('two means', () => {
  const [a, b] = [sample(3407, 1396.87, 52_377.9767), sample(3461, 2422.7, 134_698.29)]

  test('differ by a part of the control', () => {
    const { difference: rel, interval, se, p, df } = relativeDifference(a, b)
    near([rel, ...interval, se, p], [0.70732, -0.03526, 1.44989, 0.37879, 0.06191], 1e-5)
    expect(df).toBeCloseTo(5841.742, 3)
  })

  test('differ by an amount', () => {
    const { difference: by, interval, se, p } = difference('ratio', a, b)
    near([by, ...interval, se, p], [0.29, 0.04538, 0.53462, 0.12478, 0.02016], 1e-5)
  })
})

describe('two rates', () => {
  const [a, b] = [meanOfArm('rate', ofRate(10_000, 500)), meanOfArm('rate', ofRate(10_000, 580))]
  const { z, p } = difference('rate', a, b)

  test('differ by a z, a p and an interval of their ratio', () => {
    expect(z).toBeCloseTo(2.5032289, 7)
    expect(p).toBeCloseTo(0.01230659, 7)
    near(fieller(a, b, Z)!, [0.0327968, 0.30426085])
  })

  test('differ by less to whom may look at any time', () => {
    expect(multiplier(20_000)).toBeCloseTo(3.12711414, 7)
    near(fieller(a, b, multiplier(20_000))!, [-0.03651645, 0.40043763])
    expect(alwaysP(z, 20_000)).toBeCloseTo(0.27443907, 7)
  })

  test('have no ratio where the control may be 0', () => {
    expect(fieller(meanOfArm('rate', ofRate(10, 1)), b, Z)).toBeUndefined()
  })

  test('have a ratio whose interval leaves out 0 where the difference is found', () => {
    for (let x = 400; x < 600; x += 3) {
      const other = meanOfArm('rate', ofRate(10_000, x))
      const [low, high] = fieller(a, other, Z)!
      expect(low > 0 || high < 0).toBe(difference('rate', a, other).p < 0.05)
    }
  })
})

test('the mixture is that of the confseq library', () => {
  const r = mixtureOf(100, 0.05)
  near([r, logMixture(10, 100, r), mixtureBound(100, r, 0.05)], [12.60056, -0.6510052, 30.35209], 1e-5)
})

test.each([
  [[4900, 5100], [1, 1], 4, 0.0455002639],
  [[1000, 1200], [1, 1], 18.181818, 2.007866e-5],
  [[310, 98, 195], [0.5, 0.2, 0.3], 5.57379768, 0.0616119866],
  [[821_588, 815_482], [1, 1], 22.77436884, 1.821793e-6],
  [[10, 10, 0], [1, 1, 0], 0, 1],
  [[0, 0], [1, 1], 0, 1],
])('%j of %j mismatch by %d, with %d', (counts, expected, chi2, p) => {
  const found = mismatch(counts, expected)
  near([found.chi2, found.p], [chi2, p])
  expect(Math.abs(found.p / p - 1)).toBeLessThan(1e-6)
  expect(found.always).toBeLessThanOrEqual(1)
})

test('a mismatch is told at any look', () => {
  expect(mismatch([5000, 5000], [1, 1]).always).toBe(1)
  expect(mismatch([500_000, 490_000], [1, 1]).always).toBeLessThan(1e-12)
  expect(mismatch([10, 1], [1, 0]).always).toBe(0)
})

test("Holm's p-values rise with their rank", () => {
  near(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06], 1e-12)
  expect(holm([0.9, 0.8])).toEqual([1, 1])
})
