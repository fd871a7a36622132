/**
 * Salsa20 and HSalsa20 (D. J. Bernstein, "Extending the Salsa20 nonce"), on little-endian words as every browser has them.
 * The state is a square; its odd rounds are the even ones seen from the side, so one index does both.
 */
export const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer)

const SIGMA = wordsOf(new TextEncoder().encode('expand 32-byte k'))
const ROTATIONS = [7, 9, 13, 18]
/** Where HSalsa20 reads its result. */
const RESULT = [0, 5, 10, 15, 6, 7, 8, 9]

const stateOf = (key: Uint32Array, input: ArrayLike<number>): Uint32Array => {
  const state = new Uint32Array(16)
  for (let i = 0; i < 4; i++) {
    state[5 * i] = SIGMA[i]!
    state[1 + i] = key[i]!
    state[6 + i] = input[i]!
    state[11 + i] = key[4 + i]!
  }
  return state
}

function scramble(state: Uint32Array): Uint32Array {
  const x = state.slice()
  for (let step = 0; step < 320; step++) {
    const line = (step >> 2) & 3
    const at = (j: number) => ((line + step + j) & 3) * (step & 16 ? 1 : 4) + line * (step & 16 ? 4 : 1)
    const sum = x[at(0)]! + x[at(3)]!
    const rotation = ROTATIONS[step & 3]!
    x[at(1)]! ^= (sum << rotation) | (sum >>> (32 - rotation))
  }
  return x
}

/** A key of eight words from a key of eight words and four words of input. */
export function hsalsa20(key: Uint32Array, input: Uint32Array): Uint32Array {
  const x = scramble(stateOf(key, input))
  return Uint32Array.from(RESULT, (i) => x[i]!)
}

/** `blocks` × 64 bytes of key stream for a nonce of two words. */
export function salsa20(key: Uint32Array, nonce: Uint32Array, blocks: number): Uint8Array {
  const stream = new Uint32Array(16 * blocks)
  for (let block = 0; block < blocks; block++) {
    const state = stateOf(key, [nonce[0]!, nonce[1]!, block, 0])
    scramble(state).forEach((word, i) => {
      stream[16 * block + i] = word + state[i]!
    })
  }
  return new Uint8Array(stream.buffer)
}
