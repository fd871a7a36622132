import nacl from 'tweetnacl'
import { expect, test } from 'vitest'
import { secretbox } from '../../../sdk/seal/secretbox'


test.each(Array.from({ length: 200 }, (_, length) => [length]))('seals %d bytes as tweetnacl does', (length) => {
  const [plain, nonce, key] = [nacl.randomBytes(length), nacl.randomBytes(24), nacl.randomBytes(32)]
  expect(Uint8Array.from(secretbox(plain, nonce, new Uint32Array(key.buffer)))).toEqual(nacl.secretbox(plain, nonce, key))
})
