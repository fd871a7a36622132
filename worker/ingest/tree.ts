/**
 * Dimensions under construction: nested names. Every level is without prototype, so that a name like `__proto__`
 * or `constructor` is a name and nothing else.
 */
import type { Dimensions, Path } from '../../sdk/wire/event'
import { DEPTH, PATHS } from './limits'
import { cleanName, UNKNOWN } from './name'

export interface Tree {
  [name: string]: Tree | string
}
/** A tree, or ready paths that count no prefixes of their own. */
export type Clipped = Tree | Path[]

export const tree = (entries: readonly (readonly [name: string, below: Tree | string])[] = []): Tree => {
  const made: Tree = Object.create(null)
  for (const [name, below] of entries) made[name] = below
  return made
}

/** `['SE', 'AB', 'Umeå']` → `{SE: {AB: 'Umeå'}}`; a missing name between given ones is `unknown`. */
export function nest(names: readonly (string | undefined)[]): Tree | string {
  const last = names.findLastIndex(Boolean)
  const clean = (index: number) => cleanName(names[index] ?? '') || UNKNOWN
  let below: Tree | string = clean(Math.max(last, 0))
  for (let i = last - 1; i >= 0; i--) below = tree([[clean(i), below]])
  return below
}

/** How many names it holds, each of which is one path. */
export function sizeOf(node: Tree | string): number {
  if (typeof node === 'string') return 1
  let size = 0
  for (const name in node) size += 1 + sizeOf(node[name]!)
  return size
}

interface Room {
  left: number
}

const isScalar = (value: Dimensions): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** The flat names of a list, as one path: `['t', 'a']` is t›a. */
function pathOf(list: readonly Dimensions[]): string[] {
  const names: string[] = []
  for (const item of list) {
    if (isScalar(item)) names.push(cleanName(String(item)))
    if (names.length === DEPTH) break
  }
  return names.filter(Boolean)
}

function chain(names: readonly string[], depth: number, room: Room): Tree | string | undefined {
  const fitting = names.slice(0, Math.min(DEPTH - depth, room.left))
  if (fitting.length === 0) return undefined
  room.left -= fitting.length
  return nest(fitting)
}

function clipBelow(value: Dimensions, depth: number, room: Room): Tree | string | undefined {
  if (value === null || value === '') return undefined
  if (isScalar(value)) return chain([cleanName(String(value))], depth, room)
  if (isList(value)) return chain(pathOf(value), depth, room)
  if (depth === DEPTH) return undefined
  const clipped = tree()
  for (const [name, child] of Object.entries(value)) {
    const clean = cleanName(name)
    if (room.left === 0) break
    if (!clean || clean in clipped) continue
    room.left--
    clipped[clean] = clipBelow(child, depth + 1, room) ?? tree()
  }
  return clipped
}

const isList = (value: Dimensions): value is readonly Dimensions[] => Array.isArray(value)

/** Whatever a sender chose, as clean names within the bounds; what does not fit is left out. The root is implied. */
export function clip(dimensions: Dimensions, most = PATHS - 1): Clipped {
  if (isList(dimensions) && dimensions.some(isList)) {
    const paths = dimensions.map((item) => pathOf(isList(item) ? item : [item]))
    return paths.filter((path) => path.length > 0).slice(0, most)
  }
  // HailWhale's spellings of "the root alone".
  const isRoot =
    dimensions === false ||
    dimensions === '_' ||
    (isList(dimensions) && dimensions.length === 1 && dimensions[0] === '_')
  const clipped = isRoot ? undefined : clipBelow(dimensions, 0, { left: most })
  return typeof clipped === 'string' ? tree([[clipped, tree()]]) : (clipped ?? tree())
}

/** Every name of a tree with the names above it. */
function pathsOf(node: Tree | string, above: Path = []): Path[] {
  if (typeof node === 'string') return [[...above, node]]
  return Object.entries(node).flatMap(([name, below]) => {
    const path = [...above, name]
    return [path, ...pathsOf(below, path)]
  })
}

/** Both together; where both say the same name at the top, the first is believed. */
export function merge(first: Clipped, second: Clipped): Clipped {
  if (!Array.isArray(first) && !Array.isArray(second)) {
    const merged = tree(Object.entries(first))
    for (const name in second) if (!(name in merged)) merged[name] = second[name]!
    return merged
  }
  const listed = (side: Clipped) => (Array.isArray(side) ? side : pathsOf(side))
  const paths = listed(first)
  const taken = new Set(paths.map(([name]) => name))
  return [...paths, ...listed(second).filter(([name]) => !taken.has(name))]
}
