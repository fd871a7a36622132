import fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../sdk/wire/base64url'
import { epochOf, mint, WEEK, weekOf } from '../../../sdk/wire/envelope'
import { type Pixel, writePixel } from '../../../sdk/wire/plaintext'
import { Keys } from '../../../worker/ingest/keys'
import { SharedKeys } from '../../../worker/ingest/shared'
import { verify } from '../../../worker/ingest/verify'
import { MASTER, NOW, OTHER, PAGEVIEW, SITE, seal, verifier } from './sealed'

const THIS_WEEK = epochOf(NOW)
const RANDOM = Uint8Array.from({ length: 12 }, (_, i) => 200 + i)

async function pixel(changes: Partial<Pixel> = {}, { epoch = 0, site = SITE, text = '' } = {}): Promise<string> {
  const whole: Pixel = {
    expires: 0,
    notBefore: 0,
    type: 'sale',
    dimensions: {},
    metrics: { dollars: 5 },
    slots: {},
    options: {},
    ...changes,
  }
  const key = await new Keys(MASTER).derive('pixel', site, epoch)
  return mint('pixel', { epoch, site, random: RANDOM }, key!, text || writePixel(whole))
}

/** Every text that differs from it in one bit of its bytes. */
function* flipped(text: string): Generator<string> {
  const bytes = decode(text)!
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Uint8Array.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    yield encode(changed)
  }
}

describe('a beacon', () => {
  test('opens to what the browser said, under the id of its page load and seq', async () => {
    const v = verifier()
    const pair = nacl.box.keyPair()
    const first = await verify(await seal(v.keys, { pair, seq: 0x0001 }), v)
    const verified = await verify(await seal(v.keys, { pair, seq: 200 }), v)
    const pageLoad = 'id' in first ? first.id.slice(0, 8) : ''
    expect(pageLoad).toHaveLength(8)
    expect(verified).toEqual({
      kind: 'beacon',
      site: SITE,
      id: `${pageLoad}\x00\xc8`,
      plaintext: { ts: NOW, page: 'shop.example/', referrer: '', width: 1280, sayings: [['p', 3, 0, '', '']] },
    })
  })

  test.each([
    [1, true],
    [200, true],
    [201, false],
    [65_535, false],
  ])('is refused unopened past what one page load may seal: seq %i counts: %s', async (seq, counts) => {
    const v = verifier()
    const secret = counts ? {} : { secret: new Uint8Array(32).fill(1) }
    const verified = await verify(await seal(v.keys, { seq, ...secret }), v)
    expect(verified).toMatchObject(counts ? { kind: 'beacon' } : { refusal: 'seq' })
  })

  test('has one id under every ephemeral key that opens it: the point of order two adds another', async () => {
    const v = verifier()
    const text = await seal(v.keys)
    const bytes = decode(text)!
    const p = 2n ** 255n - 19n
    const power = (base: bigint, exponent: bigint): bigint => {
      let [result, factor] = [1n, base]
      for (let left = exponent; left; left >>= 1n) {
        if (left & 1n) result = (result * factor) % p
        factor = (factor * factor) % p
      }
      return result
    }
    // u(P + (0, 0)) is 1/u on a Montgomery curve, and X25519's cofactor takes the difference away.
    const u = bytes.subarray(7, 39).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    const twin = power(u, p - 2n)
    for (let i = 0; i < 32; i++) bytes[7 + i] = Number((twin >> BigInt(8 * i)) & 255n)
    const [original, sibling] = [await verify(text, v), await verify(encode(bytes), v)]
    expect(sibling).not.toHaveProperty('refusal')
    expect(sibling).toEqual(original)
  })

  test('counts nothing with any one bit changed', async () => {
    const v = verifier({ static: true })
    const text = await seal(v.keys)
    let tried = 0
    for (const changed of flipped(text)) {
      expect(await verify(changed, v)).toHaveProperty('refusal')
      tried++
    }
    expect(tried).toBe(decode(text)!.length * 8)
  })

  test('has no alias: every other last character is refused', async () => {
    const v = verifier()
    // 57 bytes and 64 of text: one character stands for two bits of the last byte.
    const text = await seal(v.keys, { text: PAGEVIEW.padEnd(64) })
    expect(text.length % 4).not.toBe(0)
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=') {
      const alias = text.slice(0, -1) + last
      if (alias !== text) expect(await verify(alias, v)).toHaveProperty('refusal')
    }
    for (const alias of [`${text}=`, `${text}\n`, ` ${text}`, `${text.slice(0, 9)} ${text.slice(9)}`]) {
      expect(await verify(alias, v)).toEqual({ refusal: 'malformed' })
    }
  })

  test.each([
    ['last week', -1, true],
    ['this week', 0, true],
    ['next week', 1, true],
    ['the week before last', -2, false],
    ['the week after next', 2, false],
    ['a year ago', -52, false],
  ])('of %s', async (_, weeks, counts) => {
    const v = verifier()
    const text = await seal(v.keys, { epoch: THIS_WEEK + weeks })
    if (counts) expect(await verify(text, v)).toMatchObject({ kind: 'beacon' })
    else expect(await verify(text, v)).toEqual({ refusal: 'stale' })
  })

  test('of week 0 counts only where the site allows static keys', async () => {
    const v = verifier()
    const text = await seal(v.keys, { epoch: 0 })
    expect(await verify(text, v)).toEqual({ refusal: 'static' })
    expect(await verify(text, verifier({ static: true }))).toMatchObject({ kind: 'beacon' })
  })

  test('counts under each master key that is here, and is refused under one that is not', async () => {
    const v = verifier()
    const week = weekOf(THIS_WEEK)
    expect(await verify(await seal(v.keys, { epoch: (2 << 14) | week }), v)).toMatchObject({ kind: 'beacon' })
    const secret = new Uint8Array(32).fill(9)
    expect(await verify(await seal(v.keys, { epoch: (1 << 14) | week, secret }), v)).toEqual({ refusal: 'retired' })
  })

  test("sealed with another site's or another week's key does not open", async () => {
    const v = verifier()
    const others = await v.keys.derive('beacon', OTHER, THIS_WEEK)
    const weeks = await v.keys.derive('beacon', SITE, THIS_WEEK - 1)
    expect(await verify(await seal(v.keys, { secret: others! }), v)).toEqual({ refusal: 'forged' })
    expect(await verify(await seal(v.keys, { secret: weeks! }), v)).toEqual({ refusal: 'forged' })
  })

  test('sealed with a pixel key does not open', async () => {
    const v = verifier()
    const key = await v.keys.derive('pixel', SITE, THIS_WEEK)
    expect(await verify(await seal(v.keys, { secret: key! }), v)).toEqual({ refusal: 'forged' })
  })

  test('of an unlisted site is refused, though sealed with its key or with that of nobody', async () => {
    const v = verifier()
    const nobodys = (await v.keys.derive('beacon', 0, THIS_WEEK))!
    expect(await verify(await seal(v.keys, { site: 99 }), v)).toEqual({ refusal: 'unlisted' })
    expect(await verify(await seal(v.keys, { site: 99, secret: nobodys }), v)).toEqual({ refusal: 'unlisted' })
    expect(await verify(await seal(v.keys, { site: 0 }), v)).toEqual({ refusal: 'malformed' })
    expect(await verify(await seal(v.keys, { secret: nobodys }), v)).toEqual({ refusal: 'forged' })
  })

  test('that holds no beacon is malformed', async () => {
    const v = verifier()
    expect(await verify(await seal(v.keys, { text: '{"a":1}' }), v)).toEqual({ refusal: 'malformed' })
  })

  test('takes seq and page load into its id, so that two envelopes never share one', async () => {
    const v = verifier()
    const pair = nacl.box.keyPair()
    const ids = new Set<unknown>()
    for (const seq of [1, 2, 256]) ids.add(Reflect.get(await verify(await seal(v.keys, { pair, seq }), v), 'id'))
    ids.add(Reflect.get(await verify(await seal(v.keys), v), 'id'))
    expect(ids.size).toBe(4)
  })
})

/** The points of small order on Curve25519 and its twist, and their other spellings (Bernstein, https://cr.yp.to/ecdh.html). */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

describe('a point of low order', () => {
  test.each(LOW_ORDER)('%s makes no key', async (hex) => {
    const v = verifier()
    expect(await v.shared.of(SITE, THIS_WEEK, Uint8Array.from(Buffer.from(hex, 'hex')))).toBeUndefined()
  })

  test.each(LOW_ORDER)('%s opens no box made without the site key', async (hex) => {
    const v = verifier()
    const publicKey = Uint8Array.from(Buffer.from(hex, 'hex'))
    // Whoever knows that the shared point is zero needs no key at all: any secret gives the same box.
    const secretKey = new Uint8Array(32).fill(1)
    const text = await seal(v.keys, { pair: { publicKey, secretKey } })
    const bytes = decode(text)!
    const key = nacl.box.before(publicKey, secretKey)
    const nonce = Uint8Array.of(...bytes.subarray(0, 7), ...new Array<number>(15).fill(0), 0, 1)
    const plain = new TextEncoder().encode(PAGEVIEW.padEnd(96))
    const forged = encode(Uint8Array.of(...bytes.subarray(0, 41), ...nacl.secretbox(plain, nonce, key)))
    const refusal = Reflect.get(await verify(forged, v), 'refusal')
    expect(['forged', 'malformed']).toContain(refusal)
  })
})

describe('a non-canonical point', () => {
  test.each(Array.from({ length: 19 }, (_, i) => [i]))('2^255 - 19 + %i is malformed', async (more) => {
    const v = verifier()
    const bytes = decode(await seal(v.keys))!
    bytes.fill(0xff, 8, 39)
    bytes[7] = 0xed + more
    bytes[38] = 0x7f
    expect(await verify(encode(bytes), v)).toEqual({ refusal: 'malformed' })
  })
})

describe('a pixel', () => {
  test('opens to what its owner sealed', async () => {
    expect(await verify(await pixel(), verifier())).toMatchObject({
      kind: 'pixel',
      site: SITE,
      name: encode(RANDOM),
      pixel: { type: 'sale', metrics: { dollars: 5 } },
    })
  })

  test('counts nothing with any one bit changed', async () => {
    const v = verifier({ static: true })
    for (const changed of flipped(await pixel())) expect(await verify(changed, v)).toHaveProperty('refusal')
  })

  test('of any week counts', async () => {
    expect(await verify(await pixel({}, { epoch: epochOf(NOW - 200 * WEEK) }), verifier())).toMatchObject({
      kind: 'pixel',
    })
  })

  test.each([
    ['expired', { expires: NOW / 1000 }],
    ['early', { notBefore: NOW / 1000 + 1 }],
  ])('is refused when %s', async (refusal, changes) => {
    expect(await verify(await pixel(changes), verifier())).toEqual({ refusal })
  })

  test('counts from its first to its last second', async () => {
    const text = await pixel({ notBefore: NOW / 1000, expires: NOW / 1000 + 1 })
    expect(await verify(text, verifier())).toMatchObject({ kind: 'pixel' })
  })

  test.each([
    [0, 1, 'revoked'],
    [1, 2, 'revoked'],
    [1, 1, undefined],
    [2, 1, undefined],
  ])('of version %i at a site of version %i: %s', async (week, version, refusal) => {
    const v = verifier({ versions: { write: 1, read: 1, pixel: version } })
    const verified = await verify(await pixel({}, { epoch: week }), v)
    expect('refusal' in verified ? verified.refusal : undefined).toBe(refusal)
  })

  test('is refused once revoked', async () => {
    expect(await verify(await pixel(), verifier({ revoked: [encode(RANDOM)] }))).toEqual({ refusal: 'revoked' })
  })

  test('that holds no pixel is malformed', async () => {
    expect(await verify(await pixel({}, { text: '{}' }), verifier())).toEqual({ refusal: 'malformed' })
  })

  test.each(['server', 'share'] as const)('opens none minted as %s, nor counts it as such', async (kind) => {
    const v = verifier()
    const key = (await v.keys.derive(kind, SITE, 0))!
    const text = mint(kind, { epoch: 0, site: SITE, random: RANDOM }, key, '[0]')
    expect(await verify(text, v)).toEqual({ refusal: 'kind' })
    const bytes = decode(text)!
    bytes[0] = 0x12
    expect(await verify(encode(bytes), v)).toEqual({ refusal: 'forged' })
  })
})

describe('the shared key', () => {
  test('is that of nacl.box.before for 300 random keys', async () => {
    const keys = new Keys(MASTER)
    const shared = new SharedKeys(keys)
    const secret = (await keys.derive('beacon', SITE, THIS_WEEK))!
    for (let i = 0; i < 300; i++) {
      const { publicKey } = nacl.box.keyPair()
      expect(await shared.of(SITE, THIS_WEEK, publicKey)).toEqual(nacl.box.before(publicKey, secret))
    }
  })

  test('is kept of what opened, and of nothing else', async () => {
    const v = verifier()
    const [honest, forger] = [nacl.box.keyPair(), nacl.box.keyPair()]
    const keyOf = ({ publicKey }: nacl.BoxKeyPair) => v.shared.of(SITE, THIS_WEEK, publicKey)
    await verify(await seal(v.keys, { pair: honest }), v)
    await verify(await seal(v.keys, { pair: forger, secret: new Uint8Array(32).fill(9) }), v)
    expect(await keyOf(honest)).toBe(await keyOf(honest))
    expect(await keyOf(forger)).not.toBe(await keyOf(forger))
  })

  test('is the same when asked again, and another for another site or week', async () => {
    const { shared } = verifier()
    const { publicKey } = nacl.box.keyPair()
    const first = await shared.of(SITE, THIS_WEEK, publicKey)
    expect(await shared.of(SITE, THIS_WEEK, publicKey)).toEqual(first)
    expect(await shared.of(OTHER, THIS_WEEK, publicKey)).not.toEqual(first)
    expect(await shared.of(SITE, THIS_WEEK + 1, publicKey)).not.toEqual(first)
  })
})

describe('noise', () => {
  const refused = async (text: string) => {
    expect(await verify(text, verifier({ static: true }))).toHaveProperty('refusal')
  }

  test('of any text is refused and never throws', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ maxLength: 300, unit: 'binary' }), refused))
  })

  test('behind a good header is refused and never throws', async () => {
    const head = [0x00, 0x00, 0xca, 0xfe, 0x00, 0x01]
    const bytes = fc.uint8Array({ minLength: 28, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0x11, 0x12, 0x13, 0x14), bytes, (first, tail) =>
        refused(encode(Uint8Array.of(first, ...head, ...tail))),
      ),
    )
  })

  test('of 64 KB is refused', async () => {
    await refused('A'.repeat(65_536))
    await refused(encode(Uint8Array.of(0x12, 0, 0, 0xca, 0xfe, 0, 1, ...new Array<number>(49_000).fill(8))))
  })
})
