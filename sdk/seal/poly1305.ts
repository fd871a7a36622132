/** Poly1305 (RFC 8439 §2.5) in BigInt: a few hundred bytes of text are a few dozen multiplications. */
import { bytesOf, integer } from './integer'

const P = 2n ** 130n - 5n
const CLAMP = 0xffffffc0ffffffc0ffffffc0fffffffn

/** The 16-byte tag under a one-time key, the first 32 bytes of `key`. */
export function poly1305(bytes: Uint8Array, key: Uint8Array) {
  let sum = 0n
  for (let at = 0; at < bytes.length; at += 16) {
    const block = integer([...bytes.slice(at, at + 16), 1])
    sum = ((sum + block) * (integer(key.slice(0, 16)) & CLAMP)) % P
  }
  return bytesOf(sum + integer(key.slice(16, 32)), 16)
}
