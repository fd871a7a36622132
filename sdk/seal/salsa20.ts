/**
 * Salsa20 and HSalsa20 (D. J. Bernstein, "Extending the Salsa20 nonce"), on little-endian words as every browser has them.
 * The state is a square of four by four, stirred by columns and by rows in turn.
 */

/** 20 rounds of 4 lines of 4 steps. */
const STEPS = 320

/**
 * From eight words of key and four of input: HSalsa20's eight words, or with `isStream` Salsa20's sixteen.
 * They begin alike, but one reads only what the rounds have made and the other adds what they began with.
 */
export const salsa = (key: number[], input: number[], isStream?: boolean): number[] => {
  // "expand 32-byte k" stands between key and input.
  const state = [0x61707865, ...key.slice(0, 4), 0x3320646e, ...input, 0x79622d32, ...key.slice(4), 0x6b206574]
  const x = Uint32Array.from(state)
  for (let step = 0; step < STEPS; step++) {
    const line = (step >> 2) & 3
    const at = (place: number) => {
      place = (line + step + place) & 3
      return step & 16 ? 4 * line + place : 4 * place + line
    }
    const sum = x[at(0)]! + x[at(3)]!
    const rotation = [7, 9, 13, 18][step & 3]!
    x[at(1)]! ^= (sum << rotation) | (sum >>> (32 - rotation))
  }
  return isStream ? state.map((word, i) => word + x[i]!) : [0, 5, 10, 15, 6, 7, 8, 9].map((i) => x[i]!)
}
