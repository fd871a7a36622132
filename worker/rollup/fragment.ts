/**
 * A fragment: a partial rollup of a slice of a log, in buckets of 10 s. Folding one event takes one step a path through
 * a tree of names, so that no key is built twice; merging fragments in any order and split gives the same numbers.
 */
import type { Event, Numbers } from '../../sdk/wire/event'
import { addAll, type Cell, cellOf, empty, measure, merge, visit } from './cell'
import { pathOf, reach, SEPARATOR, typesOf } from './dimension'
import { namesOf, NO_NAMES, withName } from './namelist'
import { type Precision, precisionAt } from './visitors'
import { cellsIn, type PlacedCell, PartWriter, UNIT_MS } from './part'

export { cellsIn, childrenIn, extentIn, NewerPart, type PlacedCell, seriesIn } from './part'

/** What each adds to a fragment's bytes, roughly and at the most. */
const CELL_BYTES = 16
const NUMBER_BYTES = 12
const GAUGE_BYTES = 72
const VISITOR_BYTES = 8

export class Fragment {
  /** How many cells it holds. */
  size = 0
  /** Roughly what it takes when it is encoded, at the most. */
  bytes = 0
  private readonly roots = new Map<string, Place>()
  /** Types are few and come again with every event. */
  private readonly prefixes = new Map<string, string[]>()
  /** Those of the event at hand, over again for each. */
  private readonly places: Place[] = []

  /** `arrived`, unix milliseconds, says which of two gauges of one moment is the later. */
  add(event: Event, arrived = event.at): void {
    const { names, values } = counted(event.metrics)
    if (!names.length && !event.gauges) return
    const unit = Math.floor(event.at / UNIT_MS)
    for (const name of this.typesOf(event.type)) {
      this.places.length = 0
      for (const place of reach(event.dimensions, this.root(name), below, this.places)) {
        const known = this.known(place, unit)
        if (known) this.addAll(known, names, values)
        const cell = known ?? this.make(place, unit, cellOf(names, values))
        if (event.gauges) this.measure(cell, event.gauges, { at: event.at, arrived })
        if (event.visitor !== undefined && place.precision) {
          visit(cell, event.visitor, place.precision, event.daily === true)
          this.bytes += VISITOR_BYTES
        }
      }
    }
  }

  merge(other: Fragment): void {
    for (const placed of other.cells()) this.mergeCell(placed)
  }

  mergeCell({ type, path, start, cell }: PlacedCell): void {
    let place = this.root(type)
    for (const name of pathOf(path)) place = below(place, name)
    const unit = Math.floor(start / UNIT_MS)
    merge(this.known(place, unit) ?? this.make(place, unit, empty()), cell)
  }

  *cells(): Generator<PlacedCell> {
    for (const { type, path, cells } of this.series()) {
      for (const [unit, cell] of cells) yield { type, path, start: unit * UNIT_MS, cell }
    }
  }

  /** In order of type, then path as UTF-8 sorts it, then start. */
  *series(): Generator<{ type: string; path: string; cells: [unit: number, cell: Cell][] }> {
    for (const [type, root] of [...this.roots].sort(byName)) {
      for (const place of inOrder(root)) {
        const { key: path } = place
        const cells = cellsOf(place)
        if (cells.length) yield { type, path, cells }
      }
    }
  }

  private typesOf(type: string): string[] {
    const known = this.prefixes.get(type) ?? typesOf(type)
    this.prefixes.set(type, known)
    return known
  }

  private root(type: string): Place {
    const known = this.roots.get(type)
    if (known) return known
    const root = new Place('')
    this.roots.set(type, root)
    return root
  }

  private known(place: Place, unit: number): Cell | undefined {
    if (place.unit === unit) return place.cell
    return place.others?.get(unit)
  }

  private addAll(cell: Cell, names: readonly string[], values: readonly number[]): void {
    const before = cell.names.length
    addAll(cell, names, values)
    this.bytes += (cell.names.length - before) * NUMBER_BYTES
  }

  private measure(cell: Cell, gauges: Numbers, { at, arrived }: { at: number; arrived: number }): void {
    const before = cell.gauges?.size ?? 0
    for (const name in gauges) measure(cell, name, gauges[name]!, at, arrived)
    this.bytes += ((cell.gauges?.size ?? 0) - before) * GAUGE_BYTES
  }

  private make(place: Place, unit: number, cell: Cell): Cell {
    this.size += 1
    this.bytes += CELL_BYTES + cell.names.length * NUMBER_BYTES + (place.cell ? 0 : 3 * place.key.length)
    if (place.cell) {
      place.others ??= new Map()
      // Events come almost in order of time: the latest cell is mostly the one.
      place.others.set(place.unit, place.cell)
    }
    place.unit = unit
    place.cell = cell
    return cell
  }
}

/** One path of one type. Most places are leaves, and have one cell. */
class Place {
  unit = Number.NaN
  /** The one made last. */
  cell: Cell | undefined = undefined
  others: Map<number, Cell> | undefined = undefined
  below: Map<string, Place> | undefined = undefined
  readonly key: string
  /** Of its sketch of visitors, where it has one. */
  readonly precision: Precision | undefined

  constructor(key: string) {
    this.key = key
    this.precision = precisionAt(key)
  }
}

/** Oldest first. */
function cellsOf({ unit, cell, others }: Place): [unit: number, cell: Cell][] {
  if (!cell) return []
  const latest: [number, Cell] = [unit, cell]
  return others ? [...others, latest].sort(([a], [b]) => a - b) : [latest]
}

function below(place: Place, name: string): Place {
  const known = place.below?.get(name)
  if (known) return known
  const made = new Place(place.key === '' ? name : place.key + SEPARATOR + name)
  place.below ??= new Map()
  place.below.set(name, made)
  return made
}

/** What an event adds: `hits` is 1 unless given, and adding 0 is adding nothing. */
function counted(metrics: Numbers): { names: readonly string[]; values: number[] } {
  const hasHits = metrics.hits !== undefined
  const values = hasHits ? [] : [1]
  for (const name in metrics) if (metrics[name] !== 0) values.push(metrics[name]!)
  return { names: namesOf(metrics, hasHits ? NO_NAMES : HITS, isNumber), values }
}

const isNumber = (value: number): boolean => value !== 0

const HITS = withName(NO_NAMES, 'hits')

/** Names hold nothing below the separator, so parents, then children in order, is the order of keys. */
function* inOrder(place: Place): Generator<Place> {
  yield place
  if (!place.below) return
  for (const [, child] of [...place.below].sort(byName)) yield* inOrder(child)
}

/**
 * The order of characters, as UTF-8 has it. UTF-16 differs in one thing: what lies beyond U+FFFF begins with
 * surrogates, which sort before the characters from U+E000 on.
 */
function byName([a]: readonly [string, Place], [b]: readonly [string, Place]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const isAbove = x >= 0xd800 && y >= 0xd800 && x >= 0xe000 !== y >= 0xe000
    return isAbove ? y - x : x - y
  }
  return a.length - b.length
}

/** Parts that each fit a row. */
export function encode(fragment: Fragment): Uint8Array[] {
  let base = Number.POSITIVE_INFINITY
  const series = [...fragment.series()]
  for (const { cells } of series) if (cells[0]![0] < base) base = cells[0]![0]
  const writer = new PartWriter(base)
  for (const { type, path, cells } of series) {
    writer.series(type, encoder.encode(path))
    for (const [unit, cell] of cells) writer.cell(unit, cell)
  }
  writer.finish()
  return writer.parts
}

const encoder = new TextEncoder()

/** The fragment that parts were made of. */
export function decode(parts: readonly Uint8Array[]): Fragment {
  const fragment = new Fragment()
  for (const part of parts) for (const placed of cellsIn(part)) fragment.mergeCell(placed)
  return fragment
}
