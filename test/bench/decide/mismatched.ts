/** Mismatch: whether a planted loss of a fiftieth of one arm is seen, of a split and of weights that move; and no other. */
import { mismatch, SRM_ALPHA } from '../../../worker/decide/srm'
import { type Case, column, shareOf } from './case'
import type { Chance } from './chance'

const UNITS = 320_000
const PIECE = 1000
const LOST = 0.02
/** Few, so that exact tables of them are made once. */
const WEIGHTS = [0.1, 0.3, 0.5, 0.7, 0.9]

export interface Served {
  p: number
  /** The least of looks at each piece. */
  always: number
}

/** Two arms, of which the second loses some. */
export function served(chance: Chance, { lost, isMoving }: { lost: number; isMoving: boolean }): Served {
  const counts = [0, 0] as [number, number]
  const expected = [0, 0] as [number, number]
  let always = 1
  for (let sent = 0; sent < UNITS; sent += PIECE) {
    const weight = isMoving ? WEIGHTS[chance.below(WEIGHTS.length)]! : 0.5
    const first = chance.binomial(PIECE, weight)
    counts[0] += first
    counts[1] += PIECE - first - (lost ? chance.binomial(PIECE - first, lost) : 0)
    expected[0] += weight * PIECE
    expected[1] += (1 - weight) * PIECE
    always = Math.min(always, mismatch(counts, expected).always)
  }
  return { p: mismatch(counts, expected).p, always }
}

const caseOf = (isMoving: boolean, lost: number): Case => ({
  runs: lost ? 8000 : 20_000,
  batch: 200,
  run(chance) {
    const { p, always } = served(chance, { lost, isMoving })
    return [+(p < SRM_ALPHA), +(always < SRM_ALPHA)]
  },
  rows(samples) {
    const what = isMoving ? 'weights that move' : 'a split'
    // One in a thousand is what it says of itself: two standard errors are given to chance.
    const least = 99.9 - 200 * Math.sqrt((SRM_ALPHA * (1 - SRM_ALPHA)) / samples.length)
    const note = '99.9 %, but for two standard errors'
    const [once, always] = [column(samples, 0), column(samples, 1)]
    return lost
      ? [{ what: `mismatch of ${what}: a planted loss of 2 % is seen, of 320,000`, ...shareOf(once), least: 99 }]
      : [
          { what: `mismatch of ${what}: a clean one passes`, ...shareOf(once.map((flag) => 1 - flag)), least, note },
          { what: `… at each of 320 looks, always-valid`, ...shareOf(always.map((flag) => 1 - flag)), least, note },
        ]
  },
})

export const mismatchCases: Record<string, Case> = {
  'split clean': caseOf(false, 0),
  'split lossy': caseOf(false, LOST),
  'moving clean': caseOf(true, 0),
  'moving lossy': caseOf(true, LOST),
}
