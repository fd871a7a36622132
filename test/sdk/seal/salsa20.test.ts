import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { salsa } from '../../../sdk/seal/salsa20'
import { lowlevel } from './lowlevel'

const words = (bytes: Uint8Array) => [...new Uint32Array(Uint8Array.from(bytes).buffer)]
const bytes = (numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer)
const SIGMA = new TextEncoder().encode('expand 32-byte k')
const filled = (length: number, byte?: number) =>
  byte === undefined ? nacl.randomBytes(length) : new Uint8Array(length).fill(byte)

describe.each([
  ['zeros', 0],
  ['ones', 0xff],
  ['chance', undefined],
])('with key and input of %s', (_, byte) => {
  test('HSalsa20 is what tweetnacl makes', () => {
    for (let round = 0; round < 50; round++) {
      const [key, input, out] = [filled(32, byte), filled(16, byte), new Uint8Array(32)]
      lowlevel.crypto_core_hsalsa20(out, input, key, SIGMA)
      expect(bytes(salsa(words(key), words(input)))).toEqual(out)
    }
  })

  test('Salsa20’s blocks are what tweetnacl makes', () => {
    for (let round = 0; round < 50; round++) {
      const [key, nonce, out] = [filled(32, byte), filled(8, byte), new Uint8Array(64 * 5)]
      lowlevel.crypto_stream_salsa20(out, 0, out.length, nonce, key)
      const blocks = [0, 1, 2, 3, 4].flatMap((block) => salsa(words(key), [...words(nonce), block, 0], true))
      expect(bytes(blocks)).toEqual(out)
    }
  })
})
