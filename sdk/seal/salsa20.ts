/**
 * Salsa20 and HSalsa20 (D. J. Bernstein, "Extending the Salsa20 nonce"), on little-endian words as every browser has them.
 * The state is a square of four by four: a row round is a column round of the square laid on its side.
 */
const SIGMA = new Uint32Array(new TextEncoder().encode('expand 32-byte k').buffer)
const ROUNDS = 20

/**
 * From eight words of key and four of input: HSalsa20's eight words, or with `isStream` Salsa20's sixteen.
 * They begin alike, but one reads only what the rounds have made and the other adds what they began with.
 */
export function salsa(key: Uint32Array, input: Iterable<number>, isStream?: boolean): Uint32Array {
  const state = Uint32Array.of(
    SIGMA[0]!,
    ...key.slice(0, 4),
    SIGMA[1]!,
    ...input,
    SIGMA[2]!,
    ...key.slice(4),
    SIGMA[3]!,
  )
  let x = state.slice()
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 16; i++) {
      const at = (j: number) => (5 * (i >> 2) + 4 * (i + j)) & 15
      const sum = x[at(0)]! + x[at(3)]!
      const rotation = [7, 9, 13, 18][i & 3]!
      x[at(1)]! ^= (sum << rotation) | (sum >>> (32 - rotation))
    }
    x = x.map((_, i) => x[((i << 2) | (i >> 2)) & 15]!)
  }
  return isStream
    ? x.map((word, i) => word + state[i]!)
    : Uint32Array.of(x[0]!, x[5]!, x[10]!, x[15]!, ...x.slice(6, 10))
}
