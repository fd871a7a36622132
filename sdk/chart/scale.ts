/** A straight way from values to pixels, and round values to mark on it. */
import { tickIncrement, ticks } from 'd3-array'

export type Scale = (value: number) => number

export const scale =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale =>
  (value) =>
    to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start)

/** Below this, doubles have too few digits left to be divided into steps; on paper it is 0. */
const LEAST_SPAN = 1e-290

/** From 0, or from the least where that is negative, to round numbers around all values; never empty. */
export function niceDomain(values: readonly number[], count: number): [least: number, most: number] {
  let [least, most] = [0, 0]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  if (most - least < LEAST_SPAN) return [0, 1]
  // A negative increment is d3's spelling of one below 1, kept whole for exactness.
  const increment = tickIncrement(least, most, count)
  if (!increment || !Number.isFinite(increment)) return [least, most]
  const round = (value: number, to: (quotient: number) => number) =>
    increment > 0 ? to(value / increment) * increment : to(value * -increment) / -increment
  return [round(least, Math.floor), round(most, Math.ceil)]
}

/** Where only whole things are counted, there is no mark at one and a half. */
export function valueTicks(domain: readonly [number, number], count: number, values: readonly number[]): number[] {
  const marks = ticks(domain[0], domain[1], count)
  return values.every(Number.isInteger) ? marks.filter(Number.isInteger) : marks
}
