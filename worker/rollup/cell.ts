/**
 * A cell: the numbers at one start, type and path. Sums by metric name, compensated (see sum.ts); gauges where something
 * was measured; a sketch of the distinct visitors where the path is one that has them.
 */
import { fromNumbers, type Gauge, gaugeOf, mergeGauge, toNumbers } from './gauge'
import { Sketch } from './sketch'
import { lost } from './sum'
import type { Precision } from './visitors'

/** Three lists that run side by side: most cells have one or two metrics, and are millions. */
export interface Cell {
  names: string[]
  sums: number[]
  carries: number[]
  gauges: Map<string, Gauge> | undefined
  visitors: Sketch | undefined
}

export const empty = (): Cell => ({ names: [], sums: [], carries: [], gauges: undefined, visitors: undefined })

export function add(cell: Cell, name: string, value: number, carry = 0): void {
  const i = cell.names.indexOf(name)
  if (i < 0) {
    cell.names.push(name)
    cell.sums.push(value)
    cell.carries.push(carry)
    return
  }
  const sum = cell.sums[i]!
  const total = sum + value
  cell.sums[i] = total
  const less = lost(sum, value, total)
  if (less !== 0 || carry !== 0) cell.carries[i]! += less + carry
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
  for (let i = 0; i < from.names.length; i++) add(into, from.names[i]!, from.sums[i]!, from.carries[i]!)
  if (from.gauges) for (const [name, gauge] of from.gauges) addGauge(into, name, gauge)
  if (from.visitors) addVisitors(into, from.visitors)
}

export function addGauge(cell: Cell, name: string, gauge: Gauge): void {
  cell.gauges ??= new Map()
  const known = cell.gauges.get(name)
  if (known) mergeGauge(known, gauge)
  else cell.gauges.set(name, { ...gauge })
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
    cell.names.push(name)
    cell.sums.push(typeof number === 'number' ? number : number[0])
    cell.carries.push(typeof number === 'number' ? 0 : number[1])
  }
  for (const [name, numbers] of Object.entries(members[GAUGES] ?? {})) addGauge(cell, name, fromNumbers(numbers))
  if (sketch) cell.visitors = Sketch.decode(sketch)
  return cell
}
