/**
 * The binary form of a cell, for a part and for the hours of a day. Names are numbers in a table that stands beside it:
 *
 *   cell   = how many numbers · numbers
 *   number = name × 4 + form · value. Form 0: a whole number, 1: float64, 2: float64 and carry, 3: length · bytes,
 *            which are a gauge's eight float64, or under the name `:visitors` a sketch
 */
import { type Cursor, LARGEST_VARINT, type Writer } from './bytes'
import { add, type Cell, empty } from './cell'
import { fromNumbers, type Gauge, toNumbers } from './gauge'
import { Sketch } from './sketch'

const FORM = { whole: 0, float: 1, carried: 2, bytes: 3 } as const
/** A value, its carry and its two varints, at their longest. */
const SUM_BYTES = 32
/** The name a sketch stands under: no metric's begins like this. */
const VISITORS = ':visitors'
const GAUGE_BYTES = 64

export class CodedCell {
  private readonly cell: Cell
  private readonly sketch: Uint8Array | undefined

  constructor(cell: Cell) {
    this.cell = cell
    this.sketch = cell.visitors?.encode()
  }

  /** The bytes that it takes at the most, new names included. */
  cost(names: NameTable): number {
    const { cell, sketch } = this
    let most = 0
    for (const name of cell.names) most += SUM_BYTES + names.cost(name)
    for (const name of cell.gauges?.keys() ?? []) most += GAUGE_BYTES + SUM_BYTES + names.cost(name)
    return sketch ? most + sketch.length + SUM_BYTES + names.cost(VISITORS) : most
  }

  write(body: Writer, names: NameTable): void {
    const { cell, sketch } = this
    body.varint(cell.names.length + (cell.gauges?.size ?? 0) + (sketch ? 1 : 0))
    for (let i = 0; i < cell.names.length; i++) {
      writeSum(body, names.index(cell.names[i]!) * 4, cell.sums[i]!, cell.carries[i]!)
    }
    for (const [name, gauge] of cell.gauges ?? []) writeBytes(body, names.index(name) * 4, bytesOf(gauge))
    if (sketch) writeBytes(body, names.index(VISITORS) * 4, sketch)
  }
}

/** `sketches` says whether distinct visitors are wanted: they are most of the work. */
export function readCell(cursor: Cursor, names: readonly string[], sketches = true): Cell {
  const cell = empty()
  for (let left = cursor.varint(); left > 0; left--) {
    const word = cursor.varint()
    const [name, form] = [names[word >>> 2]!, word & 3]
    if (form === FORM.bytes) {
      const bytes = cursor.slice()
      if (name !== VISITORS) (cell.gauges ??= new Map()).set(name, gaugeIn(bytes))
      else if (sketches) cell.visitors = Sketch.decode(bytes)
      continue
    }
    const sum = form === FORM.whole ? cursor.signed() : cursor.float64()
    add(cell, name, sum, form === FORM.carried ? cursor.float64() : 0)
  }
  return cell
}

function writeSum(body: Writer, name: number, sum: number, carry: number): void {
  if (carry !== 0) {
    body.varint(name + FORM.carried)
    body.float64(sum)
    body.float64(carry)
  } else if (Number.isInteger(sum) && Math.abs(sum) <= LARGEST_VARINT) {
    body.varint(name + FORM.whole)
    body.signed(sum)
  } else {
    body.varint(name + FORM.float)
    body.float64(sum)
  }
}

function writeBytes(body: Writer, name: number, bytes: Uint8Array): void {
  body.varint(name + FORM.bytes)
  body.varint(bytes.length)
  body.append(bytes)
}

function bytesOf(gauge: Gauge): Uint8Array {
  const view = new DataView(new ArrayBuffer(GAUGE_BYTES))
  toNumbers(gauge).forEach((number, i) => view.setFloat64(8 * i, number))
  return new Uint8Array(view.buffer)
}

function gaugeIn(bytes: Uint8Array): Gauge {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return fromNumbers(Array.from({ length: GAUGE_BYTES / 8 }, (_, i) => view.getFloat64(8 * i)))
}

/** Names by number, in the order they came. */
export class NameTable {
  /** What it takes at the most. */
  bytes = 16
  private readonly numbers = new Map<string, number>()

  index(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    this.bytes += this.cost(name)
    this.numbers.set(name, this.numbers.size)
    return this.numbers.size - 1
  }

  /** The bytes that a name adds at the most. */
  cost(name: string): number {
    return this.numbers.has(name) ? 0 : 3 * name.length + 4
  }

  write(part: Writer): void {
    part.varint(this.numbers.size)
    for (const name of this.numbers.keys()) part.text(name)
  }

  clear(): void {
    this.numbers.clear()
    this.bytes = 16
  }
}

/** What NameTable wrote. */
export const readNames = (cursor: Cursor): string[] => Array.from({ length: cursor.varint() }, () => cursor.text())
