/**
 * The looks that were taken at an experiment. What is tested at any time holds by the least p of all looks; but reading writes
 * nothing, so looks are taken as slices come, once a minute at the most, and whoever reads adds his own, which is not kept.
 * A p is the same whichever of the two is the control, so one is kept for each two arms; where there are many arms, for each and
 * the first.
 * Its record: when the last look was taken, the least p of how arms were served, the least of each two arms (2: not begun).
 */
import { drawnOf, lookAt, mismatchOf } from '../decide/look'
import type { Learner } from '../decide/learner'
import { decode, encode } from '../decide/record'
import type { Looks } from '../decide/results'
import { ALPHA } from '../decide/uplift'

/** The row that they are kept in, among what an experiment has learnt. */
export const LOOKS = 'looks'
const VERSION = 1
const RARE_MS = 60_000
/** With more arms than these the pairs are too many to be looked at with a slice. */
const FEW_ARMS = 10
const NOT_BEGUN = 2

/** What is to be kept from now on; undefined where it is too soon for another look. */
export function look(learner: Learner, kept: Uint8Array | undefined, now: number): Uint8Array | undefined {
  const { kind, arms } = learner.definition
  const [at = 0, srm = 1, ...before] = kept ? decode(kept, VERSION) : []
  if (now - at < RARE_MS) return undefined
  const drawn = drawnOf(learner, now)
  const ps = pairs(arms.length).map(([i, j], place) =>
    Math.min(lookAt(kind, [drawn[i]!, drawn[j]!], ALPHA) ?? NOT_BEGUN, before[place] ?? NOT_BEGUN),
  )
  return encode(VERSION, [now, Math.min(mismatchOf(learner, drawn).always, srm), ...ps])
}

/** Those with one arm as the control. */
export function looksAt(control: number, arms: number, kept: Uint8Array | undefined): Looks | undefined {
  if (!kept) return undefined
  const [, srm = 1, ...ps] = decode(kept, VERSION)
  const least = new Array<number | null>(arms).fill(null)
  pairs(arms).forEach(([i, j], place) => {
    const p = ps[place]!
    if (p === NOT_BEGUN) return
    if (i === control) least[j] = p
    if (j === control) least[i] = p
  })
  return { arms: least, srm }
}

function pairs(arms: number): [number, number][] {
  const firsts = arms > FEW_ARMS ? 1 : arms
  return Array.from({ length: firsts }, (_, i) => i).flatMap((i) =>
    Array.from({ length: arms - i - 1 }, (__, k): [number, number] => [i, i + 1 + k]),
  )
}
