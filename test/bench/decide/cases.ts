/** All cases, by name. */
import type { Case } from './case'
import { beliefCases } from './believed'
import { hashCases } from './hashed'
import { keptCases } from './kept'
import { lookCases } from './looks'
import { mismatchCases } from './mismatched'
import { onceCases } from './once'
import { regretCases } from './regret'
import { unevenCases } from './uneven'

/** Parts, as they are asked for and told. */
export const parts: Record<string, Record<string, Case>> = {
  worlds: regretCases,
  peeking: lookCases,
  uneven: unevenCases,
  once: onceCases,
  mismatch: mismatchCases,
  belief: beliefCases,
  hash: hashCases,
  kept: keptCases,
}

export const cases: Record<string, Case> = Object.assign({}, ...Object.values(parts))
