/**
 * How far arms, or contexts, truly differ, by empirical Bayes: what of their scatter chance does not explain, as a squared
 * coefficient of variation (the moment estimate of R. DerSimonian and N. Laird, 1986), held to a prior guess while there
 * is little to see.
 */

/** A number that was expected to be 1, and how far chance alone throws it: an observed over expected reward. */
export interface Cell {
  relative: number
  variance: number
}

/** Squared, and never below 0. */
export function excess(cells: readonly Cell[], df: number): number {
  const precision = cells.reduce((sum, { variance }) => sum + 1 / variance, 0)
  const chi2 = cells.reduce((sum, { relative, variance }) => sum + (relative - 1) ** 2 / variance, 0)
  return precision > 0 ? Math.max(0, (chi2 - df) / precision) : 0
}

/** A guess that counts as so many cells. */
export interface Guess {
  cv: number
  cells: number
}

/** Arms at the root; they rarely differ by more than their own size. */
const ARMS: Guess = { cv: 0.6, cells: 4 }
const MOST_BETWEEN_ARMS = 1
/** A dimension's values, and what is believed of it at the least and at the most. */
const VALUES: Guess = { cv: 0.1, cells: 3 }
const [LEAST_CV, MOST_CV] = [0.03, 0.6]

const blended = (found: number, df: number, { cv, cells }: Guess) => (df * found + cells * cv ** 2) / (df + cells)

/** Between arms, squared. */
export const betweenArms = (cells: readonly Cell[], arms: number): number =>
  blended(Math.min(MOST_BETWEEN_ARMS, excess(cells, cells.length - 1)), arms - 1, ARMS)

/** Of one dimension: cells by value, arm by arm. A coefficient of variation, not squared. */
export function betweenContexts(values: readonly (readonly Cell[])[]): number {
  const df = values.reduce((sum, cells) => sum + Math.max(cells.length - 1, 0), 0)
  const squared = blended(excess(values.flat(), df), df, VALUES)
  return Math.min(Math.max(Math.sqrt(squared), LEAST_CV), MOST_CV)
}
