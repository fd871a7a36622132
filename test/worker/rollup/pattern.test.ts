import { expect, test } from 'vitest'
import { isCountedUnder, isWanted } from '../../../worker/rollup/pattern'

test.each([
  ['request', 'request', true, true],
  ['request.sql', 'request', false, true],
  ['requests', 'request', false, false],
  ['request.sql', 'request*', true, true],
  ['requests', 'request*', true, true],
  ['re', 'request*', false, false],
  ['anything', '*', true, true],
  ['a', 'a.b', false, false],
])('%s, where %s is pattern', (type, wanted, exactly, counted) => {
  expect(isWanted(type, wanted)).toBe(exactly)
  expect(isCountedUnder(type, wanted)).toBe(counted)
})
