/**
 * Dimensions as paths: what one event counts under. The root is always among them, and each path is there once.
 *   'services'            → services                       ['t','a','x']  → t, t›a, t›a›x
 *   {a: 5, b: {x: 1}}     → a, a›5, b, b›x, b›x›1          [['t','a']]    → t›a: a ready path, without its prefixes
 * null, false, '', [], '_' and ['_'] mean the root alone.
 */
import type { Dimensions, Path } from '../../sdk/wire/event'

/** Joins the names of a path into its key: names hold no control characters. The root's key is empty. */
export const SEPARATOR = '\x1f'

/** The child under which the rest of a parent's children are counted, where there are too many to be told apart. */
export const REST = '…'

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

/** Leads to the place of a name below another. */
type Step<Place> = (place: Place, name: string) => Place

/**
 * Walks dimensions through places of the caller's own, each reached by a step from the one above.
 * Whoever keeps places, as a fragment does, needs no keys built for an event, only steps taken; into an empty list of its own.
 */
export function reach<Place>(dimensions: Dimensions, root: Place, step: Step<Place>, places: Place[] = []): Place[] {
  places.push(root)
  if (isRoot(dimensions)) return places
  if (isList(dimensions) && dimensions.some(isList)) {
    for (const path of dimensions) places.push(endOf(path, root, step))
    return [...new Set(places)]
  }
  walk(dimensions, root, step, places)
  return places
}

function walk<Place>(below: Dimensions, place: Place, step: Step<Place>, places: Place[]): void {
  if (isName(below)) places.push(step(place, String(below)))
  else if (isList(below)) follow(below, place, step, places)
  else {
    const tree = below as { readonly [name: string]: Dimensions } // No name and no list: a tree, or null, which has no keys.
    // Each tree has a shape of its own, as what JSON makes has: `for in` would learn each of them.
    for (const name of Object.keys(tree ?? {})) {
      if (name === '') continue
      const at = step(place, name)
      places.push(at)
      walk(tree[name]!, at, step, places)
    }
  }
}

/** A list is one path, counted with every prefix. */
function follow<Place>(list: readonly Dimensions[], place: Place, step: Step<Place>, places: Place[]): void {
  let at = place
  for (const name of list) {
    if (!isName(name)) continue
    at = step(at, String(name))
    places.push(at)
  }
}

/** A ready path counts where it ends. */
function endOf<Place>(path: Dimensions, root: Place, step: Step<Place>): Place {
  const places = [root]
  if (!isRoot(path)) follow(isList(path) ? path : [path], root, step, places)
  return places.at(-1)!
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
