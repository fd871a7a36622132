import nacl from 'tweetnacl'
import { expect, test } from 'vitest'
import { poly1305 } from '../../../sdk/seal/poly1305'
import { lowlevel } from './lowlevel'

const words = (bytes: Uint8Array) => new BigUint64Array(Uint8Array.from(bytes).buffer)

function expected(text: Uint8Array, key: Uint8Array): Uint8Array {
  const tag = new Uint8Array(16)
  lowlevel.crypto_onetimeauth(tag, 0, text, 0, text.length, key)
  return tag
}

test.each([
  ['zeros', 0],
  ['ones', 0xff],
  ['chance', undefined],
])('Poly1305 of whole blocks of %s is what tweetnacl makes', (_, byte) => {
  for (let blocks = 0; blocks <= 40; blocks++) {
    const filled = (length: number) =>
      byte === undefined ? nacl.randomBytes(length) : new Uint8Array(length).fill(byte)
    const [text, key] = [filled(16 * blocks), filled(32)]
    expect(new Uint8Array(poly1305(words(text), words(key)))).toEqual(expected(text, key))
  }
})
