/**
 * Combinations of dimensions that a site wants counted together: `['country', 'device']` counts each event under
 * country*device › SE › mobile too. The first name below each dimension is taken; an event that lacks one is left out,
 * and no sender's own word stands for a combination.
 */
import type { Event } from '../../sdk/wire/event'
import { PATHS } from './limits'
import { sizeOf, tree, type Tree } from './tree'

/** Joins the names of a combination. */
export const TIMES = '*'

export function crossed(event: Event, combinations: readonly string[][] = []): Event {
  const { dimensions } = event
  if (!combinations.length || !isTree(dimensions)) return event
  const entries: [string, Tree][] = []
  let room = PATHS - 1 - sizeOf(dimensions)
  for (const names of combinations) {
    const values = names.flatMap((name) => firstBelow(dimensions[name]) ?? [])
    if (values.length < names.length || room <= names.length) continue
    room -= names.length + 1
    // The name stands first, and below it each value below the one before.
    entries.push([names.join(TIMES), values.reduceRight((below, value) => tree([[value, below]]), tree())])
  }
  const taken = new Set(combinations.map((names) => names.join(TIMES)))
  const own = Object.entries(dimensions).filter(([name]) => !taken.has(name))
  return { ...event, dimensions: tree([...own, ...entries]) }
}

/** What routes hand on is a tree, or ready paths, which have no dimensions to combine. */
const isTree = (dimensions: unknown): dimensions is Tree =>
  typeof dimensions === 'object' && dimensions !== null && !Array.isArray(dimensions)

function firstBelow(below: Tree | string | undefined): string | undefined {
  if (typeof below === 'string') return below
  for (const name in below) return name
  return undefined
}
