import fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../sdk/wire/base64url'
import { boxKey, epochOf, kidOf, mint, open, PADDING, publicKey, read, WEEK, weekOf } from '../../../sdk/wire/envelope'

const KEY = new Uint8Array(32).fill(7)
const RANDOM = Uint8Array.from({ length: 12 }, (_, i) => i + 1)
const EPOCH = epochOf(Date.UTC(2026, 9, 1))

describe('an epoch', () => {
  test('is the week, and the master key in its upper two bits', () => {
    const epoch = epochOf(3000 * WEEK + 5, 2)
    expect(weekOf(epoch)).toBe(3000)
    expect(kidOf(epoch)).toBe(2)
  })

  test('fits sixteen bits', () => {
    expect(epochOf(Date.UTC(2200, 0, 1), 3)).toBeLessThan(65_536)
  })
})

describe('a minted envelope', () => {
  const text = mint('pixel', { epoch: EPOCH, site: 0xfedcba98, random: RANDOM }, KEY, '[0]')

  test('reads back what its header says', () => {
    expect(read(text)).toMatchObject({ kind: 'pixel', epoch: EPOCH, site: 0xfedcba98, random: RANDOM })
  })

  test('opens with its key, padded with spaces', () => {
    expect(open(read(text)!, KEY)).toBe('[0]'.padEnd(PADDING.pixel))
  })

  test('is 35 bytes longer than its padded text', () => {
    expect(decode(text)).toHaveLength(35 + PADDING.pixel)
  })

  test('builds its nonce from the header, so that every clear byte is authenticated', () => {
    const bytes = decode(text)!
    for (let i = 0; i < 19; i++) {
      const changed = Uint8Array.from(bytes)
      changed[i]! ^= 1
      const envelope = read(encode(changed))
      expect(envelope && open(envelope, KEY)).toBeUndefined()
    }
  })

  test('does not open with another key', () => {
    expect(open(read(text)!, new Uint8Array(32))).toBeUndefined()
  })

  test('is no text where its bytes are not UTF-8', () => {
    const envelope = read(text)!
    const box = nacl.secretbox(Uint8Array.of(0xff, 0xfe), envelope.nonce, KEY)
    expect(open({ ...envelope, box }, KEY)).toBeUndefined()
  })

  test.each(['pixel', 'server', 'share'] as const)('of kind %s comes back as that kind', (kind) => {
    expect(read(mint(kind, { epoch: 0, site: 1, random: RANDOM }, KEY, '[]'))?.kind).toBe(kind)
  })
})

describe('read', () => {
  const beacon = (change: (bytes: Uint8Array) => void) => {
    const bytes = new Uint8Array(57)
    bytes[0] = 0x11
    bytes[6] = 1
    bytes[7] = 9
    change(bytes)
    return read(encode(bytes))
  }
  const point = (first: number, middle: number, last: number) => (bytes: Uint8Array) =>
    bytes.fill(middle, 7, 39).set([first], 7) ?? bytes.set([last], 38)

  test('takes the shortest beacon', () => {
    expect(beacon(() => {})).toMatchObject({ kind: 'beacon', site: 1, seq: 0 })
  })

  test('puts header and seq into the nonce', () => {
    const envelope = beacon((bytes) => bytes.set([1, 2], 39))
    expect(envelope).toMatchObject({ seq: 258 })
    expect([...envelope!.nonce]).toEqual([0x11, 0, 0, 0, 0, 0, 1, ...new Array(15).fill(0), 1, 2])
  })

  test.each([
    ['version 0', (bytes: Uint8Array) => bytes.set([0x01])],
    ['version 2', (bytes: Uint8Array) => bytes.set([0x21])],
    ['kind 0', (bytes: Uint8Array) => bytes.set([0x10])],
    ['kind 5', (bytes: Uint8Array) => bytes.set([0x15])],
    ['site 0', (bytes: Uint8Array) => bytes.set([0], 6)],
    ['a point with bit 255', (bytes: Uint8Array) => bytes.set([0x80], 38)],
    ['the point 2^255 - 19', point(0xed, 0xff, 0x7f)],
    ['the point 2^255 - 1', point(0xff, 0xff, 0x7f)],
    ['the point 2^256 - 1', point(0xff, 0xff, 0xff)],
  ])('refuses %s', (_, change) => {
    expect(beacon((bytes) => void change(bytes))).toBeUndefined()
  })

  test('takes the largest canonical point, 2^255 - 20', () => {
    expect(beacon((bytes) => void point(0xec, 0xff, 0x7f)(bytes))).toBeDefined()
  })

  test.each([
    ['nothing', 0],
    ['a header', 7],
    ['a beacon less one byte', 56],
  ])('refuses %s', (_, length) => {
    const bytes = new Uint8Array(57)
    bytes.set([0x11, 0, 0, 0, 0, 0, 1])
    expect(read(encode(bytes.subarray(0, length)))).toBeUndefined()
  })

  test('never throws at noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0x11, 0x12, 0x13, 0x14), (bytes, first) => {
        if (bytes.length) bytes[0] = first
        const envelope = read(encode(bytes))
        if (envelope) expect(open(envelope, KEY)).toBeUndefined()
      }),
    )
  })
})

describe('a box key', () => {
  test('is that of nacl.box.before', () => {
    const [mine, theirs] = [nacl.box.keyPair(), nacl.box.keyPair()]
    const key = boxKey(nacl.scalarMult(mine.secretKey, theirs.publicKey))
    expect(key).toEqual(nacl.box.before(theirs.publicKey, mine.secretKey))
  })

  test('does not come from the all-zero point', () => {
    expect(boxKey(new Uint8Array(32))).toBeUndefined()
  })

  test("'s public half is that of nacl", () => {
    const pair = nacl.box.keyPair()
    expect(publicKey(pair.secretKey)).toEqual(pair.publicKey)
  })
})
