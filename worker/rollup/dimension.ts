/**
 * Dimensions as paths: what one event counts under. The root is always among them, and each path is there once.
 *   'services'            → services                       ['t','a','x']  → t, t›a, t›a›x
 *   {a: 5, b: {x: 1}}     → a, a›5, b, b›x, b›x›1          [['t','a']]    → t›a: a ready path, without its prefixes
 * null, false, '', [], '_' and ['_'] mean the root alone.
 */
import type { Dimensions, Path } from '../../sdk/wire/event'

/** Joins the names of a path into its key: names hold no control characters. The root's key is empty. */
export const SEPARATOR = '\x1f'

export const keyOf = (path: Path): string => path.join(SEPARATOR)

export const pathOf = (key: string): string[] => (key === '' ? [] : key.split(SEPARATOR))

/** Every prefix of a dotted type: `a.b.c` counts as `a`, `a.b` and `a.b.c`. */
export function typesOf(type: string): string[] {
  const words = type.split('.')
  return words.map((_, i) => words.slice(0, i + 1).join('.'))
}

export function expand(dimensions: Dimensions): Path[] {
  interface Place {
    path: Path
    below: Map<string, Place>
  }
  const step = ({ path, below }: Place, name: string): Place => {
    const known = below.get(name) ?? { path: [...path, name], below: new Map() }
    below.set(name, known)
    return known
  }
  return reach<Place>(dimensions, { path: [], below: new Map() }, step).map(({ path }) => path)
}

/**
 * Walks dimensions through places of the caller's own: from the root, `step` leads to the place of a name below another.
 * Whoever keeps places, as a fragment does, needs no keys built for an event, only steps taken.
 */
export function reach<Place>(
  dimensions: Dimensions,
  root: Place,
  step: (place: Place, name: string) => Place,
): Place[] {
  const places = [root]
  if (isRoot(dimensions)) return places
  const follow = (place: Place, names: readonly Dimensions[]): Place[] => {
    const chain: Place[] = []
    for (const name of names) {
      if (!isName(name)) continue
      place = step(place, String(name))
      chain.push(place)
    }
    return chain
  }
  const walk = (place: Place, below: Dimensions): void => {
    if (isName(below)) places.push(step(place, String(below)))
    else if (isList(below)) places.push(...follow(place, below))
    else {
      for (const name in below) {
        if (name === '') continue
        const at = step(place, name)
        places.push(at)
        walk(at, (below as { readonly [name: string]: Dimensions })[name]!)
      }
    }
  }
  if (!isList(dimensions) || !dimensions.some(isList)) {
    walk(root, dimensions)
    return places
  }
  const ready = dimensions.map((path) =>
    isRoot(path) ? root : (follow(root, isList(path) ? path : [path]).at(-1) ?? root),
  )
  return [...new Set([root, ...ready])]
}

const isList = (value: Dimensions): value is readonly Dimensions[] => Array.isArray(value)

const isName = (value: Dimensions): value is string | number | boolean =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'

const isRoot = (value: Dimensions): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  value === '_' ||
  (isList(value) && value.length === 1 && value[0] === '_')
