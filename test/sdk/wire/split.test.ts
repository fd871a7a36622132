import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alephbetArmOf, alephbetChance } from '../../../sdk/wire/alephbet'
import { chance, spread } from '../../../sdk/wire/chance'
import { murmur } from '../../../sdk/wire/murmur'
import { sha1 } from '../../../sdk/wire/sha1'
import { armOf, isSampled, pick } from '../../../sdk/wire/split'
import { ARMS, KEYS } from '../../arms'

const bytes = (text: string) => new TextEncoder().encode(text)
const FOX = 'The quick brown fox jumps over the lazy dog'

test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['hello', 0, 0x248bfa47],
  ['hello, world', 0, 0x149bbb7f],
  [FOX, 0, 0x2e4ff723],
  [FOX, 0x9747b28c, 0x2fa826cd],
])('murmur of "%s" from %i is what is published', (text, seed, hash) => {
  expect(murmur(bytes(text), seed)).toBe(hash)
})

test.each([
  ['exp1\0user-1', 0.876996627013],
  ['exp1\0user-2', 0.697828868356],
  ['exp2\0user-1', 0.726077220559],
  ['PageVariation\0日本', 0.964708157539],
])('%j falls at %d', (text, expected) => {
  expect(spread(text)).toBeCloseTo(expected, 11)
})

describe('a split', () => {
  test.each([
    [[1, 1], 0, 0],
    [[1, 1], 0.4999, 0],
    [[1, 1], 0.5, 1],
    [[0, 100], 0, 1],
    [[100, 0], 1 - 2 ** -53, 0],
    [[0.1, 0.2, 0.7], 0.2999, 1],
    [[1, 2, 7], 0.3, 2],
  ])('of %j gives %d to %i', (weights, at, arm) => {
    expect(pick(weights, at)).toBe(arm)
  })

  test('gives each arm its share, whatever the other experiments gave', () => {
    const weights = [0.5, 0.2, 0.3]
    const counts = weights.map(() => weights.map(() => 0))
    const units = 30_000
    for (let i = 0; i < units; i++) counts[armOf('a', `u${i}`, weights)]![armOf('b', `u${i}`, weights)]! += 1
    const expected = weights.map((a) => weights.map((b) => units * a * b))
    const chi2 = counts.flat().reduce((sum, n, i) => sum + (n - expected.flat()[i]!) ** 2 / expected.flat()[i]!, 0)
    // The 99.9 % quantile of eight degrees of freedom.
    expect(chi2).toBeLessThan(26.12)
  })

  test('moves only those whose boundary moved', () => {
    for (let i = 0; i < 2000; i++) {
      const [before, after] = [armOf('page', `u${i}`, [50, 50]), armOf('page', `u${i}`, [60, 40])]
      const at = chance('page', 'variant', `u${i}`)
      if (at < 0.5 || at >= 0.6) expect(after).toBe(before)
    }
  })

  test('of floats always names an arm that has a weight', () => {
    const weight = fc.double({ min: 0, max: 1e6, noNaN: true })
    const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1 }), at, (weights, u) => {
        fc.pre(weights.some((each) => each > 1e-9))
        expect(weights[pick(weights, u)]).toBeGreaterThan(0)
      }),
    )
  })

  test('samples its share, and the same ones each time', () => {
    const sampled = Array.from({ length: 10_000 }, (_, i) => isSampled('page', `u${i}`, 0.1))
    expect(Math.abs(sampled.filter(Boolean).length - 1000)).toBeLessThan(120)
    expect(isSampled('page', 'u1', 0)).toBe(false)
    expect(isSampled('page', 'u1', 1)).toBe(true)
    expect(sampled.every((is, i) => !is || isSampled('page', `u${i}`, 0.2))).toBe(true)
  })
})

test('sha1 is what the platform says, at every length around a block', () => {
  for (let length = 0; length < 140; length++) {
    const text = 'x'.repeat(length)
    expect(sha1(bytes(text))).toBe(createHash('sha1').update(text).digest('hex'))
  }
})

describe('by AlephBet', () => {
  test('a chance is thirteen digits of sha1', () => {
    const digits = createHash('sha1').update('button.variant.42').digest('hex').slice(0, 13)
    expect(alephbetChance('button', 'variant', '42')).toBe(Number(`0x${digits}`) / 0xfffffffffffff)
  })

  test.each([
    [[0, 100], 1],
    [[100, 0], 0],
  ])('weights of %j give all to %i', (weights, arm) => {
    for (let i = 0; i < 100; i++) expect(alephbetArmOf('button', `u${i}`, 2, weights)).toBe(arm)
  })

  test('variants without weights share alike', () => {
    const counts = [0, 0, 0]
    for (let i = 0; i < 3000; i++) counts[alephbetArmOf('button', `u${i}`, 3)]! += 1
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100)
  })
})

test.each(ARMS)('10,000 keys get in Node the arms that everybody gives, by $hash', ({ hash, weights, digest }) => {
  const arms = KEYS.map((key) =>
    hash === 'murmur' ? armOf('Page', key, weights) : alephbetArmOf('Page', key, weights.length, weights),
  )
  expect(sha1(bytes(arms.join('')))).toBe(digest)
})
