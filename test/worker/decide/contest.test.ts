import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contest, duels, FINE, QUICK } from '../../../worker/decide/contest'
import { meanOf, type Posterior } from '../../../worker/decide/posterior'

/** After x of n, where all rates seemed alike before. */
const beta = (x: number, n: number): Posterior => ({ kind: 'beta', a: 1 + x, b: 1 + n - x })

describe.each([
  ['finely', FINE, 2e-6],
  ['quickly', QUICK, 1e-4],
])('%s', (_, points, tolerance) => {
  test.each([
    ['120/200', '100/200', 0.0224136367, 0.000413164, 0.0994230649],
    ['10/1000', '20/1000', 0.9657042775, 0.0100563902, 0.0000763503],
    ['0/50', '3/50', 0.9411941194, 0.0587792723, 0.0010869646],
  ])('%s loses to %s with %d', (first, second, loses, lossOfFirst, lossOfSecond) => {
    const [a, b] = [first, second].map((text) => text.split('/').map(Number)).map(([x, n]) => beta(x!, n!))
    const { best, loss } = contest([a!, b!], points)
    expect(Math.abs(best[1]! - loses)).toBeLessThan(tolerance)
    expect(Math.abs(loss[0]! - lossOfFirst)).toBeLessThan(tolerance)
    expect(Math.abs(loss[1]! - lossOfSecond)).toBeLessThan(tolerance)
  })

  test('finds of two normals what the normal says of their difference', () => {
    const { best, loss } = contest(
      [
        { kind: 'normal', mean: 1, sd: 3 },
        { kind: 'normal', mean: 2, sd: 4 },
      ],
      points,
    )
    // Φ(1/5), and 5 φ(1/5) ± Φ.
    expect(Math.abs(best[1]! - 0.579259709439)).toBeLessThan(tolerance)
    expect(Math.abs(loss[0]! - (5 * 0.391042693975 + 0.579259709439))).toBeLessThan(30 * tolerance)
  })
})

const posterior = fc.record({
  kind: fc.constant('beta' as const),
  a: fc.double({ min: 0.2, max: 1e5, noNaN: true }),
  b: fc.double({ min: 0.2, max: 1e7, noNaN: true }),
})

test('probabilities are ones, and losses are what the means differ by', () => {
  fc.assert(
    fc.property(fc.array(posterior, { minLength: 2, maxLength: 8 }), (posteriors) => {
      const { best, loss } = contest(posteriors, FINE)
      expect(best.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
      for (const p of best) expect(p).toBeGreaterThanOrEqual(0)
      const [gap, difference] = [loss[0]! - loss[1]!, meanOf(posteriors[1]!) - meanOf(posteriors[0]!)]
      expect(Math.abs(gap - difference)).toBeLessThan(1e-3)
    }),
    { numRuns: 100 },
  )
})

test('a loss is told across a wide gap', () => {
  for (const points of [QUICK, FINE]) {
    expect(contest([beta(100, 10_000), beta(5000, 10_000)], points).loss[0]).toBeCloseTo(
      5001 / 10_002 - 101 / 10_002,
      5,
    )
  }
})

test('alike are alike, be it for want of any number', () => {
  for (const each of [beta(0, 0), { kind: 'normal', mean: 0, sd: 0 }, { kind: 'normal', mean: 5, sd: 0 }] as const) {
    for (const p of contest(Array<Posterior>(5).fill(each)).best) expect(p).toBeCloseTo(0.2, 9)
  }
})

test('a hundred arms are one contest', () => {
  const { best } = contest(Array.from({ length: 100 }, (_, i) => beta(20 + (i % 7), 1000)))
  expect(best.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  expect(best[6]).toBeGreaterThan(best[0]!)
})

test('duels are told both ways', () => {
  const table = duels([beta(120, 200), beta(100, 200), beta(110, 200)])
  expect(table[0]![1]).toBeCloseTo(1 - 0.0224136367, 6)
  for (const [i, row] of table.entries())
    for (const [j, p] of row.entries()) expect(p + table[j]![i]!).toBeCloseTo(1, 9)
})

test('of what no number can tell, each is as likely as any', () => {
  const posteriors = [1e-200, 2e-200, Number.NaN].map((mean) => ({ kind: 'normal', mean, sd: 1e-200 }) as const)
  expect(contest(posteriors).best).toEqual([1 / 3, 1 / 3, 1 / 3])
})
