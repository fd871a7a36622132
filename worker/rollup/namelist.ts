/**
 * Lists of metric names, each list once. Cells are millions and most have the same few metrics: they share the list, and
 * two cells that have the same one are added number by number, without a look at names.
 */
type Names = readonly string[]

export const NO_NAMES: Names = []

/** Lists grown from a list, by the name that was added. */
let grown = new WeakMap<Names, Map<string, Names>>()
let count = 0
/** Names come from outside. Beyond so many lists all are forgotten: equal ones are then only slower to add. */
const MOST_LISTS = 10_000

/** The list with a name added at its end. */
export function withName(names: Names, name: string): Names {
  let next = grown.get(names)
  if (!next) grown.set(names, (next = new Map()))
  const known = next.get(name)
  if (known) return known
  if (++count > MOST_LISTS) {
    grown = new WeakMap()
    count = 0
  }
  const made = [...names, name]
  next.set(name, made)
  return made
}

const zeros: (readonly number[])[] = [[]]

/** As many zeros, shared by all who only read them. */
export const zerosOf = (length: number): readonly number[] => (zeros[length] ??= new Array<number>(length).fill(0))
