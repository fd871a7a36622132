/** NaCl's secretbox, XSalsa20-Poly1305: tag, then text, byte for byte as tweetnacl makes it. */
import { poly1305 } from './poly1305'
import { salsa } from './salsa20'

/** The stream's first bytes are Poly1305's one-time key. */
const ONE_TIME = 32

/** `nonce` fills its buffer, 24 bytes; `key` has eight words. */
export function secretbox(plain: Uint8Array, nonce: Uint8Array<ArrayBuffer>, key: Uint32Array): number[] {
  const words = new Uint32Array(nonce.buffer)
  const stream: number[] = []
  for (let block = 0; stream.length * 4 < ONE_TIME + plain.length; block++) {
    stream.push(...salsa(salsa(key, words.slice(0, 4)), [...words.slice(4), block, 0], true))
  }
  const bytes = new Uint8Array(Uint32Array.from(stream).buffer)
  const text = plain.map((byte, i) => byte ^ bytes[ONE_TIME + i]!)
  return [...poly1305(text, bytes), ...text]
}
