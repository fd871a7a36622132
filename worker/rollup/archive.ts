/**
 * The archive: raw events in few bytes, so that they can be kept for weeks and asked again. An event of a browser has a
 * dozen dimensions, and nearly all of them came before: what comes again is said once and then by number. Version 1:
 *
 *    0  1   version
 *    1  8   first, and
 *    9  8   last time of an event, unix milliseconds (float64)
 *   17  4   how many events
 *           six tables, each a count and its rows, then the events in the order given
 *
 *   texts   = the text
 *   columns = index of a name at the top of a tree's text from 1 on; column 0, not listed, is for dimensions that are no tree
 *   values  = column · subtree (see subtree.ts), numbered within its column
 *   shapes  = how many columns, the columns: the names at the top of a tree, from 1 on; shape 0, not listed, is column 0 alone
 *   sets    = shape · the value's number in each column: the dimensions of an event
 *   forms   = type · 1 where a visitor follows · gauges + 1, or 0 for none at all, their names · metrics, their names
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
import { isTree, signatureOf, write } from './subtree'

export { decode, extentOf, NewerChunk } from './chunk'

/** A row holds 2 MB at the most; chunks of this size leave room for several to a statement, and are read in a moment. */
export const ARCHIVE_BYTES = 512 * 1024
/**
 * The largest event that the door lets in: 64 ready paths of 8 names of 256 bytes, 32 metrics and as many gauges, with
 * what points at them. A chunk that has less room left is closed.
 */
const EVENT_BYTES = 176 * 1024
/** What stands before the tables, and the count of each, at their longest. */
const LEAD_BYTES = 64

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
  private readonly texts = new Table()
  private readonly columns = new Table()
  private readonly values = new Table()
  private readonly shapes = new Table()
  private readonly sets = new Table()
  private readonly forms = new Table()
  private readonly events = new Writer()
  /** By column: the numbers of its values by signature. */
  private readonly numbers: Map<string, number>[] = [new Map()]
  private readonly text = (text: string): number => this.texts.find(text) ?? this.addText(text)

  private get tables(): Table[] {
    return [this.texts, this.columns, this.values, this.shapes, this.sets, this.forms]
  }

  get size(): number {
    return this.tables.reduce((size, { body }) => size + body.length, LEAD_BYTES + this.events.length)
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
    for (const { count, body } of this.tables) {
      chunk.varint(count)
      chunk.append(body.taken())
    }
    chunk.append(this.events.taken())
    return chunk.taken()
  }

  private setsBack(dimensions: Dimensions): number {
    const next = this.sets.count
    return next - this.sets.row(this.set(dimensions))
  }

  private set(dimensions: Dimensions): number[] {
    if (!isTree(dimensions)) return [0, this.value(0, dimensions)]
    const columns: number[] = []
    const row = [0]
    for (const name of Object.keys(dimensions)) {
      const column = this.column(name)
      columns.push(column)
      row.push(this.value(column, dimensions[name]!))
    }
    row[0] = this.shapes.row([columns.length, ...columns]) + 1
    return row
  }

  private column(name: string): number {
    const column = this.columns.row([this.text(name)]) + 1
    this.numbers[column] ??= new Map()
    return column
  }

  private value(column: number, value: Dimensions): number {
    const numbers = this.numbers[column]!
    const signature = signatureOf(value)
    const known = numbers.get(signature)
    if (known !== undefined) return known
    const { body } = this.values
    body.varint(column)
    write(value, body, this.text)
    this.values.count++
    numbers.set(signature, numbers.size)
    return numbers.size - 1
  }

  private form({ type, metrics, gauges }: Event, hasVisitor: boolean): number {
    const names = (numbers: Numbers) => Object.keys(numbers).map(this.text)
    const measured = gauges ? names(gauges) : undefined
    const summed = names(metrics)
    return this.forms.row([
      this.text(type),
      hasVisitor ? 1 : 0,
      measured ? measured.length + 1 : 0,
      ...(measured ?? []),
      summed.length,
      ...summed,
    ])
  }

  private addText(text: string): number {
    this.texts.body.text(text)
    return this.texts.add(text)
  }
}

/** Rows by number, in the order they came. */
class Table {
  count = 0
  readonly body = new Writer()
  private readonly numbers = new Map<string, number>()

  find(key: string): number | undefined {
    return this.numbers.get(key)
  }

  add(key: string): number {
    this.numbers.set(key, this.count)
    return this.count++
  }

  /** The number of a row of varints. */
  row(row: readonly number[]): number {
    const key = row.join()
    const known = this.find(key)
    if (known !== undefined) return known
    for (const number of row) this.body.varint(number)
    return this.add(key)
  }
}
