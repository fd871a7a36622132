import nacl from 'tweetnacl'
import { beforeEach, describe, expect, test } from 'vitest'
import { bufferOf } from '../../../sdk/seal/integer'
import { pair, pairNow, pairSoon, renew } from '../../../sdk/seal/pair'
import { seal } from '../../../sdk/seal/seal'
import { tell } from '../../../sdk/tag'
import { decode, encode } from '../../../sdk/wire/base64url'
import { configOf } from '../../../sdk/wire/config'
import { read } from '../../../sdk/wire/envelope'

const SITE = 0xfedcba98
const EPOCH = 0x8b96
const owner = nacl.box.keyPair()
/** A page whose script holds that key. */
const load = (key: Uint8Array) => tell(configOf({ site: SITE, epoch: EPOCH, key }, { written: 0 }), {}, '')

beforeEach(() => {
  load(owner.publicKey)
  renew()
})

/** As the oracle opens it: tweetnacl's own crypto_box, of the bytes where the specification puts them. */
function opened(text: string): string | undefined {
  const bytes = decode(text)!
  const nonce = Uint8Array.of(...bytes.subarray(0, 7), ...new Uint8Array(15), ...bytes.subarray(39, 41))
  const plain = nacl.box.open(bytes.subarray(41), nonce, bytes.subarray(7, 39), owner.secretKey)
  return plain ? new TextDecoder().decode(plain) : undefined
}

const ways: [string, () => void | Promise<void>][] = [
  ['in BigInt', () => pairNow()],
  ['natively', pairSoon],
]

describe.each(ways)('a pair made %s', (_, make) => {
  test('seals what tweetnacl opens, in 300 random rounds', async () => {
    for (let round = 0; round < 300; round++) {
      await make()
      const text = encode(nacl.randomBytes(round))
      expect(opened(seal(text))?.trimEnd()).toBe(text)
    }
  })

  test('writes its header as the wire reads it', async () => {
    await make()
    expect(read(seal('[]'))).toMatchObject({ kind: 'beacon', site: SITE, epoch: EPOCH, seq: 1 })
  })

  test('counts its envelopes from 1, and none is like another', async () => {
    await make()
    const texts = Array.from({ length: 150 }, () => seal('[]'))
    expect(texts.map((text) => (read(text) as { seq: number }).seq)).toEqual(texts.map((_, i) => i + 1))
    expect(new Set(texts).size).toBe(150)
  })

  test('is another each time', async () => {
    await make()
    const first = pair
    await make()
    expect(pair && pair.opening).not.toEqual(first && first.opening)
  })
})

describe('seal', () => {
  test.each([
    ['', 0],
    ['[]', 32],
    ['x'.repeat(32), 32],
    ['x'.repeat(33), 64],
    // Two bytes each: padding goes by bytes, not by characters.
    ['é'.repeat(16), 32],
    ['é'.repeat(17), 64],
    ['€'.repeat(11), 64],
  ])('pads %j with spaces to %d bytes', (text, length) => {
    const envelope = seal(text)
    expect(decode(envelope)).toHaveLength(57 + length)
    expect(opened(envelope)?.trimEnd()).toBe(text)
  })
})

describe('without a pair', () => {
  const keyOf = (text: string) => (read(text) as { epk: Uint8Array }).epk

  test('seals at once with one of its own', () => {
    expect(pair).toBe(false)
    expect(opened(seal('[1]'))?.trimEnd()).toBe('[1]')
  })

  test('takes a new one after 150 envelopes, of which each has another seq', () => {
    const texts = Array.from({ length: 301 }, () => seal('[]'))
    const keys = texts.map((text) => encode(keyOf(text)))
    expect(new Set(keys.slice(0, 150)).size).toBe(1)
    expect(new Set(keys.slice(150, 300)).size).toBe(1)
    expect(new Set(keys).size).toBe(3)
    expect(new Set(texts).size).toBe(301)
  })
})

describe('a site key of low order', () => {
  test.each([
    ['0', 0n],
    ['1', 1n],
    ['p - 1', 2n ** 255n - 20n],
  ])('%s seals nothing', async (_, u) => {
    load(new Uint8Array(bufferOf(u, 4)))
    expect(() => pairNow()).toThrow()
    await expect(pairSoon()).rejects.toThrow()
    expect(() => seal('[]')).toThrow()
  })
})
