/**
 * A cell: the numbers at one start, type and path, as sums by metric name. Each sum carries what rounding took from it
 * (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974), so that floats come out
 * the same to 1e-12 however events were split and ordered; whole numbers are exact to 2^53.
 */

/** Three lists that run side by side: most cells have one or two metrics, and are millions. */
export interface Cell {
  names: string[]
  sums: number[]
  carries: number[]
}

export const empty = (): Cell => ({ names: [], sums: [], carries: [] })

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
  const lost = Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum
  if (lost !== 0 || carry !== 0) cell.carries[i]! += lost + carry
}

export function merge(into: Cell, from: Cell): void {
  for (let i = 0; i < from.names.length; i++) add(into, from.names[i]!, from.sums[i]!, from.carries[i]!)
}

/** The sum of a metric; 0 where nothing was added. */
export function value(cell: Cell | undefined, name: string): number {
  const i = cell ? cell.names.indexOf(name) : -1
  return i < 0 ? 0 : cell!.sums[i]! + cell!.carries[i]!
}

/** `{"hits":3,"dollars":12.5}`; a sum with a carry is `[sum, carry]`. */
export function toText({ names, sums, carries }: Cell): string {
  const numbers = names.map((name, i) => {
    const number = carries[i] === 0 ? `${sums[i]!}` : `[${sums[i]!},${carries[i]!}]`
    return `${JSON.stringify(name)}:${number}`
  })
  return `{${numbers.join()}}`
}

export function fromText(text: string): Cell {
  const cell = empty()
  const numbers: Record<string, number | [sum: number, carry: number]> = JSON.parse(text)
  for (const [name, number] of Object.entries(numbers)) {
    const [sum, carry] = typeof number === 'number' ? [number, 0] : number
    add(cell, name, sum, carry)
  }
  return cell
}
