import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { secretbox } from '../../../sdk/seal/secretbox'

const sealed = (plain: Uint8Array, nonce: Uint8Array, key: Uint8Array) =>
  Uint8Array.from(secretbox(plain, new Uint8Array(nonce), new Uint32Array(new Uint8Array(key).buffer)))

describe('a secretbox', () => {
  test('of every length up to 200 is what tweetnacl makes', () => {
    for (let length = 0; length <= 200; length++) {
      const [plain, nonce, key] = [nacl.randomBytes(length), nacl.randomBytes(24), nacl.randomBytes(32)]
      expect(sealed(plain, nonce, key)).toEqual(nacl.secretbox(plain, nonce, key))
    }
  })

  test.each([
    ['zeros', 0],
    ['ones', 0xff],
  ])('with key, nonce and text all %s is what tweetnacl makes, for every length up to 199', (_, byte) => {
    const nonce = new Uint8Array(24).fill(byte)
    const key = new Uint8Array(32).fill(byte)
    for (let length = 0; length < 200; length++) {
      const plain = new Uint8Array(length).fill(byte)
      expect(sealed(plain, nonce, key)).toEqual(nacl.secretbox(plain, nonce, key))
    }
  })

  test('of sixty kilobytes is what tweetnacl makes', () => {
    const [plain, nonce, key] = [nacl.randomBytes(60_000), nacl.randomBytes(24), nacl.randomBytes(32)]
    expect(sealed(plain, nonce, key)).toEqual(nacl.secretbox(plain, nonce, key))
  })
})
