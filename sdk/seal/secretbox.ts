/** NaCl's secretbox, XSalsa20-Poly1305: tag, then text, byte for byte as tweetnacl makes it. */
import { poly1305 } from './poly1305'
import { hsalsa20, salsa20, wordsOf } from './salsa20'

/** The stream's first bytes are Poly1305's one-time key. */
const ONE_TIME = 32

/** `nonce` has 24 bytes, `key` eight words. */
export function secretbox(plain: Uint8Array, nonce: Uint8Array, key: Uint32Array): number[] {
  const words = wordsOf(nonce)
  const stream = salsa20(hsalsa20(key, words.slice(0, 4)), words.slice(4), ONE_TIME + plain.length)
  const text = plain.map((byte, i) => byte ^ stream[ONE_TIME + i]!)
  return [...poly1305(text, stream), ...text]
}

/** crypto_box's key from the eight words of an X25519 shared point. */
export const boxKey = (point: Uint32Array): Uint32Array => hsalsa20(point, [0, 0, 0, 0])
