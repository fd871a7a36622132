/** A case tried a few times, always alike: what a test holds to wider bounds than the bench does to many runs. */
import { samplesOf } from './case'
import { cases } from './cases'
import type { Row } from './row'

const SEED = 1

/** What its rows measure, in their order. */
export function tried(name: string, runs: number): number[] {
  const each = cases[name]!
  return each.rows(samplesOf(name, each, SEED, 0, runs)).map(({ value }: Row) => value)
}
