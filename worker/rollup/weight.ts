/** What an event may come to in a fragment, at the most: a small text can name many paths, each with many numbers. */
import type { Dimensions, Event } from '../../sdk/wire/event'
import { typesOf } from './dimension'

/** A cell's own bytes, and those of one number and of one gauge. */
const CELL_BYTES = 16
const NUMBER_BYTES = 12
const GAUGE_BYTES = 72
/** A character is at most three bytes of UTF-8. */
const CHARACTER_BYTES = 3

export function weightOf({ type, dimensions, metrics, gauges }: Event): number {
  const numbers = (Object.keys(metrics).length + 1) * NUMBER_BYTES + Object.keys(gauges ?? {}).length * GAUGE_BYTES
  const { paths, characters } = extentOf(dimensions, 0)
  return typesOf(type).length * ((paths + 1) * (CELL_BYTES + numbers) + characters * CHARACTER_BYTES)
}

/** How many paths there are below a name, and the characters of all their keys; `above` is the length of its own. */
function extentOf(dimensions: Dimensions, above: number): { paths: number; characters: number } {
  const sum = { paths: 0, characters: 0 }
  const take = (length: number, below: Dimensions) => {
    const inner = extentOf(below, above + length + 1)
    sum.paths += 1 + inner.paths
    sum.characters += above + length + inner.characters
  }
  if (Array.isArray(dimensions)) {
    const flat = dimensions.flat(2).map((name) => JSON.stringify(name)) // Lists of names, or a list of them.
    const length = flat.reduce((all, name) => all + name.length, 0)
    return { paths: flat.length, characters: length * Math.max(flat.length, 1) }
  }
  if (typeof dimensions === 'object' && dimensions !== null) {
    for (const [name, below] of Object.entries(dimensions)) take(name.length, below as Dimensions)
  } else if (dimensions !== null && dimensions !== false) take(String(dimensions).length, null)
  return sum
}
