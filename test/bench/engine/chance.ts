/** Chance that is the same in every run: a small generator of numbers, and draws from few that are popular and many that are not. */

/** A number in [0, 1). */
export type Chance = () => number
/** An index below a count. */
export type Draw = () => number

/** Mulberry32: 32 bits of state, even enough for traffic. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The i-th of `count` comes 1/(i + 1) as often as the first. */
export function zipf(chance: Chance, count: number): Draw {
  const sums: number[] = []
  let sum = 0
  for (let i = 0; i < count; i++) sums.push((sum += 1 / (i + 1)))
  return () => {
    const wanted = chance() * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Milliseconds until what comes by chance comes next, whole. */
export const gap = (chance: Chance, mean: number): number => Math.ceil(-Math.log(1 - chance()) * mean)
