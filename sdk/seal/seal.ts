/** Seals a text into an envelope of kind 1, synchronously, so that it works while the page is going away. */
import { textOf } from './base64url'
import type { Pair } from './pair'
import { secretbox } from './secretbox'

/** So that a length tells little. */
const PADDING = 32

/** Spends one seq of the pair. */
export function seal(pair: Pair, text: string): string {
  const seq = [++pair.seq >> 8, pair.seq]
  let plain: Uint8Array
  while ((plain = new TextEncoder().encode(text)).length % PADDING) text += ' '
  const nonce = Uint8Array.of(...pair.opening.slice(0, 7), ...new Uint8Array(15), ...seq)
  return textOf(Uint8Array.of(...pair.opening, ...seq, ...secretbox(plain, nonce, pair.box)))
}
