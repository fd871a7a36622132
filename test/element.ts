/** Elements of a sketch by the thousand million: evenly spread, and the same for the same seed. Of tests and bench. */

/** 40 bits from two words of sfc32 (C. Doty-Humphrey, PractRand): small, fast, and fair in every bit. */
export function elementsFrom(seed: number): () => number {
  let [a, b, c, count] = [0x9e3779b9, 0x243f6a88, seed | 0, 1]
  const word = () => {
    const out = (a + b + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + out) | 0
    return out >>> 0
  }
  for (let i = 0; i < 16; i++) word()
  return () => (word() >>> 24) * 2 ** 32 + word()
}
