/**
 * A fragment: the partial rollup of a slice of a log, in buckets of ten seconds.
 * In memory a map; on disk parts that each fit a row, sorted by type and path behind a table of offsets,
 * so that one series is one binary search in each part.
 *
 *   0  1  version            5  …  names of metrics: count, texts
 *   1  4  entries n          …  4n offsets of the entries, sorted
 *                            …  entries: type, path key, buckets: count, (start − last start, metrics: count, (name, value))
 *
 * Buckets are counted in tens of seconds since the epoch. A value is an even-tagged integer or a tagged float:
 * tag 0 and 1 an integer ≥ 0 or < 0, 2 a float64, 3 a float64 and its carry.
 */
import type { Event } from '../../sdk/wire/event'
import { ByteReader, Writer } from './bytes'
import { add, type Cell, empty, merge } from './cell'
import { keysOf, typesOf } from './dimension'

export const FRAGMENT_VERSION = 1
/** The finest interval there is; all others are made of it. */
const BUCKET_MS = 10_000
/** A part is closed when it is about this long: a row must stay well under the platform's 2 MB. */
const PART_BYTES = 400 * 1024

/** Buckets by their number since the epoch. */
type Buckets = Map<number, Cell>

export interface Bucketed {
  /** Unix milliseconds. */
  start: number
  cell: Cell
}

export class Fragment {
  private readonly types = new Map<string, Map<string, Buckets>>()

  /** Counts an event at every prefix of its type and every path of its dimensions. */
  add({ at, type, dimensions, metrics }: Event): void {
    const bucket = Math.floor(at / BUCKET_MS)
    const numbers = Object.entries(metrics)
    if (!('hits' in metrics)) numbers.push(['hits', 1])
    const counted = numbers.filter(([, value]) => value !== 0)
    if (!counted.length) return
    const keys = keysOf(dimensions)
    for (const each of typesOf(type)) {
      const paths = this.paths(each)
      for (const key of keys) {
        const cell = cellIn(paths, key, bucket)
        for (const [name, value] of counted) add(cell, name, value)
      }
    }
  }

  merge(other: Fragment): void {
    for (const { type, path, bucket, cell } of other.entries()) merge(cellIn(this.paths(type), path, bucket), cell)
  }

  *entries(): Generator<{ type: string; path: string; bucket: number; cell: Cell }> {
    for (const [type, paths] of this.types) {
      for (const [path, buckets] of paths) for (const [bucket, cell] of buckets) yield { type, path, bucket, cell }
    }
  }

  /** Type, path and buckets, by type and path. */
  sorted(): [type: string, path: string, buckets: Buckets][] {
    return sortedKeys(this.types).flatMap((type) => {
      const paths = this.types.get(type)!
      return sortedKeys(paths).map((path): [string, string, Buckets] => [type, path, paths.get(path)!])
    })
  }

  private paths(type: string): Map<string, Buckets> {
    const known = this.types.get(type)
    if (known) return known
    const paths = new Map<string, Buckets>()
    this.types.set(type, paths)
    return paths
  }
}

function cellIn(paths: Map<string, Buckets>, path: string, bucket: number): Cell {
  let buckets = paths.get(path)
  if (!buckets) paths.set(path, (buckets = new Map()))
  let cell = buckets.get(bucket)
  if (!cell) buckets.set(bucket, (cell = empty()))
  return cell
}

const sortedKeys = (map: Map<string, unknown>): string[] => [...map.keys()].sort(compareTexts)
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function encode(fragment: Fragment): Uint8Array[] {
  const parts: Uint8Array[] = []
  let part = new PartWriter()
  for (const [type, path, buckets] of fragment.sorted()) {
    part.add(type, path, buckets)
    if (part.length < PART_BYTES) continue
    parts.push(part.take())
    part = new PartWriter()
  }
  if (part.length) parts.push(part.take())
  return parts
}

class PartWriter {
  private readonly entries = new Writer()
  private readonly offsets: number[] = []
  private readonly names = new Map<string, number>()

  get length(): number {
    return this.entries.length
  }

  add(type: string, path: string, buckets: Buckets): void {
    const { entries } = this
    this.offsets.push(entries.length)
    entries.text(type)
    entries.text(path)
    entries.integer(buckets.size)
    let last = 0
    for (const [bucket, cell] of [...buckets].sort(([a], [b]) => a - b)) {
      entries.integer(bucket - last)
      last = bucket
      entries.integer(cell.size)
      for (const [name, { value, carry }] of cell) {
        entries.integer(this.nameOf(name))
        writeValue(entries, value, carry)
      }
    }
  }

  take(): Uint8Array {
    const part = new Writer()
    part.byte(FRAGMENT_VERSION)
    part.u32(this.offsets.length)
    part.integer(this.names.size)
    for (const name of this.names.keys()) part.text(name)
    const first = part.length + this.offsets.length * 4
    for (const offset of this.offsets) part.u32(first + offset)
    const head = part.take()
    const bytes = new Uint8Array(head.length + this.entries.length)
    bytes.set(head)
    bytes.set(this.entries.take(), head.length)
    return bytes
  }

  private nameOf(name: string): number {
    const known = this.names.get(name)
    if (known !== undefined) return known
    this.names.set(name, this.names.size)
    return this.names.size - 1
  }
}

const POSITIVE = 0
const NEGATIVE = 1
const FLOAT = 2
const CARRIED = 3

function writeValue(writer: Writer, value: number, carry: number): void {
  if (!carry && Number.isSafeInteger(value)) {
    writer.byte(value < 0 ? NEGATIVE : POSITIVE)
    writer.integer(Math.abs(value))
    return
  }
  writer.byte(carry ? CARRIED : FLOAT)
  writer.float(value)
  if (carry) writer.float(carry)
}

function readInto(cell: Cell, name: string, reader: ByteReader): void {
  const tag = reader.byte()
  if (tag === POSITIVE) add(cell, name, reader.integer())
  else if (tag === NEGATIVE) add(cell, name, -reader.integer())
  else if (tag === FLOAT) add(cell, name, reader.float())
  else {
    const value = reader.float()
    add(cell, name, value, reader.float())
  }
}

/** One part, opened: its names are read, its entries only when asked for. */
class Part {
  private readonly reader: ByteReader
  private readonly names: string[]
  private readonly table: number
  readonly size: number

  constructor(bytes: Uint8Array) {
    this.reader = new ByteReader(bytes)
    const version = this.reader.byte()
    if (version !== FRAGMENT_VERSION) throw new Error(`a fragment of version ${version} can't be read here`)
    this.size = this.reader.u32()
    this.names = Array.from({ length: this.reader.integer() }, () => this.reader.text())
    this.table = this.reader.at
  }

  /** Type and path of the entry; leaves the reader before its buckets. */
  entry(index: number): [type: string, path: string] {
    this.reader.at = this.table + index * 4
    this.reader.at = this.reader.u32()
    return [this.reader.text(), this.reader.text()]
  }

  buckets(): Bucketed[] {
    let bucket = 0
    return Array.from({ length: this.reader.integer() }, () => {
      bucket += this.reader.integer()
      const cell = empty()
      for (let left = this.reader.integer(); left > 0; left--) {
        const name = this.names[this.reader.integer()] ?? ''
        readInto(cell, name, this.reader)
      }
      return { start: bucket * BUCKET_MS, cell }
    })
  }

  /** The index of the first entry not before type and path. */
  search(type: string, path: string): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      const [otherType, otherPath] = this.entry(middle)
      const order = compareTexts(otherType, type) || compareTexts(otherPath, path)
      if (order < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** One series of a part, its buckets in order. */
export function seriesIn(bytes: Uint8Array, type: string, path: string): Bucketed[] {
  const part = new Part(bytes)
  const index = part.search(type, path)
  if (index === part.size) return []
  const [foundType, foundPath] = part.entry(index)
  return foundType === type && foundPath === path ? part.buckets() : []
}

/** The keys one level below a path. */
export function childrenIn(bytes: Uint8Array, type: string, parent: string): string[] {
  const part = new Part(bytes)
  const prefix = parent === '' ? '' : `${parent}\u001f`
  const children: string[] = []
  for (let index = part.search(type, prefix); index < part.size; index++) {
    const [foundType, path] = part.entry(index)
    if (foundType !== type || !path.startsWith(prefix)) break
    if (path !== '' && !path.includes('\u001f', prefix.length)) children.push(path)
  }
  return children
}

/** Every bucket of a part. */
export function* cellsIn(bytes: Uint8Array): Generator<Bucketed & { type: string; path: string }> {
  const part = new Part(bytes)
  for (let index = 0; index < part.size; index++) {
    const [type, path] = part.entry(index)
    for (const { start, cell } of part.buckets()) yield { type, path, start, cell }
  }
}
