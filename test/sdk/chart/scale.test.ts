import fc from 'fast-check'
import { expect, test } from 'vitest'
import { niceDomain, scale, valueTicks } from '../../../sdk/chart/scale'

test.each([
  [[], [0, 1]],
  [
    [0, 0],
    [0, 1],
  ],
  [
    [3, 97],
    [0, 100],
  ],
  [
    [-12, 40],
    [-20, 40],
  ],
  [[0.0031], [0, 0.0035]],
])('rounds %j to %j', (values, domain) => {
  expect(niceDomain(values, 5)).toEqual(domain)
})

test('holds every value and zero, and marks lie within', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.double({ noNaN: true, min: -1e12, max: 1e12 }).map((value) => (Math.abs(value) < 1e-280 ? 0 : value)),
      ),
      fc.integer({ min: 2, max: 12 }),
      (values, count) => {
        const [least, most] = niceDomain(values, count)
        expect(least).toBeLessThanOrEqual(Math.min(0, ...values))
        expect(most).toBeGreaterThanOrEqual(Math.max(0, ...values))
        for (const mark of valueTicks([least, most], count, [0.5])) expect(mark >= least && mark <= most).toBe(true)
      },
    ),
  )
})

test('maps ends to ends, and a point of no width to the middle', () => {
  const y = scale([0, 10], [100, 0])
  expect([y(0), y(5), y(10)]).toEqual([100, 50, 0])
  expect(scale([7, 7], [0, 100])(7)).toBe(50)
})

test('marks whole numbers only where whole things are counted', () => {
  expect(valueTicks([0, 2], 4, [0, 2, 1])).toEqual([0, 1, 2])
  expect(valueTicks([0, 2], 4, [0, 2, 1.5])).toEqual([0, 0.5, 1, 1.5, 2])
})
