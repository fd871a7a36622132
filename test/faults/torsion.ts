/**
 * The eight points that share an X25519 secret with a given one: it plus each point whose order divides eight. Clamped
 * scalars are multiples of eight, so all of them agree with any key on the same secret, and one envelope has eight faces.
 * Affine arithmetic on Curve25519, v² = u³ + A·u² + u (RFC 7748 §4.1); nothing here is secret or quick.
 */
const P = 2n ** 255n - 19n
const A = 486_662n

type Point = readonly [u: bigint, v: bigint]

const mod = (n: bigint): bigint => ((n % P) + P) % P

function power(base: bigint, exponent: bigint): bigint {
  let [result, factor] = [1n, mod(base)]
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) result = mod(result * factor)
    factor = mod(factor * factor)
  }
  return result
}

const inverse = (n: bigint): bigint => power(n, P - 2n)

/** A square root, where there is one (p ≡ 5 mod 8). */
function root(square: bigint): bigint {
  const candidate = power(square, (P + 3n) / 8n)
  const isOther = mod(candidate * candidate) !== mod(square)
  return isOther ? mod(candidate * power(2n, (P - 1n) / 4n)) : candidate
}

function pointAt(u: bigint): Point {
  const square = mod(u ** 3n + A * u * u + u)
  const v = root(square)
  if (mod(v * v) !== square) throw new Error('this point lies on the twist')
  return [u, v]
}

/** Of two points with different u. */
function sum([u1, v1]: Point, [u2, v2]: Point): bigint {
  const slope = mod((v2 - v1) * inverse(u2 - u1))
  return mod(slope * slope - A - u1 - u2)
}

const numberIn = (bytes: Uint8Array): bigint => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
const bytesOf = (n: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))

/** One of each pair of opposite points of order 2, 4, 8 and 8; the first is its own opposite. */
const LOW = [
  0n,
  1n,
  numberIn(Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')),
  numberIn(Buffer.from('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', 'hex')),
]

/** The point itself first. */
export function siblings(epk: Uint8Array): Uint8Array[] {
  const own = pointAt(numberIn(epk))
  const others = LOW.flatMap((low) => {
    const [u, v] = pointAt(low)
    return v === 0n ? [sum(own, [u, v])] : [sum(own, [u, v]), sum(own, [u, P - v])]
  })
  return [epk, ...others.map(bytesOf)]
}
