/**
 * Lists of metric names, each list once. Cells are millions and most have the same few metrics: they share the list, and
 * two cells that have the same one are added number by number, without a look at names.
 */
type Names = readonly string[]

class List {
  readonly next = new Map<string, List>()
  readonly names: Names

  constructor(names: Names) {
    this.names = names
  }
}

export const NO_NAMES: Names = []

/** Names come from outside. Beyond so many lists all are forgotten: equal ones are then only slower to add. */
const MOST_LISTS = 10_000

let root = new List(NO_NAMES)
let lists = new WeakMap<Names, List>([[NO_NAMES, root]])
let count = 0

/** The list with a name added at its end. */
export const withName = (names: Names, name: string): Names => step(lists.get(names) ?? adopted(names), name).names

/** The list of all metrics that a test lets pass, in their order; what a test takes is `each`'s business. */
export function namesOf<Value>(members: Record<string, Value>, start: Names, takes: (value: Value) => boolean): Names {
  let list = start === NO_NAMES ? root : (lists.get(start) ?? adopted(start))
  for (const name in members) if (takes(members[name]!)) list = step(list, name)
  return list.names
}

function step(list: List, name: string): List {
  const known = list.next.get(name)
  if (known) return known
  if (++count > MOST_LISTS) forget()
  const made = adopted([...list.names, name])
  list.next.set(name, made)
  return made
}

function adopted(names: Names): List {
  const list = new List(names)
  lists.set(names, list)
  return list
}

function forget(): void {
  root = new List(NO_NAMES)
  lists = new WeakMap([[NO_NAMES, root]])
  count = 0
}

const zeros: number[][] = [[]]

/** As many zeros, the same list each time: whoever changes one copies them first. */
export const zerosOf = (length: number): number[] => (zeros[length] ??= new Array<number>(length).fill(0))
