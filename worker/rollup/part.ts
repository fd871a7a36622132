/**
 * A part: the binary form of a fragment, or of a piece of one where it would not fit a row. Version 1:
 *
 *    0  1   version
 *    1  8   base: the first start in it, in units of 10 s since 1970 (float64, so that it may lie before)
 *    9  4   span: the last start minus the first, in units
 *   13  4   n: how many series
 *   17  4n  where each series begins in the body, in order of type, then path (bytes of UTF-8)
 *           metrics: count, names      types: count, names, sorted
 *           body: n series
 *
 *   series = type index · path key · cells up to the next series
 *   cell   = units since the last start (the first: since base) · number of sums · sums
 *   sum    = metric index × 4 + form · value. Form 0: a whole number, 1: float64, 2: float64 and carry; 3 is kept for a sketch.
 *
 * Numbers without a width are varints; texts are their length and UTF-8. One series is found by binary search, and
 * nothing else is decoded. A series too long for one part goes on in the next.
 */
import { compareBytes, Cursor, LARGEST_VARINT, textOf, Writer } from './bytes'
import { add, type Cell, empty } from './cell'
import { SEPARATOR } from './dimension'

export const VERSION = 1
/** The finest start there is: 10 s. */
export const UNIT_MS = 10_000
/** A row holds 2 MB at the most; parts of this size leave room for several to a statement. */
export const PART_BYTES = 512 * 1024

const BASE = 1
const COUNT = 13
const TABLE = 17
const FORM = { whole: 0, float: 1, carried: 2 } as const
/** A value, its carry and its two varints, at their longest. */
const SUM_BYTES = 32
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

/** Takes cells in order of type, path and start, and makes parts of them. */
export class PartWriter {
  readonly parts: Uint8Array[] = []
  private readonly body = new Writer()
  private offsets: number[] = []
  private readonly metrics = new Names()
  private readonly types = new Names()
  private type = ''
  private key = new Uint8Array()
  private last = 0
  private until = 0

  /** `units` bounds all starts to come; a part's own are counted from there. */
  constructor(private readonly base: number) {}

  series(type: string, key: Uint8Array): void {
    this.type = type
    this.key = key
    if (this.size + LEAD_BYTES + key.length + 3 * type.length > PART_BYTES) this.finish()
    this.open()
  }

  cell(unit: number, { names, sums, carries }: Cell): void {
    let more = LEAD_BYTES
    for (const name of names) more += SUM_BYTES + this.metrics.cost(name)
    if (this.size + more > PART_BYTES) {
      this.finish()
      this.open()
    }
    const { body } = this
    body.varint(unit - this.last)
    this.last = unit
    if (unit > this.until) this.until = unit
    body.varint(names.length)
    for (let i = 0; i < names.length; i++) this.sum(names[i]!, sums[i]!, carries[i]!)
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
    this.offsets = []
    this.until = 0
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

  private sum(name: string, sum: number, carry: number): void {
    const { body } = this
    const metric = this.metrics.index(name) * 4
    if (carry !== 0) {
      body.varint(metric + FORM.carried)
      body.float64(sum)
      body.float64(carry)
    } else if (Number.isInteger(sum) && Math.abs(sum) <= LARGEST_VARINT) {
      body.varint(metric + FORM.whole)
      body.signed(sum)
    } else {
      body.varint(metric + FORM.float)
      body.float64(sum)
    }
  }
}
