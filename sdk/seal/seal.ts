/** Seals a text into an envelope of kind 1, synchronously, so that it works while the page is going away. */
import { type Pair, pair, pairNow } from './pair'
import { poly1305 } from './poly1305'
import { salsa } from './salsa20'

/** So that a length tells little. */
const PADDING = 32
/** A pair seals no more envelopes than this: the upper byte of a seq is always 0. */
const MOST_SEQS = 150
/** The stream's first words are Poly1305's one-time key. */
const ONE_TIME = 8

/** Takes the page load's pair, and makes one at once where there is none. */
export const seal = (text: string): string => {
  if (!pair || pair.seq === MOST_SEQS) pairNow()
  const { opening, streamKey } = pair as Pair // Made above.
  const seq = ++(pair as Pair).seq
  let plain: Uint8Array<ArrayBuffer>
  while ((plain = new TextEncoder().encode(text)).length % PADDING) text += ' '
  // NaCl's secretbox, byte for byte as tweetnacl makes it. A copy fills its buffer.
  const words = new Uint32Array(plain.slice().buffer)
  const stream: number[] = []
  for (let block = 0; stream.length < ONE_TIME + words.length; block++) {
    stream.push(...salsa(streamKey, [0, seq << 24, block, 0], true))
  }
  const { buffer } = words.map((word, i) => word ^ stream[ONE_TIME + i]!)
  const tag = poly1305(new BigUint64Array(buffer), new BigUint64Array(Uint32Array.from(stream).buffer))
  // base64url by the browser's own base64: a third of the bytes that the wire's strict reader takes.
  return btoa(String.fromCharCode(...opening, 0, seq, ...new Uint8Array(tag), ...new Uint8Array(buffer))).replace(
    /\W/g,
    (sign) => (sign === '+' ? '-' : sign === '/' ? '_' : ''),
  )
}
