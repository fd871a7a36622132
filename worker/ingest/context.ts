/**
 * The context of a decision: of each dimension that an experiment weighs, the first name below it. Decisions are learnt by
 * it, so an event and a question that say the same must come to the same.
 */
import type { Dimensions } from '../../sdk/wire/event'
import { UNKNOWN } from './name'
import { type Clipped, clip, merge, tree } from './tree'

/** In the order of the names; null: not known. What is `said` stands above what was derived of the request. */
export function contextOf(names: readonly string[], said: Dimensions, derived: Clipped = tree()): (string | null)[] {
  const all = merge(clip(said), derived)
  return names.map((name) => {
    const value = firstBelow(all, name)
    return value === undefined || value === UNKNOWN ? null : value
  })
}

function firstBelow(all: Clipped, name: string): string | undefined {
  if (Array.isArray(all)) return all.find(([first, second]) => first === name && second !== undefined)?.[1]
  const below = all[name]
  return typeof below === 'object' ? Object.keys(below)[0] : below
}
