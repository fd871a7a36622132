import { describe, expect, test } from 'vitest'
import { tried } from './tried'

test.each(['.005', '.05', '.5', 'revenue'])(
  'finds a winner between equals of %s no more often than it says, at any look',
  (what) => {
    const [wrong] = tried(`looks at ${what}`, 1500)
    expect(wrong).toBeLessThan(5)
    // A test that never finds one would never be wrong either.
    expect(wrong).toBeGreaterThan(0.2)
  },
)

test.each(['rate', 'revenue'])('has an even p at a fixed end, of a %s', (what) => {
  const [evenness] = tried(`even ${what}`, 500)
  expect(evenness).toBeGreaterThan(0.01)
})

test('finds a fifth more of one in twenty, and says how much more it may be', () => {
  const [found, ...covered] = tried('rates', 1500)
  expect(found).toBeGreaterThan(92)
  expect(covered).toHaveLength(3)
  for (const share of covered) expect(Math.abs(share - 95)).toBeLessThan(2)
})

test('says how much more may be earned, where orders are far apart', () => {
  const [, difference] = tried('revenues', 800)
  expect(Math.abs(difference! - 95)).toBeLessThan(2.5)
})

describe.each(['split', 'moving'])('a %s', (what) => {
  test('is taken for mismatched where one arm lost a fiftieth', () => {
    const [seen] = tried(`${what} lossy`, 60)
    expect(seen).toBeGreaterThan(95)
  })

  test('is not where nothing was lost', () => {
    for (const passed of tried(`${what} clean`, 1000)) expect(passed).toBeGreaterThanOrEqual(99.6)
  })
})

test('is as sure as it may be', () => {
  const [isBest, difference] = tried('best', 400)
  expect(isBest).toBeGreaterThan(93)
  expect(difference).toBeLessThan(4)
})

test('serves arms as often as it says', () => {
  expect(tried('drawn', 20)[0]).toBeGreaterThan(0.001)
})

test('gives every arm its part of the floor, and in all no more than 1', () => {
  const [off, least] = tried('chances', 200)
  expect(off).toBeLessThan(1e-12)
  expect(least).toBeGreaterThan(1 - 1e-12)
})
