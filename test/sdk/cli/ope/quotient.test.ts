import { expect, test } from 'vitest'
import { Quotient } from '../../../../sdk/cli/ope/quotient'

function of(pairs: readonly (readonly [a: number, b: number])[]): Quotient {
  const quotient = new Quotient()
  for (const [a, b] of pairs) quotient.add(a, b)
  return quotient
}

test('is the mean with its sample variance, where it divides by how many there are', () => {
  // 1, 2, 3, 6: mean 3, squares about it 4 + 1 + 0 + 9 = 14, variance 14 / 3, of the mean 14 / 12.
  const quotient = of([1, 2, 3, 6].map((a) => [a, 1]))
  expect(quotient.value).toBe(3)
  expect(quotient.error).toBeCloseTo(Math.sqrt(14 / 12), 12)
  expect(quotient.estimate!.ci95.map((end) => end.toFixed(6))).toEqual(['0.882997', '5.117003'])
})

test('is the quotient of two means with its variance by the delta method', () => {
  // 8 / 4 = 2. a - 2b: 1 - 2, 3 - 2, 4 - 4, 0 - 0, squares 1 + 1 = 2, variance 2 / 3; over 4 · 1², of the mean.
  const quotient = of([
    [1, 1],
    [3, 1],
    [4, 2],
    [0, 0],
  ])
  expect(quotient.value).toBe(2)
  expect(quotient.error).toBeCloseTo(Math.sqrt(2 / 3 / 4), 12)
})

test('is nothing where nothing is divided by', () => {
  expect(of([[1, 0]]).estimate).toBe(null)
})

test('of what never varies is sure', () => {
  expect(of(Array.from({ length: 1000 }, () => [0.1, 1])).error).toBeCloseTo(0, 9)
})
