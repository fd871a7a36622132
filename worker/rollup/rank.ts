/**
 * Which of a path's dimensions matter: HailWhale's importance. A total matters where it is a good part of the whole and
 * its own children do not explain it; a ratio where it departs from the overall one, over enough to judge by.
 * Plain numbers in, plain numbers out: it knows neither cells nor time.
 */
import type { Path } from '../../sdk/wire/event'
import { keyOf } from './dimension'

/** A tenth: of the whole for a total, of the overall ratio for a ratio. */
export const THRESHOLD = 0.1
/** A total this small is chance. */
const LEAST_TOTAL = 10
/** And so is a ratio over so few. */
const LEAST_COUNT = 5

export interface Scalar {
  path: Path
  total: number
}

export interface Ratio {
  path: Path
  top: number
  bottom: number
}

export interface Ranked {
  dimension: Path
  /** The total, or the ratio. */
  score: number
  important: boolean
  /** Of a total, what the whole is without it; of a ratio, what it adds to the sum above, compared with the overall one. */
  effect: number
  /** Of a total, the same; of a ratio, how far it is from the overall one, as a part of that. */
  difference: number
  /** The total, or the ratio's numerator and denominator. */
  value: number
  count: number
}

/** The paths may lie at any depth below the whole, which may be among them. */
export function rankTotals(whole: number, subs: readonly Scalar[], threshold = THRESHOLD): Ranked[] {
  // A tenth of 110 is 11, while 110 × 0.1 is a little more.
  const least = whole / (1 / threshold)
  const explained = totalsBelow(subs)
  return subs.map(({ path, total }) => {
    const isLarge = total > LEAST_TOTAL && total > least
    // Where its children make up nearly all of it, they are what matters.
    const isOwn = total - (explained.get(keyOf(path)) ?? 0) >= least
    const difference = whole - total
    return {
      dimension: path,
      score: total,
      important: isLarge && isOwn,
      effect: difference,
      difference,
      value: total,
      count: total,
    }
  })
}

export function rankRatios(whole: Omit<Ratio, 'path'>, subs: readonly Ratio[], threshold = THRESHOLD): Ranked[] {
  const overall = ratioOf(whole)
  return subs.map(({ path, top, bottom }) => {
    const score = ratioOf({ top, bottom })
    const difference = departure({ top, bottom }, whole)
    return {
      dimension: path,
      score,
      important: bottom > LEAST_COUNT && Math.abs(difference) > threshold,
      effect: difference * bottom * overall,
      difference,
      value: top,
      count: bottom,
    }
  })
}

export const ratioOf = ({ top, bottom }: Omit<Ratio, 'path'>): number => (bottom === 0 ? 0 : top / bottom)

/** (ratio − overall) / overall, by products, so that of whole numbers a tenth is a tenth. Nothing is a part of 0. */
function departure({ top, bottom }: Omit<Ratio, 'path'>, whole: Omit<Ratio, 'path'>): number {
  if (ratioOf(whole) === 0) return 0
  const expected = bottom * whole.top
  return bottom === 0 ? -1 : (top * whole.bottom - expected) / expected
}

/** What the direct children of each path sum to, by its key. */
function totalsBelow(subs: readonly Scalar[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { path, total } of subs) {
    if (path.length === 0) continue
    const parent = keyOf(path.slice(0, -1))
    sums.set(parent, (sums.get(parent) ?? 0) + total)
  }
  return sums
}
