import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../sdk/wire/base64url'
import { Keys } from '../../../worker/ingest/keys'
import { openToken, sealToken } from '../../../worker/ingest/token'
import { MASTER } from './sealed'

const keys = new Keys(MASTER)
const CHOICE = { site: 7, decision: 'page', option: 'b' }
const AT = Date.UTC(2026, 10, 26, 4, 5, 6)
const TOKEN = { number: 3, version: 77, at: AT, propensities: [0.25, 0.5, 0.25], context: ['SE', null, 'Chrome'] }

describe('a token', () => {
  test.each([
    ['all that a reward must bring back', TOKEN],
    ['no propensities where options had their declared weights', { number: 1, version: 0, at: AT, context: [] }],
    ['that it was of the holdout', { ...TOKEN, isHoldout: true as const }],
    ['a hundred options', { ...TOKEN, propensities: Array.from({ length: 100 }, () => 1 / 128) }],
    ['values in any script', { ...TOKEN, context: ['日本', '"\\', '\u{1f600}'] }],
  ])('holds %s', async (_, token) => {
    const text = await sealToken(keys, CHOICE, token)
    expect(await openToken(keys, CHOICE, text)).toEqual({ ...token, id: expect.stringMatching(/^[\w-]{8}$/) })
  })

  test('gives each decision an id of its own', async () => {
    const ids = await Promise.all(
      Array.from(
        { length: 100 },
        async () => (await openToken(keys, CHOICE, await sealToken(keys, CHOICE, TOKEN)))!.id,
      ),
    )
    expect(new Set(ids).size).toBe(100)
  })

  test('tells a moment to its second', async () => {
    const text = await sealToken(keys, CHOICE, { ...TOKEN, at: AT + 999 })
    expect((await openToken(keys, CHOICE, text))?.at).toBe(AT)
  })

  test('learns nothing of values too long for a URL', async () => {
    const text = await sealToken(keys, CHOICE, { ...TOKEN, context: ['x'.repeat(500), 'desktop', null] })
    expect((await openToken(keys, CHOICE, text))?.context).toEqual([null, null, null])
  })

  test('of three options and three dimensions is short', async () => {
    const context = ['SE', 'desktop', 'Chrome']
    expect((await sealToken(keys, CHOICE, { ...TOKEN, context })).length).toBeLessThanOrEqual(96)
  })

  test('brings propensities back to seven digits', async () => {
    const propensities = [1e-6, 0.123456789, 1 - 1e-6 - 0.123456789]
    const opened = await openToken(keys, CHOICE, await sealToken(keys, CHOICE, { ...TOKEN, propensities }))
    opened!.propensities!.forEach((p, i) => expect(p / propensities[i]! - 1).toBeCloseTo(0, 6))
  })
})

describe('nothing opens', () => {
  test.each([
    ['for another option', { ...CHOICE, option: 'a' }],
    ['for another decision', { ...CHOICE, decision: 'pages' }],
    ['at another site', { ...CHOICE, site: 8 }],
    ['where a name takes a letter of the other', { ...CHOICE, decision: 'pag', option: 'e\0b' }],
  ])('%s', async (_, choice) => {
    expect(await openToken(keys, choice, await sealToken(keys, CHOICE, TOKEN))).toBeUndefined()
  })

  test('with any one bit flipped', async () => {
    const bytes = decode(await sealToken(keys, CHOICE, TOKEN))!
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(await openToken(keys, CHOICE, encode(flipped))).toBeUndefined()
    }
  })

  test.each([
    ['of nothing', ''],
    ['of no base64url', '!!!!'],
    ['of too few bytes', encode(new Uint8Array(20))],
    ['of zeros', encode(new Uint8Array(64))],
  ])('%s', async (_, text) => {
    expect(await openToken(keys, CHOICE, text)).toBeUndefined()
  })

  test('once its master key is gone; and all does while it is there', async () => {
    const secret = (byte: number) => new Uint8Array(32).fill(byte)
    const old = new Keys(new Map([[0, secret(1)]]))
    const both = new Keys(new Map([...new Map([[0, secret(1)]]), [1, secret(2)]]))
    const text = await sealToken(old, CHOICE, TOKEN)
    expect(await openToken(both, CHOICE, text)).toMatchObject({ number: 3 })
    expect(await openToken(new Keys(new Map([[1, secret(2)]])), CHOICE, text)).toBeUndefined()
  })
})
