/**
 * A part: the binary form of a fragment, or of a piece of one where it would not fit a row. Version 2:
 *
 *    0  1   version
 *    1  8   base: the fragment's first start, in units of 10 s since 1970 (float64, so that it may lie before)
 *    9  4   span: the part's last start minus base, in units
 *   13  4   n: how many series
 *   17  4n  where each series begins in the body, in order of type index, then path (bytes of UTF-8)
 *           metrics: count, names      types: count, names
 *           body: n series
 *
 *   series = type index · path key · cells up to the next series
 *   cell   = units since the last start (the first: since base) · numbers, see code.ts; version 1 had no form 3
 *
 * Numbers without a width are varints; texts are their length and UTF-8. One series is found by binary search, and
 * nothing else is decoded. A series too long for one part goes on in the next.
 */
import { compareBytes, Cursor, textOf, Writer } from './bytes'
import type { Cell } from './cell'
import { CodedCell, NameTable, readCell, readNames } from './code'
import { SEPARATOR } from './dimension'

export const VERSION = 2
/** The finest start there is: 10 s. */
export const UNIT_MS = 10_000
/** A row holds 2 MB at the most; parts of this size leave room for several to a statement. */
export const PART_BYTES = 512 * 1024

const TABLE = 17
/** What stands before the sums of a cell, or before a series but for its path. */
const LEAD_BYTES = 32

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerPart extends Error {
  override name = 'NewerPart'
  constructor(version: number) {
    super(`fragment part of version ${version}; this release reads up to ${VERSION}`)
  }
}

export interface PlacedCell {
  type: string
  /** A path key. */
  path: string
  /** Unix milliseconds. */
  start: number
  cell: Cell
}

const NO_KEY = new Uint8Array()

/** Takes cells in order of type, path and start, and makes parts of them. */
export class PartWriter {
  readonly parts: Uint8Array[] = []
  private readonly body = new Writer()
  private offsets: number[] = []
  private readonly metrics = new NameTable()
  private readonly types = new NameTable()
  private type = ''
  private key: Uint8Array = NO_KEY
  private last = 0
  private until: number
  private readonly base: number

  /** No start to come lies before `base`. */
  constructor(base: number) {
    this.base = base
    this.until = base
  }

  series(type: string, key: Uint8Array): void {
    this.type = type
    this.key = key
    if (this.size + LEAD_BYTES + key.length + 3 * type.length > PART_BYTES) this.finish()
    this.open()
  }

  cell(unit: number, cell: Cell): void {
    const coded = new CodedCell(cell)
    if (this.size + LEAD_BYTES + coded.cost(this.metrics) > PART_BYTES) {
      this.finish()
      this.open()
    }
    const { body } = this
    body.varint(unit - this.last)
    this.last = unit
    if (unit > this.until) this.until = unit
    coded.write(body, this.metrics)
  }

  finish(): void {
    const { body, offsets, until, base } = this
    if (!offsets.length) return
    const part = new Writer()
    part.uint8(VERSION)
    part.float64(base)
    part.uint32(until - base)
    part.uint32(offsets.length)
    for (const offset of offsets) part.uint32(offset)
    this.metrics.write(part)
    this.types.write(part)
    part.append(body.taken())
    this.parts.push(part.taken())
    body.clear()
    this.metrics.clear()
    this.types.clear()
    this.offsets = []
    this.until = base
  }

  private get size(): number {
    return TABLE + 4 * this.offsets.length + this.metrics.bytes + this.types.bytes + this.body.length
  }

  private open(): void {
    const { body } = this
    this.offsets.push(body.length)
    body.varint(this.types.index(this.type))
    body.varint(this.key.length)
    body.append(this.key)
    this.last = this.base
  }
}

/** The cells of one series that lie in a part, oldest first; starts in unix milliseconds. */
export function seriesIn(bytes: Uint8Array, type: string, path: string): { start: number; cell: Cell }[] {
  const part = open(bytes)
  const typeIndex = part.types.indexOf(type)
  if (typeIndex < 0) return []
  const key = encoder.encode(path)
  const i = part.lowerBound(typeIndex, key)
  if (i === part.count) return []
  const found = part.head(i)
  if (found.type !== typeIndex || compareBytes(found.key, key) !== 0) return []
  return part.cells(i)
}

/** The path keys one level below a parent that have cells of their own in a part. */
export function childrenIn(bytes: Uint8Array, type: string, parent: string): string[] {
  const part = open(bytes)
  const typeIndex = part.types.indexOf(type)
  if (typeIndex < 0) return []
  const prefix = encoder.encode(parent && parent + SEPARATOR)
  const children: string[] = []
  let i = part.lowerBound(typeIndex, prefix)
  while (i < part.count) {
    const { type: at, key } = part.head(i)
    if (at !== typeIndex || compareBytes(key.subarray(0, prefix.length), prefix) !== 0) break
    const deeper = key.indexOf(SEPARATOR_BYTE, prefix.length)
    if (deeper < 0) {
      if (key.length > prefix.length) children.push(textOf(key))
      i++
    } else {
      // What lies below one child lies together: the next child is past it.
      const past = key.slice(0, deeper + 1)
      past[deeper] = SEPARATOR_BYTE + 1
      i = part.lowerBound(typeIndex, past, i)
    }
  }
  return children
}

export function* cellsIn(bytes: Uint8Array): Generator<PlacedCell> {
  const part = open(bytes)
  for (let i = 0; i < part.count; i++) {
    const head = part.head(i)
    const type = part.types[head.type]!
    const path = textOf(head.key)
    for (const { start, cell } of part.cells(i)) yield { type, path, start, cell }
  }
}

/** Between which starts a part's cells lie, both inclusive, unix milliseconds. */
export function extentIn(bytes: Uint8Array): [first: number, last: number] {
  const { base, span } = open(bytes)
  return [base * UNIT_MS, (base + span) * UNIT_MS]
}

const SEPARATOR_BYTE = SEPARATOR.charCodeAt(0)
const encoder = new TextEncoder()

class Part {
  readonly base: number
  readonly span: number
  readonly count: number
  readonly types: string[]
  private readonly metrics: string[]
  private readonly body: number
  private readonly cursor: Cursor

  constructor(bytes: Uint8Array) {
    const cursor = new Cursor(bytes)
    const version = cursor.uint8()
    if (version > VERSION) throw new NewerPart(version)
    this.cursor = cursor
    this.base = cursor.float64()
    this.span = cursor.uint32()
    this.count = cursor.uint32()
    cursor.at += 4 * this.count
    this.metrics = readNames(cursor)
    this.types = readNames(cursor)
    this.body = cursor.at
  }

  head(i: number): { type: number; key: Uint8Array } {
    this.cursor.at = this.offset(i)
    return { type: this.cursor.varint(), key: this.cursor.slice() }
  }

  /** The first series at or past a place. */
  lowerBound(type: number, key: Uint8Array, from = 0): number {
    let [low, high] = [from, this.count]
    while (low < high) {
      const middle = (low + high) >>> 1
      const head = this.head(middle)
      if ((head.type - type || compareBytes(head.key, key)) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  cells(i: number): { start: number; cell: Cell }[] {
    this.head(i)
    const { cursor } = this
    const end = this.offset(i + 1)
    const cells: { start: number; cell: Cell }[] = []
    let unit = this.base
    while (cursor.at < end) {
      unit += cursor.varint()
      cells.push({ start: unit * UNIT_MS, cell: readCell(cursor, this.metrics) })
    }
    return cells
  }

  private offset(i: number): number {
    return i < this.count ? this.body + this.cursor.uint32At(TABLE + 4 * i) : this.cursor.bytes.length
  }
}

/** A reader of many series asks the same part again and again. */
const parts = new WeakMap<Uint8Array, Part>()

function open(bytes: Uint8Array): Part {
  const known = parts.get(bytes)
  if (known) return known
  const part = new Part(bytes)
  parts.set(bytes, part)
  return part
}
