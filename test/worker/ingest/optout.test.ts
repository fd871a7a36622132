import { expect, test } from 'vitest'
import { isOptedOut } from '../../../worker/ingest/optout'

const GPC = { 'sec-gpc': '1' }
const DNT = { dnt: '1' }

test.each<[number, Record<string, string>, boolean]>([
  [3, {}, false],
  [3, GPC, true],
  [3, DNT, true],
  [1, GPC, true],
  [1, DNT, false],
  [2, GPC, false],
  [2, DNT, true],
  [0, { ...GPC, ...DNT }, false],
  [3, { 'sec-gpc': '0', dnt: '0' }, false],
])('respecting %i, %j is an opt-out: %s', (respect, headers, expected) => {
  expect(isOptedOut(respect, (name) => headers[name])).toBe(expected)
})
