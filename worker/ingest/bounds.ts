/** What a server's dimensions may not be: its mistakes are told, where a browser's are cut to what fits. */
import type { Dimensions } from '../../sdk/wire/event'
import { DEPTH, NAME_BYTES, PATHS } from './limits'

const encoder = new TextEncoder()

/** What is wrong with dimensions, with the limit; undefined where nothing is. */
export function boundsProblem(dimensions: Dimensions): string | undefined {
  const found = { paths: 1 }
  const problem = look(dimensions, { depth: 0, lists: 0 }, found)
  return problem ?? (found.paths > PATHS ? `counts under more than ${PATHS} paths, the root among them` : undefined)
}

export const isLong = (name: string): boolean => name.length > NAME_BYTES || encoder.encode(name).length > NAME_BYTES

/** How many names lie above, and how many lists around. */
interface Place {
  depth: number
  lists: number
}

function look(below: Dimensions, place: Place, found: { paths: number }): string | undefined {
  if (below === null || below === false || below === '') return undefined
  if (typeof below !== 'object') return name(String(below), place, found)
  if (Array.isArray(below)) return lookInto(below as readonly Dimensions[], place, found)
  for (const [each, inner] of Object.entries(below)) {
    const problem = name(each, place, found) ?? look(inner as Dimensions, { depth: place.depth + 1, lists: 0 }, found)
    if (problem) return problem
  }
  return undefined
}

/** A list of names is one path; a list of lists is ready paths, each one. */
function lookInto(list: readonly Dimensions[], { depth, lists }: Place, found: { paths: number }): string | undefined {
  if (lists === DEPTH) return `is deeper than ${DEPTH} lists`
  const areReady = list.some((each) => Array.isArray(each))
  for (const [i, each] of list.entries()) {
    const problem = look(each, { depth: areReady ? depth : depth + i, lists: lists + 1 }, found)
    if (problem) return problem
  }
  return undefined
}

function name(text: string, { depth }: Place, found: { paths: number }): string | undefined {
  found.paths += 1
  if (isLong(text)) return `has a name longer than ${NAME_BYTES} bytes: "${text.slice(0, 40)}…"`
  return depth >= DEPTH ? `is deeper than ${DEPTH} names, at "${text}"` : undefined
}
