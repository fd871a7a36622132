/**
 * The interval of an arm's ratio to its control, less 1, by E. Fieller (1954): all ratios R for which B - R A is within c
 * standard errors of 0. It leaves out 0 where the test of the difference rejects, and only there.
 *
 *      (A² - c² v_A) R² - 2 A B R + (B² - c² v_B) ≤ 0
 */
import type { Mean } from './difference'

/** Undefined where the control itself may be 0: then any ratio is possible. */
export function fieller(control: Mean, arm: Mean, c: number): [low: number, high: number] | undefined {
  const [A, B] = [control.mean, arm.mean]
  const square = A ** 2 - c ** 2 * control.variance
  if (square <= 0) return undefined
  const root = Math.sqrt(Math.max((A * B) ** 2 - square * (B ** 2 - c ** 2 * arm.variance), 0))
  return [(A * B - root) / square - 1, (A * B + root) / square - 1]
}
