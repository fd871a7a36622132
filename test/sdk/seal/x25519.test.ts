import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { bufferOf, integerAt } from '../../../sdk/seal/integer'
import { x25519 as multiply } from '../../../sdk/seal/x25519'

const P = 2n ** 255n - 19n
const words = (bytes: Uint8Array) => new BigUint64Array(Uint8Array.from(bytes).buffer)
const bytesOf = (number: bigint) => new Uint8Array(bufferOf(number, 4))
const number = (bytes: Uint8Array) => integerAt(words(bytes), 0) | (integerAt(words(bytes), 2) << 128n)
/** Of bytes, as RFC 7748 has it: the point’s uppermost bit is not looked at. */
const x25519 = (secret: Uint8Array, point: Uint8Array) =>
  new Uint8Array(multiply(words(secret), number(point) & (2n ** 255n - 1n)))
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

describe('X25519', () => {
  // RFC 7748 §5.2 and §6.1
  test.each([
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ])('gives the vectors of RFC 7748: %s', (secret, point, result) => {
    expect(x25519(hex(secret), hex(point))).toEqual(hex(result))
  })

  test('gives the value of RFC 7748 §5.2 after a thousand rounds', () => {
    let k: Uint8Array = Uint8Array.of(9, ...new Uint8Array(31))
    let u = k
    for (let i = 0; i < 1000; i++) [k, u] = [x25519(k, u), k]
    expect(k).toEqual(hex('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51'))
  })

  test('is what tweetnacl gives, 300 random times', () => {
    for (let i = 0; i < 300; i++) {
      const [secret, point] = [nacl.randomBytes(32), nacl.randomBytes(32)]
      expect(x25519(secret, point)).toEqual(nacl.scalarMult(secret, point))
    }
  })

  test.each([
    ['2^255 - 20', P - 1n],
    ['2^255 - 17', P + 2n],
    ['2^255 - 1', 2n ** 255n - 1n],
    ['2^256 - 1', 2n ** 256n - 1n],
    ['2', 2n],
    ['9', 9n],
  ])('takes u = %s as tweetnacl does, or refuses what is all zero there', (_, u) => {
    const secrets = [new Uint8Array(32).fill(0xff), new Uint8Array(32), nacl.randomBytes(32)]
    for (const secret of secrets) {
      const expected = nacl.scalarMult(secret, bytesOf(u))
      if (expected.every((byte) => byte === 0)) expect(() => x25519(secret, bytesOf(u))).toThrow()
      else expect(x25519(secret, bytesOf(u))).toEqual(expected)
    }
  })

  test.each([
    ['0', 0n],
    ['1', 1n],
    ['p - 1', P - 1n],
    ['p', P],
    ['p + 1', P + 1n],
    ['of order 8', 325606250916557431795983626356110631294008115727848805560023387167927233504n],
    ['of order 8, the other', 39382357235489614581723060781553021112529911719440698176882885853963445705823n],
  ])('refuses the low-order u = %s, whose secret everybody knows', (_, u) => {
    expect(nacl.scalarMult(new Uint8Array(32).fill(7), bytesOf(u)).every((byte) => byte === 0)).toBe(true)
    expect(() => x25519(new Uint8Array(32).fill(7), bytesOf(u))).toThrow()
  })
})
