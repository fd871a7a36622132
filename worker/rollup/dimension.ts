/**
 * What an event's dimensions expand to: a tree becomes the paths that are counted, every prefix and the root.
 * A path's key is its names joined by U+001F, so that children sort right behind their parent; the root's key is ''.
 */
import type { Dimensions, Path } from '../../sdk/wire/event'

const SEPARATOR = '\u001f'

export const keyOf = (path: Path): string => path.join(SEPARATOR)
export const pathOf = (key: string): Path => (key === '' ? [] : key.split(SEPARATOR))

/** `a.b.c` counts `a`, `a.b` and `a.b.c`. */
export function typesOf(type: string): string[] {
  const types: string[] = []
  for (let dot = type.indexOf('.'); dot >= 0; dot = type.indexOf('.', dot + 1)) types.push(type.slice(0, dot))
  types.push(type)
  return types
}

/**
 * All keys an event counts under, the root first, each once: `{a: 5, b: {x: 1, y: 2}}` gives eight.
 * A list is a path with all its prefixes; a list of lists is ready paths, to which only the root is added.
 */
export function keysOf(dimensions: Dimensions): string[] {
  const keys = new Set<string>([''])
  if (isReady(dimensions)) {
    for (const path of dimensions) if (!isRoot(path)) keys.add(path.map(String).join(SEPARATOR))
  } else expand('', dimensions, keys)
  return [...keys]
}

export const expandPaths = (dimensions: Dimensions): Path[] => keysOf(dimensions).map(pathOf)

type Leaf = string | number | boolean

const isReady = (value: Dimensions): value is readonly (readonly Leaf[])[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => Array.isArray(item))

const isRoot = (path: readonly unknown[]) => path.length === 0 || (path.length === 1 && path[0] === '_')

function expand(parent: string, value: Dimensions, keys: Set<string>): void {
  if (value === null || value === false || value === '' || value === '_') return
  if (typeof value !== 'object') {
    keys.add(below(parent, String(value)))
    return
  }
  if (isList(value)) {
    let path = parent
    for (const name of value) {
      if (typeof name === 'object' || name === '_') continue
      path = below(path, String(name))
      keys.add(path)
    }
    return
  }
  for (const [name, child] of Object.entries(value)) {
    const path = below(parent, name)
    keys.add(path)
    expand(path, child, keys)
  }
}

const isList = (value: Dimensions): value is readonly Dimensions[] => Array.isArray(value)
const below = (parent: string, name: string): string => (parent === '' ? name : parent + SEPARATOR + name)
