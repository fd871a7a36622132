/** Poly1305 (RFC 8439 §2.5) in BigInt: a few hundred bytes of text are a few dozen multiplications. */
import { bufferOf, integerAt } from './integer'

const CLAMP = 0xffffffc0ffffffc0ffffffc0fffffffn

/** The 16-byte tag of whole blocks of 16 bytes, under a one-time key: the first four words of `key`. */
export const poly1305 = (text: BigUint64Array, key: BigUint64Array): ArrayBuffer => {
  let sum = 0n
  for (let at = 0; at < text.length; at += 2) {
    const block = integerAt(text, at) + 2n ** 128n
    sum = ((sum + block) * (integerAt(key, 0) & CLAMP)) % (2n ** 130n - 5n)
  }
  return bufferOf(sum + integerAt(key, 2), 2)
}
