/**
 * A chunk of the archive, read: its tables first, then its events one after the other, each as the numbers it is made
 * of. Nothing is built for an event; who wants events whole has them decoded. The bytes are drawn in archive.ts.
 */
import type { Dimensions, Event, Numbers } from '../../sdk/wire/event'
import { Cursor, LARGEST_VARINT, type Writer } from './bytes'
import { read } from './subtree'

export const VERSION = 1

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerChunk extends Error {
  override name = 'NewerChunk'
  constructor(version: number) {
    super(`archive chunk of version ${version}; this release reads up to ${VERSION}`)
  }
}

export interface Extent {
  /** Times of the earliest and of the latest event, both inclusive, unix milliseconds. */
  first: number
  last: number
  events: number
}

/** The distinct values under one name at the top of trees; they are read when first asked for. */
class Column {
  /** Undefined for dimensions that are no tree. */
  readonly name: string | undefined
  private readonly count: number
  private readonly at: number
  private readonly cursor: Cursor
  private readonly texts: readonly string[]
  private known: Dimensions[] | undefined

  /** Begins where `cursor` points, and later moves it: it is for columns alone. */
  constructor(cursor: Cursor, isNamed: boolean, texts: readonly string[]) {
    const name = texts[cursor.varint()]
    this.name = isNamed ? name : undefined
    this.count = cursor.varint()
    const bytes = cursor.varint()
    this.at = cursor.at
    cursor.at += bytes
    this.cursor = cursor
    this.texts = texts
  }

  get values(): readonly Dimensions[] {
    const { cursor, texts, count } = this
    if (this.known) return this.known
    cursor.at = this.at
    this.known = rowsOf(count, () => read(cursor, texts))
    return this.known
  }
}

/** What all events of a kind share. */
export interface Form {
  type: string
  hasVisitor: boolean
  gauges: string[] | undefined
  metrics: string[]
}

/** A whole number is doubled to make room for the sign, then for the mark. */
const LARGEST_WHOLE = LARGEST_VARINT / 2

export function writeNumber(body: Writer, number: number): void {
  if (Number.isInteger(number) && Math.abs(number) <= LARGEST_WHOLE && !Object.is(number, -0)) {
    body.varint(2 * (number < 0 ? -2 * number - 1 : 2 * number))
  } else {
    body.varint(1)
    body.float64(number)
  }
}

function readNumber(cursor: Cursor): number {
  const word = cursor.varint()
  if (word === 1) return cursor.float64()
  const signed = word / 2
  return signed % 2 ? -(signed + 1) / 2 : signed / 2
}

export class Chunk implements Extent {
  readonly first: number
  readonly last: number
  readonly events: number
  readonly columns: readonly Column[]
  /** The columns of each shape. */
  readonly shapes: readonly number[][]
  readonly setCount: number
  readonly forms: readonly Form[]
  /** Of each set where in `rows` its shape stands; the numbers of its values follow. */
  readonly setAt: Uint32Array
  readonly rows: Uint32Array
  // The event last read.
  at = 0
  set = 0
  form = 0
  /** Of its metrics, then of its gauges. */
  readonly numbers: number[] = []
  visitor: number | undefined
  private readonly cursor: Cursor
  private left: number
  private nextSet = 0

  constructor(bytes: Uint8Array) {
    const cursor = new Cursor(bytes)
    ;({ first: this.first, last: this.last, events: this.events } = headOf(cursor))
    const texts = readTexts(cursor)
    const columns = new Cursor(bytes)
    columns.at = cursor.at
    this.columns = rowsOf(columns.varint(), (i) => new Column(columns, i > 0, texts))
    cursor.at = columns.at
    this.shapes = [[0], ...rowsOf(cursor.varint(), () => rowsOf(cursor.varint(), () => cursor.varint()))]
    this.setCount = cursor.varint()
    this.setAt = new Uint32Array(this.setCount)
    this.rows = this.readSets(cursor)
    const names = (count: number) => rowsOf(count, () => texts[cursor.varint()]!)
    this.forms = rowsOf(cursor.varint(), () => {
      const [type, hasVisitor, gauges] = [texts[cursor.varint()]!, cursor.varint() === 1, cursor.varint()]
      return { type, hasVisitor, gauges: gauges === 0 ? undefined : names(gauges - 1), metrics: names(cursor.varint()) }
    })
    this.cursor = cursor
    this.left = this.events
  }

  /** Reads the next event; false after the last. */
  next(): boolean {
    if (this.left === 0) return false
    const { cursor, numbers } = this
    this.left--
    this.at += cursor.signed()
    const back = cursor.varint()
    this.set = this.nextSet - back
    if (back === 0) this.nextSet++
    this.form = cursor.varint()
    const form = this.forms[this.form]!
    const count = form.metrics.length + (form.gauges?.length ?? 0)
    for (let i = 0; i < count; i++) numbers[i] = readNumber(cursor)
    this.visitor = form.hasVisitor ? cursor.varint() : undefined
    return true
  }

  /** The dimensions of a set, built anew. */
  dimensionsOf(set: number): Dimensions {
    const at = this.setAt[set]!
    const shape = this.rows[at]!
    const valueOf = (column: number, i: number) => this.columns[column]!.values[this.rows[at + 1 + i]!]!
    if (shape === 0) return valueOf(0, 0)
    const tree: Record<string, Dimensions> = Object.create(null)
    for (const [i, column] of this.shapes[shape]!.entries()) tree[this.columns[column]!.name!] = valueOf(column, i)
    return tree
  }

  private readSets(cursor: Cursor): Uint32Array {
    // A number takes a byte at the least.
    const rows = new Uint32Array(cursor.bytes.length - cursor.at)
    let length = 0
    for (let set = 0; set < this.setCount; set++) {
      this.setAt[set] = length
      const shape = cursor.varint()
      rows[length++] = shape
      for (let left = this.shapes[shape]!.length; left > 0; left--) rows[length++] = cursor.varint()
    }
    return rows
  }
}

function rowsOf<Row>(count: number, row: (i: number) => Row): Row[] {
  const rows: Row[] = []
  for (let i = 0; i < count; i++) rows.push(row(i))
  return rows
}

/** All of them are one text, cut: a decoder's call costs more than its work. */
function readTexts(cursor: Cursor): string[] {
  const lengths = rowsOf(cursor.varint(), () => cursor.varint())
  const all = cursor.text()
  let end = 0
  return lengths.map((length) => all.slice(end, (end += length)))
}

/** The events of a chunk, in the order they were given. */
export function* decode(bytes: Uint8Array): Generator<Event> {
  const chunk = new Chunk(bytes)
  const { numbers } = chunk
  while (chunk.next()) {
    const { at, visitor } = chunk
    const { type, metrics, gauges } = chunk.forms[chunk.form]!
    yield {
      at,
      type,
      dimensions: chunk.dimensionsOf(chunk.set),
      metrics: numbersOf(metrics, numbers, 0),
      ...(gauges && { gauges: numbersOf(gauges, numbers, metrics.length) }),
      ...(visitor !== undefined && { visitor }),
    }
  }
}

/** Read from the first bytes alone. */
export const extentOf = (bytes: Uint8Array): Extent => headOf(new Cursor(bytes))

function headOf(cursor: Cursor): Extent {
  const version = cursor.uint8()
  if (version > VERSION) throw new NewerChunk(version)
  return { first: cursor.float64(), last: cursor.float64(), events: cursor.uint32() }
}

function numbersOf(names: readonly string[], numbers: readonly number[], from: number): Numbers {
  const made: Numbers = Object.create(null)
  for (const [i, name] of names.entries()) made[name] = numbers[from + i]!
  return made
}
