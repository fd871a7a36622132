/**
 * A gauge: a value that is measured, not added up. The last by event time stands, whatever the order of arrival; of two
 * at the same moment the one that arrived later, then the greater, so that every order of merging says the same.
 * Least, greatest and mean stand beside it.
 */
import { type Sum, plus } from './sum'

export interface Gauge extends Sum {
  count: number
  least: number
  greatest: number
  last: number
  /** When the last was measured and when it arrived, unix milliseconds. */
  at: number
  arrived: number
}

export const gaugeOf = (value: number, at: number, arrived: number): Gauge => ({
  count: 1,
  sum: value,
  carry: 0,
  least: value,
  greatest: value,
  last: value,
  at,
  arrived,
})

export function mergeGauge(into: Gauge, from: Gauge): void {
  into.count += from.count
  plus(into, from.sum, from.carry)
  if (from.least < into.least) into.least = from.least
  if (from.greatest > into.greatest) into.greatest = from.greatest
  if (!isLater(from, into)) return
  into.last = from.last
  into.at = from.at
  into.arrived = from.arrived
}

const isLater = (a: Gauge, b: Gauge): boolean => (a.at - b.at || a.arrived - b.arrived || a.last - b.last) > 0

/** As numbers in a row, and back. */
export const toNumbers = ({ count, sum, carry, least, greatest, last, at, arrived }: Gauge): number[] => [
  count,
  sum,
  carry,
  least,
  greatest,
  last,
  at,
  arrived,
]

export function fromNumbers(numbers: readonly number[]): Gauge {
  const [count = 0, sum = 0, carry = 0, least = 0, greatest = 0, last = 0, at = 0, arrived = 0] = numbers
  return { count, sum, carry, least, greatest, last, at, arrived }
}
