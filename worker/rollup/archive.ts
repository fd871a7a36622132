/**
 * The archive: raw events in few bytes, so that they can be kept for weeks and asked again. An event of a browser has a
 * dozen dimensions, and nearly all of them came before: what comes again is said once and then by number. Version 1:
 *
 *    0  1   version
 *    1  8   first, and
 *    9  8   last time of an event, unix milliseconds (float64)
 *   17  4   how many events
 *           texts: count, the length of each in UTF-16 units, bytes, all of them as one text
 *           columns, shapes, sets and forms, each a count and its rows; then the events, in the order given
 *
 *   column  = text of a name at the top of a tree, how many values, bytes, the values (see subtree.ts). Column 0 has no
 *             name: it is for dimensions that are no tree
 *   shape   = how many columns, the columns: the names at the top of a tree. Shape 0, not listed, is column 0 alone
 *   set     = shape, the value's number in each column: the dimensions of an event
 *   form    = type · 1 where a visitor follows · gauges + 1, or 0 for none at all, their names · metrics, their names
 *   event   = time since the event before (signed; the first: since 1970) · set, as how many sets back from the next
 *             new one, so that 0 is that new one · form · values of metrics, then of gauges · visitor
 *   number  = a whole one signed × 2, or 1 and a float64
 *
 * Lossless but for one thing: a visitor whose hash is salted by the day is not kept. The salt is dropped so that what
 * one person did cannot be told apart any more; a log of events under one hash would undo that. A visitor that the
 * site itself names is kept.
 */
import type { Dimensions, Event, Numbers } from '../../sdk/wire/event'
import { Writer } from './bytes'
import { VERSION, writeNumber } from './chunk'
import { isTree, write } from './subtree'
import { Table } from './table'
import { Values } from './values'

export { decode, extentOf, NewerChunk } from './chunk'

/** A row holds 2 MB at the most; chunks of this size leave room for several to a statement, and are read in a moment. */
export const ARCHIVE_BYTES = 512 * 1024
/**
 * The largest event that the door lets in: 64 ready paths of 8 names of 256 bytes, 32 metrics and as many gauges, with
 * what points at them. A chunk that has less room left is closed.
 */
const EVENT_BYTES = 176 * 1024
/** What stands before the tables and between them, at its longest. */
const LEAD_BYTES = 96
/** What stands before the values of a column, at its longest. */
const COLUMN_BYTES = 16

/** Chunks that each fit a row, in the order of the events. Times are whole milliseconds, texts well-formed. */
export function encode(events: readonly Event[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let chunk = new ChunkWriter()
  for (const event of events) {
    if (chunk.size > ARCHIVE_BYTES - EVENT_BYTES) {
      chunks.push(chunk.taken())
      chunk = new ChunkWriter()
    }
    chunk.add(event)
  }
  if (events.length > 0) chunks.push(chunk.taken())
  return chunks
}

class ChunkWriter {
  private count = 0
  private first = Number.POSITIVE_INFINITY
  private last = Number.NEGATIVE_INFINITY
  private previous = 0
  private readonly texts = new Map<string, number>()
  /** What the texts take at the most. */
  private textBytes = 0
  private readonly columns: ColumnWriter[] = [new ColumnWriter(0, 0)]
  private readonly columnOf = new Map<string, ColumnWriter>()
  /** The values of all columns, in the order they came. */
  private readonly values = new Writer()
  private readonly shapes = new Table()
  private readonly sets = new Table()
  private readonly forms = new Table()
  private readonly events = new Writer()

  get size(): number {
    const bodies = this.values.length + this.shapes.body.length + this.sets.body.length + this.forms.body.length
    return LEAD_BYTES + this.textBytes + COLUMN_BYTES * this.columns.length + bodies + this.events.length
  }

  add(event: Event): void {
    const { at, dimensions, metrics, gauges = {} } = event
    const visitor = event.daily ? undefined : event.visitor
    const { events } = this
    events.signed(at - this.previous)
    events.varint(this.setsBack(dimensions))
    events.varint(this.form(event, visitor !== undefined))
    for (const name in metrics) writeNumber(events, metrics[name]!)
    for (const name in gauges) writeNumber(events, gauges[name]!)
    if (visitor !== undefined) events.varint(visitor)
    this.previous = at
    this.first = Math.min(this.first, at)
    this.last = Math.max(this.last, at)
    this.count++
  }

  taken(): Uint8Array {
    const chunk = new Writer()
    chunk.uint8(VERSION)
    chunk.float64(this.first)
    chunk.float64(this.last)
    chunk.uint32(this.count)
    chunk.varint(this.texts.size)
    for (const text of this.texts.keys()) chunk.varint(text.length)
    chunk.text([...this.texts.keys()].join(''))
    chunk.varint(this.columns.length)
    const values = this.values.taken()
    for (const column of this.columns) column.write(chunk, values)
    for (const { count, body } of [this.shapes, this.sets, this.forms]) {
      chunk.varint(count)
      chunk.append(body.taken())
    }
    chunk.append(this.events.taken())
    return chunk.taken()
  }

  private readonly text = (text: string): number => {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    this.textBytes += 3 * text.length + 4
    this.texts.set(text, this.texts.size)
    return this.texts.size - 1
  }

  private setsBack(dimensions: Dimensions): number {
    const next = this.sets.count
    return next - this.sets.row(this.set(dimensions))
  }

  private set(dimensions: Dimensions): number[] {
    if (!isTree(dimensions)) return [0, this.value(this.columns[0]!, dimensions)]
    const shape = [0]
    const row = [0]
    for (const name of Object.keys(dimensions)) {
      const column = this.columnOf.get(name) ?? this.addColumn(name)
      shape.push(column.number)
      row.push(this.value(column, dimensions[name]!))
    }
    shape[0] = shape.length - 1
    row[0] = this.shapes.row(shape) + 1
    return row
  }

  private addColumn(name: string): ColumnWriter {
    const column = new ColumnWriter(this.columns.length, this.text(name))
    this.columns.push(column)
    this.columnOf.set(name, column)
    return column
  }

  private value(column: ColumnWriter, value: Dimensions): number {
    const { values } = this
    const number = column.values.numberOf(value, column.count)
    if (number < column.count) return number
    const start = values.length
    write(value, values, this.text)
    column.add(start, values.length)
    return number
  }

  private form({ type, metrics, gauges }: Event, hasVisitor: boolean): number {
    const row = [this.text(type), hasVisitor ? 1 : 0]
    if (gauges) this.pushNames(row, gauges, 1)
    else row.push(0)
    this.pushNames(row, metrics, 0)
    return this.forms.row(row)
  }

  private pushNames(row: number[], numbers: Numbers, more: number): void {
    const at = row.push(0)
    for (const name in numbers) row.push(this.text(name))
    row[at - 1] = row.length - at + more
  }
}

/** Where the values of a column lie among all. */
class ColumnWriter {
  count = 0
  readonly number: number
  readonly values = new Values()
  private readonly name: number
  /** Where each starts and ends. */
  private readonly spans: number[] = []

  constructor(number: number, name: number) {
    this.number = number
    this.name = name
  }

  add(start: number, end: number): void {
    this.spans.push(start, end)
    this.count++
  }

  write(chunk: Writer, values: Uint8Array): void {
    const { spans } = this
    let bytes = 0
    for (let i = 0; i < spans.length; i += 2) bytes += spans[i + 1]! - spans[i]!
    chunk.varint(this.name)
    chunk.varint(this.count)
    chunk.varint(bytes)
    for (let i = 0; i < spans.length; i += 2) chunk.append(values.subarray(spans[i]!, spans[i + 1]!))
  }
}
