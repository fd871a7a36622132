import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Elements } from '../../../worker/rollup/elements'

/** Anything, and elements that all want the same place. */
const element = fc.oneof(
  fc.nat(50),
  fc.maxSafeNat().map((n) => n % 2 ** 40),
  fc.nat(255).map((n) => n * 2 ** 32 + 31),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 40 - 1),
)

test('holds what a Set holds, and so does its clone', () => {
  fc.assert(
    fc.property(fc.array(element), fc.array(element, { size: 'large' }), (first, then) => {
      const elements = new Elements(first)
      const before = elements.clone()
      for (const one of then) elements.add(one)
      for (const [held, set] of [
        [before, new Set(first)],
        [elements, new Set([...first, ...then])],
      ] as const) {
        expect(held.size).toBe(set.size)
        expect(held.values().sort()).toEqual(Float64Array.from(set).sort())
      }
    }),
  )
})
