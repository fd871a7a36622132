/**
 * The hours of a day, in the day's own row: a series of hours is one row a day, and not one an hour. Version 1:
 *
 *   version · for each hour: minutes since the day began · metrics (length, text as cell.ts writes it) · sketch (length, bytes)
 *
 * Numbers are varints. Hours are in order; one without events is absent. A length of 0 is no sketch.
 */
import { Cursor, Writer } from './bytes'
import { type Cell, fromText, toText } from './cell'

const VERSION = 1
const MINUTE = 60_000

/** Cells by the hour's start, unix milliseconds. */
export type Hours = ReadonlyMap<number, Cell>

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerHours extends Error {
  override name = 'NewerHours'
  constructor(version: number) {
    super(`hours of version ${version}; this release reads up to ${VERSION}`)
  }
}

export function packHours(day: number, hours: Hours): Uint8Array {
  const body = new Writer()
  body.uint8(VERSION)
  for (const [start, cell] of [...hours].sort(([a], [b]) => a - b)) {
    body.varint((start - day) / MINUTE)
    body.text(toText(cell))
    const sketch = cell.visitors?.encode()
    body.varint(sketch?.length ?? 0)
    if (sketch) body.append(sketch)
  }
  return body.taken()
}

/** `sketches` says whether distinct visitors are wanted: they are most of the bytes. */
export function* hoursIn(day: number, bytes: Uint8Array, sketches = true): Generator<[start: number, cell: Cell]> {
  const cursor = new Cursor(bytes)
  const version = cursor.uint8()
  if (version > VERSION) throw new NewerHours(version)
  while (cursor.at < bytes.length) {
    const start = day + cursor.varint() * MINUTE
    const text = cursor.text()
    const sketch = cursor.slice()
    yield [start, fromText(text, sketches && sketch.length ? sketch : undefined)]
  }
}
