/** Seals a text into an envelope of kind 1, synchronously, so that it works while the page is going away. */
import { textOf } from './base64url'
import type { Pair } from './pair'
import { secretbox } from './secretbox'

/** So that a length tells little. */
const PADDING = 32
/** Of the header, which the nonce begins with. */
const HEADER = 7

/** Spends one seq of the pair, which has 255: their upper byte is always 0. */
export function seal(pair: Pair, text: string): string {
  let plain: Uint8Array
  while ((plain = new TextEncoder().encode(text)).length % PADDING) text += ' '
  const seq = ++pair.seq
  const nonce = Uint8Array.of(...pair.opening.slice(0, HEADER), ...new Uint8Array(16), seq)
  return textOf([...pair.opening, 0, seq, ...secretbox(plain, nonce, pair.boxKey)])
}
