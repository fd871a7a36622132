/** Large numbers and their bytes, little endian in words of 64 bits, as X25519 and Poly1305 read them and every browser has them. */

/** The number of 128 bits that begins at a word. */
export const integerAt = (words: BigUint64Array, at: number): bigint => words[at]! | (words[at + 1]! << 64n)

/** The lowest `length` words; what lies above is dropped, which is how Poly1305 wants its last sum. */
export const bufferOf = (number: bigint, length: number) =>
  BigUint64Array.from({ length }, (_, i) => number >> BigInt(64 * i)).buffer
