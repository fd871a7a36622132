/**
 * How many distinct elements a HyperLogLog's registers have seen: the improved estimator of O. Ertl, "New cardinality
 * estimation algorithms for HyperLogLog sketches", arXiv:1702.01284 (2017), Algorithm 6, in the paper's own letters.
 * It needs no table of measured corrections and no switch between ranges: one formula from a few elements to billions.
 */

/** α∞ = 1 / (2 ln 2): the bias of the raw estimate, for any number of registers. */
const ALPHA = 1 / (2 * Math.LN2)

/** `registers` hold ranks of 0 (never met) to q + 1, where q is how many bits of an element the rank is read from. */
export function estimate(registers: Uint8Array, q: number): number {
  const m = registers.length
  const count = new Uint32Array(q + 2)
  for (const rank of registers) count[rank]!++
  let z = m * tau(1 - count[q + 1]! / m)
  for (let k = q; k >= 1; k--) z = (z + count[k]!) / 2
  z += m * sigma(count[0]! / m)
  return (ALPHA * m * m) / z
}

/** x + Σ x^(2^k) 2^(k-1): what the registers that met nothing say. Until the sum stands still. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let y = 1
  let z = x
  for (let before = Number.NaN; z !== before; ) {
    before = z
    x *= x
    z += x * y
    y += y
  }
  return z
}

/** (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3: what the registers that are full say. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let y = 1
  let z = 1 - x
  for (let before = Number.NaN; z !== before; ) {
    before = z
    x = Math.sqrt(x)
    y /= 2
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}
