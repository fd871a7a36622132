/**
 * A sum that carries what rounding took from it (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
 * endlicher Summen", 1974), so that floats come out the same to 1e-12 however they were split and ordered;
 * whole numbers are exact to 2^53.
 */
export interface Sum {
  sum: number
  carry: number
}

/** What is lost when a value is added to a sum and their total is rounded. */
export const lost = (sum: number, value: number, total: number): number =>
  Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum

export function plus(into: Sum, value: number, carry = 0): void {
  const total = into.sum + value
  into.carry += lost(into.sum, value, total) + carry
  into.sum = total
}
