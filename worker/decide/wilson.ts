/** The interval of a rate, which keeps its promise for few and for none too (E. Wilson, 1927). */
export function wilson(x: number, n: number, z: number): [low: number, high: number] {
  if (n === 0) return [0, 1]
  // A reward may be known whose decision is not, or not yet.
  const rate = Math.min(x / n, 1)
  const middle = rate + z ** 2 / (2 * n)
  const half = z * Math.sqrt((rate * (1 - rate)) / n + z ** 2 / (4 * n ** 2))
  const whole = 1 + z ** 2 / n
  return [Math.max((middle - half) / whole, 0), Math.min((middle + half) / whole, 1)]
}
