/**
 * The hours of a day, in the day's own row: a series of hours is one row a day, and not one an hour. Version 1:
 *
 *   version · names of metrics: count, texts · for each hour: minutes since the day began · cell, see code.ts
 *
 * Numbers are varints, texts their length and UTF-8. Hours are in order; one without events is absent.
 */
import { Cursor, Writer } from './bytes'
import type { Cell } from './cell'
import { CodedCell, NameTable, readCell, readNames } from './code'

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

/** One after the other, thousands of days are packed. */
const body = new Writer()
const packed = new Writer()

export function packHours(day: number, hours: Hours): Uint8Array {
  const names = new NameTable()
  body.clear()
  packed.clear()
  for (const [start, cell] of [...hours].sort(([a], [b]) => a - b)) {
    body.signed((start - day) / MINUTE)
    new CodedCell(cell).write(body, names)
  }
  packed.uint8(VERSION)
  names.write(packed)
  packed.append(body.taken())
  return packed.taken()
}

/** `sketches` says whether distinct visitors are wanted: they are most of the bytes. */
export function* hoursIn(day: number, bytes: Uint8Array, sketches = true): Generator<[start: number, cell: Cell]> {
  const cursor = new Cursor(bytes)
  const version = cursor.uint8()
  if (version > VERSION) throw new NewerHours(version)
  const names = readNames(cursor)
  while (cursor.at < bytes.length) yield [day + cursor.signed() * MINUTE, readCell(cursor, names, sketches)]
}
