/** Seals a text into an envelope of kind 1, synchronously, so that it works while the page is going away. */
import { textOf } from './base64url'
import type { Pair } from './pair'
import { secretbox } from './secretbox'

/** So that a length tells little. */
const PADDING = 32

/** Spends one seq of the pair. */
export function seal(pair: Pair, text: string): string {
  const seq = [++pair.seq >> 8, pair.seq & 255]
  const plain = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.ceil(plain.length / PADDING) * PADDING).fill(32)
  padded.set(plain)
  const nonce = new Uint8Array(24)
  nonce.set(pair.opening.slice(0, 7))
  nonce.set(seq, 22)
  return textOf([...pair.opening, ...seq, ...secretbox(padded, nonce, pair.box)])
}
