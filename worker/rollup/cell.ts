/**
 * A cell: the numbers at one interval × start × type × path. Sums are compensated (Neumaier 1974), so that they agree
 * to 1e-12 whatever the order and split they were added in; counts are integers and exact.
 */

/** A sum and what rounding has taken from it so far; most have lost nothing. */
interface Sum {
  value: number
  carry: number
}

export type Cell = Map<string, Sum>

export const empty = (): Cell => new Map()

export function add(cell: Cell, name: string, value: number, carry = 0): void {
  const sum = cell.get(name)
  if (!sum) {
    cell.set(name, { value, carry })
    return
  }
  const total = sum.value + value
  if (Number.isSafeInteger(total) && Number.isInteger(value) && Number.isInteger(sum.value)) sum.carry += carry
  else {
    const [large, small] = Math.abs(sum.value) >= Math.abs(value) ? [sum.value, value] : [value, sum.value]
    sum.carry += large - total + small + carry
  }
  sum.value = total
}

export function merge(into: Cell, from: Cell): void {
  for (const [name, { value, carry }] of from) add(into, name, value, carry)
}

/** The sum, or 0 where nothing was added. */
export function valueOf(cell: Cell | undefined, name: string): number {
  const sum = cell?.get(name)
  return sum ? sum.value + sum.carry : 0
}

/** Compact JSON for a column: `{"hits":3,"dollars":[0.30000000000000004,-2.7e-17]}`. */
export function toText(cell: Cell): string {
  const object: Record<string, number | [number, number]> = Object.create(null)
  for (const [name, { value, carry }] of cell) object[name] = carry ? [value, carry] : value
  return JSON.stringify(object)
}

export function fromText(text: string): Cell {
  const cell = empty()
  const object: Record<string, number | [number, number]> = JSON.parse(text)
  for (const [name, sum] of Object.entries(object)) {
    if (typeof sum === 'number') cell.set(name, { value: sum, carry: 0 })
    else cell.set(name, { value: sum[0], carry: sum[1] })
  }
  return cell
}
