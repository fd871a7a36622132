/**
 * What is true of the shop's front page and nobody is told: of a country's visitors, how many buy by which option they see.
 * Each country has a best one, and no option is the best everywhere.
 */
import { EXPERIMENT } from '../../sdk/cli/demo'

/** By country, in the order of the options. */
const TRUTH: Readonly<Record<string, readonly number[]>> = {
  US: [0.06, 0.17, 0.08],
  DE: [0.18, 0.07, 0.09],
  GB: [0.08, 0.06, 0.17],
  SE: [0.19, 0.08, 0.07],
  IN: [0.06, 0.07, 0.17],
  FR: [0.07, 0.08, 0.17],
  BR: [0.17, 0.06, 0.08],
  JP: [0.05, 0.18, 0.08],
}

export const truthOf = (country: string): readonly number[] => TRUTH[country] ?? EXPERIMENT.options.map(() => 0)

export const buysBy = (country: string, option: string): number =>
  truthOf(country)[EXPERIMENT.options.indexOf(option)] ?? 0

/** The one that most buy by. */
export function bestOf(shares: readonly number[]): string {
  return EXPERIMENT.options[shares.indexOf(Math.max(...shares))] ?? ''
}
