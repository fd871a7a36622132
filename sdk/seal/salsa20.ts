/**
 * Salsa20 and HSalsa20 (D. J. Bernstein, "Extending the Salsa20 nonce"), on little-endian words as every browser has them.
 * The state is a square; its odd rounds are the even ones seen from the side, so one index does both.
 */
export const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer)

const SIGMA = wordsOf(new TextEncoder().encode('expand 32-byte k'))
const ROTATIONS = [7, 9, 13, 18]

function scramble(state: Uint32Array): Uint32Array {
  const x = state.slice()
  // Twenty rounds of four lines of four steps.
  for (let step = 0; step < 320; step++) {
    const line = (step >> 2) & 3
    const at = (j: number) => {
      const turned = (line + step + j) & 3
      return step & 16 ? 4 * line + turned : 4 * turned + line
    }
    const sum = x[at(0)]! + x[at(3)]!
    const rotation = ROTATIONS[step & 3]!
    x[at(1)]! ^= (sum << rotation) | (sum >>> (32 - rotation))
  }
  return x
}

const stateOf = (key: Uint32Array, input: Iterable<number>): Uint32Array =>
  Uint32Array.of(SIGMA[0]!, ...key.slice(0, 4), SIGMA[1]!, ...input, SIGMA[2]!, ...key.slice(4), SIGMA[3]!)

/** A key of eight words from a key of eight words and four words of input. */
export function hsalsa20(key: Uint32Array, input: Iterable<number>): Uint32Array {
  const x = scramble(stateOf(key, input))
  return Uint32Array.of(x[0]!, x[5]!, x[10]!, x[15]!, ...x.slice(6, 10))
}

/** At least `length` bytes of key stream for a nonce of two words. */
export function salsa20(key: Uint32Array, nonce: Uint32Array, length: number): Uint8Array {
  const stream: number[] = []
  for (let block = 0; stream.length * 4 < length; block++) {
    const state = stateOf(key, [...nonce, block, 0])
    stream.push(...scramble(state).map((word, i) => word + state[i]!))
  }
  return new Uint8Array(Uint32Array.from(stream).buffer)
}
