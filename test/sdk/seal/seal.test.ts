import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../../sdk/seal/integer'
import { type Config, type Pair, pairNow, pairSoon } from '../../../sdk/seal/pair'
import { seal } from '../../../sdk/seal/seal'
import { decode, encode } from '../../../sdk/wire/base64url'
import { read } from '../../../sdk/wire/envelope'

const SITE = 0xfedcba98
const EPOCH = 0x8b96
const owner = nacl.box.keyPair()
const configOf = (key: Uint8Array): Config => [SITE, EPOCH, encode(key), 0, '/p/', 3]
const config = configOf(owner.publicKey)

/** As the oracle opens it: tweetnacl's own crypto_box, of the bytes where the specification puts them. */
function opened(text: string): string | undefined {
  const bytes = decode(text)!
  const nonce = Uint8Array.of(...bytes.subarray(0, 7), ...new Uint8Array(15), ...bytes.subarray(39, 41))
  const plain = nacl.box.open(bytes.subarray(41), nonce, bytes.subarray(7, 39), owner.secretKey)
  return plain ? new TextDecoder().decode(plain) : undefined
}

const ways: [string, () => Pair | Promise<Pair>][] = [
  ['in BigInt', () => pairNow(config)],
  ['natively', () => pairSoon(config)],
]

describe.each(ways)('a pair made %s', (_, make) => {
  test('seals what tweetnacl opens, in 300 random rounds', async () => {
    for (let round = 0; round < 300; round++) {
      const pair = await make()
      const text = encode(nacl.randomBytes(round))
      expect(opened(seal(pair, text))?.trimEnd()).toBe(text)
    }
  })

  test('writes its header as the wire reads it', async () => {
    expect(read(seal(await make(), '[]'))).toMatchObject({ kind: 'beacon', site: SITE, epoch: EPOCH, seq: 1 })
  })

  test('counts its envelopes from 1, and none is like another', async () => {
    const pair = await make()
    const texts = Array.from({ length: 150 }, () => seal(pair, '[]'))
    expect(texts.map((text) => (read(text) as { seq: number }).seq)).toEqual(texts.map((_, i) => i + 1))
    expect(new Set(texts).size).toBe(150)
  })

  test('is another each time', async () => {
    expect((await make()).opening).not.toEqual((await make()).opening)
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
    const envelope = seal(pairNow(config), text)
    expect(decode(envelope)).toHaveLength(57 + length)
    expect(opened(envelope)?.trimEnd()).toBe(text)
  })
})

describe('a site key of low order', () => {
  test.each([
    ['0', 0n],
    ['1', 1n],
    ['p - 1', 2n ** 255n - 20n],
  ])('%s seals nothing', async (_, u) => {
    expect(() => pairNow(configOf(bytesOf(u, 32)))).toThrow()
    await expect(pairSoon(configOf(bytesOf(u, 32)))).rejects.toThrow()
  })
})
