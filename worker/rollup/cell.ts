/**
 * A cell: the numbers at one start, type and path. Sums by metric name, compensated (see sum.ts); gauges where something
 * was measured; a sketch of the distinct visitors where the path is one that has them.
 */
import { REST } from './dimension'
import { fromNumbers, type Gauge, gaugeOf, mergeGauge, toNumbers } from './gauge'
import { NO_NAMES, withName, zerosOf } from './namelist'
import { Sketch } from './sketch'
import { lost } from './sum'
import type { Precision } from './visitors'

const NO_CARRIES = zerosOf(0)

/** Metrics that a cell tells apart; what more there is counts in its metric `…`. Browsers may name them. */
export const MOST_METRICS = 256

/** Three lists that run side by side: most cells have one or two metrics, and are millions. */
export interface Cell {
  /** Shared by cells that have the same ones: never changed in place. */
  names: readonly string[]
  sums: number[]
  /** While all are zero they are shared, and changed in a copy. */
  carries: number[]
  gauges: Map<string, Gauge> | undefined
  visitors: Sketch | undefined
}

export const empty = (): Cell => ({
  names: NO_NAMES,
  sums: [],
  carries: NO_CARRIES,
  gauges: undefined,
  visitors: undefined,
})

/** A cell of these numbers, whose list of names is kept and not copied. */
export const cellOf = (names: readonly string[], values: readonly number[]): Cell => ({
  names,
  sums: values.slice(),
  carries: zerosOf(names.length),
  gauges: undefined,
  visitors: undefined,
})

export function copyOf(cell: Cell): Cell {
  const copy = empty()
  merge(copy, cell)
  return copy
}

export function add(cell: Cell, name: string, value: number, carry = 0): void {
  const i = cell.names.indexOf(name)
  if (i >= 0) {
    addAt(cell, i, value, carry)
    return
  }
  if (cell.names.length >= MOST_METRICS && name !== REST) {
    add(cell, REST, value, carry)
    return
  }
  append(cell, [name], [value])
  if (carry !== 0) addCarry(cell, cell.names.length - 1, carry)
}

/** Adds numbers that run beside a list of names. */
export function addAll(cell: Cell, names: readonly string[], values: readonly number[]): void {
  if (cell.names === names) {
    for (let i = 0; i < names.length; i++) addAt(cell, i, values[i]!, 0)
    return
  }
  const isRoom = cell.names.length + names.length <= MOST_METRICS
  const missing: number[] = []
  for (let i = 0; i < names.length; i++) {
    const at = cell.names.indexOf(names[i]!)
    if (at >= 0) addAt(cell, at, values[i]!, 0)
    else if (isRoom) missing.push(i)
    else add(cell, names[i]!, values[i]!)
  }
  if (!missing.length) return
  append(
    cell,
    missing.map((i) => names[i]!),
    missing.map((i) => values[i]!),
  )
}

/** Adds numbers of names that the cell has not. Not pushed: a list that grows by pushes takes room for 16 more at once. */
function append(cell: Cell, names: readonly string[], values: readonly number[]): void {
  const areZeros = cell.carries === zerosOf(cell.carries.length)
  for (const name of names) cell.names = withName(cell.names, name)
  cell.sums = [...cell.sums, ...values]
  cell.carries = areZeros ? zerosOf(cell.names.length) : [...cell.carries, ...values.map(() => 0)]
}

function addAt(cell: Cell, i: number, value: number, carry: number): void {
  const sum = cell.sums[i]!
  const total = sum + value
  cell.sums[i] = total
  const less = lost(sum, value, total)
  if (less === 0 && carry === 0) return
  addCarry(cell, i, less + carry)
}

function addCarry(cell: Cell, i: number, carry: number): void {
  if (cell.carries === zerosOf(cell.carries.length)) cell.carries = cell.carries.slice()
  cell.carries[i]! += carry
}

/** Adds a measured value; times in unix milliseconds. */
export const measure = (cell: Cell, name: string, value: number, at: number, arrived: number): void =>
  addGauge(cell, name, gaugeOf(value, at, arrived))

/** Counts a visitor, by 40 bits of a hash. */
export function visit(cell: Cell, visitor: number, precision: Precision, isDaily: boolean): void {
  cell.visitors ??= new Sketch(precision)
  cell.visitors.add(visitor)
  if (isDaily) cell.visitors.daily = true
}

export function merge(into: Cell, from: Cell): void {
  if (into.names === from.names) {
    for (let i = 0; i < from.names.length; i++) addAt(into, i, from.sums[i]!, from.carries[i]!)
  } else if (!into.names.length) {
    into.names = from.names
    into.sums = from.sums.slice()
    into.carries = from.carries === zerosOf(from.carries.length) ? from.carries : from.carries.slice()
  } else for (let i = 0; i < from.names.length; i++) add(into, from.names[i]!, from.sums[i]!, from.carries[i]!)
  if (from.gauges) for (const [name, gauge] of from.gauges) addGauge(into, name, gauge)
  if (from.visitors) addVisitors(into, from.visitors)
}

export function addGauge(cell: Cell, name: string, gauge: Gauge): void {
  cell.gauges ??= new Map()
  const known = cell.gauges.get(name)
  if (known) mergeGauge(known, gauge)
  else if (cell.gauges.size < MOST_METRICS) cell.gauges.set(name, { ...gauge })
}

/** The sketch is copied: whose it was goes on adding to it. */
export function addVisitors(cell: Cell, visitors: Sketch): void {
  if (cell.visitors) cell.visitors.merge(visitors)
  else cell.visitors = visitors.clone()
}

/** The sum of a metric; 0 where nothing was added. */
export function value(cell: Cell | undefined, name: string): number {
  const i = cell ? cell.names.indexOf(name) : -1
  return i < 0 ? 0 : cell!.sums[i]! + cell!.carries[i]!
}

/** No metric's name begins like this. */
const GAUGES = ':gauges'

/** `{"hits":3,"dollars":12.5}`; a sum with a carry is `[sum, carry]`, gauges stand under a name of their own. The sketch is apart. */
export function toText({ names, sums, carries, gauges }: Cell): string {
  const members = names.map((name, i) => {
    const number = carries[i] === 0 ? `${sums[i]!}` : `[${sums[i]!},${carries[i]!}]`
    return `${JSON.stringify(name)}:${number}`
  })
  if (gauges) {
    const each = [...gauges].map(([name, gauge]) => `${JSON.stringify(name)}:${JSON.stringify(toNumbers(gauge))}`)
    members.push(`"${GAUGES}":{${each.join()}}`)
  }
  return `{${members.join()}}`
}

export function fromText(text: string, sketch?: Uint8Array | null): Cell {
  const cell = empty()
  // What toText wrote.
  const members: Record<string, number | [sum: number, carry: number]> & { [GAUGES]?: Record<string, number[]> } =
    JSON.parse(text)
  for (const name in members) {
    if (name === GAUGES) continue
    const number = members[name]!
    if (typeof number === 'number') add(cell, name, number)
    else add(cell, name, ...number)
  }
  for (const [name, numbers] of Object.entries(members[GAUGES] ?? {})) addGauge(cell, name, fromNumbers(numbers))
  if (sketch) cell.visitors = Sketch.decode(sketch)
  return cell
}
