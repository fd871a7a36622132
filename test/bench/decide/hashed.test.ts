import { expect, test } from 'vitest'
import { tried } from './tried'

test('spreads the ids of each experiment evenly, and by themselves', () => {
  const [uneven, dependent] = tried('hash', 20)
  // At 5 %, one of twenty is to be expected.
  expect(uneven).toBeLessThanOrEqual(20)
  expect(dependent).toBeLessThanOrEqual(10)
})
