import { describe, expect, test } from 'vitest'
import type { Saying } from '../../../sdk/wire/event'
import { allowed, isBeyond } from '../../../worker/ingest/allow'

const ALLOW = { seats: { least: 1, most: 100 }, delta: { least: -5, most: 5 }, a_b: { least: 0, most: 1 } }

describe('a count of a browser keeps', () => {
  test.each([
    ['one hit unless it says', {}, { hits: 1 }],
    ['no more hits than a browser may claim', { hits: 5_000 }, { hits: 1_000 }],
    ['no hits below none', { hits: -1 }, { hits: 0 }],
    [
      'what the script measures, within reason',
      { seconds: 1e9, scroll: 200 },
      { hits: 1, seconds: 86_400, scroll: 100 },
    ],
    ['a reward between none and all', { reward: 7 }, { hits: 1, reward: 1 }],
    ['nothing that its owner has not named', { dollars: 5, sessions: 3, visitors_day: 1 }, { hits: 1 }],
    ['what its owner named', { seats: 5, delta: -2 }, { hits: 1, seats: 5, delta: -2 }],
    ['no more of it than its range', { seats: 500, delta: -9 }, { hits: 1, seats: 100, delta: -5 }],
    ['no less of it than its range', { seats: 0 }, { hits: 1, seats: 1 }],
    ['a name as it is counted', { 'a/b': 1 }, { hits: 1, a_b: 1 }],
    ['no name that every object has', { constructor: 1, toString: 1, ['__proto__']: 1 }, { hits: 1 }],
  ])('%s: %j', (_, metrics, kept) => {
    expect({ ...allowed(metrics, ALLOW) }).toEqual(kept)
  })

  test('eight numbers at most, also where the owner names more', () => {
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    const allow = Object.fromEntries(names.map((name) => [name, { least: 0, most: 1 }]))
    expect(Object.keys(allowed(Object.fromEntries(names.map((name) => [name, 1])), allow))).toHaveLength(1 + 8)
  })

  test('no money by default', () => {
    expect({ ...allowed({ dollars: 5 }) }).toEqual({ hits: 1 })
  })
})

test.each<[Saying, boolean]>([
  [['c', {}, { dollars: 5 }, '_'], true],
  [['c', {}, { seats: 5, dollars: 5 }, '_'], true],
  [['c', {}, { seats: 500 }, '_'], false],
  [['c', {}, { hits: 2, reward: 1 }, '_'], false],
  [['c', {}] as unknown as Saying, false],
  [['p', 1, 0, '', ''], false],
  [['e', 5, 50], false],
])('%j carries what does not count: %s', (saying, expected) => {
  expect(isBeyond(saying, ALLOW)).toBe(expected)
})
