/**
 * X25519 (RFC 7748 §5) in BigInt: small and synchronous, for pages without native X25519 and for the moment of leaving.
 * Not constant time. Its secrets live as long as one page, and whoever can time them can read the page itself.
 */
import { bufferOf, integerAt } from './integer'

const P = 2n ** 255n - 19n
const A24 = 121665n

/** `u` is a canonical point. Throws on the all-zero result of a low-order one: such a box would open for everyone. */
export const x25519 = (secret: BigUint64Array, u: bigint): ArrayBuffer => {
  const number = integerAt(secret, 0) | (integerAt(secret, 2) << 128n)
  const scalar = (number & (2n ** 254n - 8n)) | (2n ** 254n)
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n]
  for (let bit = 255n; bit--; ) {
    if ((scalar >> bit) & 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2]
    const sum = x2 + z2
    const difference = x2 - z2
    const one = ((x3 - z3) * sum) % P
    const other = ((x3 + z3) * difference) % P
    const square = (sum * sum) % P
    const gap = square - ((difference * difference) % P)
    x3 = (one + other) ** 2n % P
    z3 = (u * (one - other) ** 2n) % P
    x2 = (square * (square - gap)) % P
    z2 = (gap * (square + A24 * gap)) % P
    if ((scalar >> bit) & 1n) [x2, z2, x3, z3] = [x3, z3, x2, z2]
  }
  // x2 / z2, the inverse by Fermat: z2^(P-2).
  for (let power = P - 2n; power; power >>= 1n) {
    if (power & 1n) x2 = (x2 * z2) % P
    z2 = (z2 * z2) % P
  }
  x2 = (x2 + P) % P
  // Dividing by it is what throws.
  return bufferOf(x2 + 0n / x2, 4)
}
