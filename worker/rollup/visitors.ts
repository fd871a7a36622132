/**
 * Which paths keep a sketch of their distinct visitors: the root, each page, and each value of the dimensions that
 * describe an audience. The bare name of such a dimension has none of its own: it is the union of its values.
 */
import { pathOf, SEPARATOR } from './dimension'

/** Registers, as a power of two: the site's own total is asked most, and kept finer. */
export type Precision = 12 | 14

/** How many names below the first have sketches: of a page its host and its path, of a country not its cities. */
const sketched: Record<string, number> = { page: 2, country: 1, browser: 1, os: 1, device: 1, channel: 1, source: 1 }

export function precisionAt(key: string): Precision | undefined {
  if (key === '') return 14
  const end = key.indexOf(SEPARATOR)
  if (end < 0 || !Object.hasOwn(sketched, key.slice(0, end))) return undefined
  const [name = '', ...below] = pathOf(key)
  return below.length <= sketched[name]! ? 12 : undefined
}

/** Whether a path's visitors are those of its children together. */
export const isUnion = (key: string): boolean => Object.hasOwn(sketched, key)
