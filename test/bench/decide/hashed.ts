/** The hash: whether it spreads units evenly over arms, and each experiment's over another's as if they were strangers. */
import { chance as chanceOf } from '../../../sdk/wire/chance'
import { chi2Tail } from '../../../worker/decide/gamma'
import { type Case, column, shareOf, sumOf } from './case'

const IDS = 100_000
const ARMS = 10
/** Standard errors beyond which two experiments are taken to depend on each other. */
const DEPENDENT = 2.5

/** How evenly one experiment's ids fall, and how many of them fall to the same half as in the next. */
export function spreadOf(experiment: string, next: string, ids: number): { p: number; z: number } {
  const counts = new Float64Array(ARMS)
  let together = 0
  for (let i = 0; i < ids; i++) {
    const at = chanceOf(experiment, 'variant', `user-${i}`)
    counts[Math.floor(at * ARMS)]! += 1
    if (at < 0.5 === chanceOf(next, 'variant', `user-${i}`) < 0.5) together += 1
  }
  const each = ids / ARMS
  const chi2 = sumOf([...counts].map((count) => (count - each) ** 2 / each))
  return { p: chi2Tail(chi2, ARMS - 1), z: (together - ids / 2) / Math.sqrt(ids / 4) }
}

const spread: Case = {
  runs: 100,
  batch: 5,
  run(_, name) {
    const { p, z } = spreadOf(name, `${name} next`, IDS)
    return [+(p < 0.05), +(Math.abs(z) > DEPENDENT)]
  },
  rows: (samples) => [
    {
      what: 'hash: experiments whose 100,000 ids look uneven at 5 %',
      ...shareOf(column(samples, 0)),
      least: 1,
      most: 11,
    },
    { what: 'hash: pairs of experiments that look dependent (z > 2.5)', ...shareOf(column(samples, 1)), most: 5 },
  ],
}

export const hashCases: Record<string, Case> = { hash: spread }
