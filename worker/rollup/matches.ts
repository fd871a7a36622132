/**
 * Matches of a scan, summed: for each path asked a cell a bucket, as a fragment has them for all paths. Visitors are
 * those that the site names: hashes of a day are not in the archive.
 */
import { add, type Cell, empty, measure, visit } from './cell'
import type { Match } from './scan'
import { precisionAt } from './visitors'

export class Matches {
  /** How many events were taken. */
  events = 0
  /** How many cells it holds: whoever asks for children of a path with very many stops here. */
  size = 0
  /** By path key, then by the start of the bucket. */
  readonly series = new Map<string, Map<number, Cell>>()
  private readonly floor: (at: number) => number

  /** `floor` says in which bucket a time lies, by its start. */
  constructor(floor: (at: number) => number) {
    this.floor = floor
  }

  /** Adding 0 is adding nothing, as in a fragment: an event of zeros leaves no cell. */
  take(match: Match): void {
    this.events++
    if (!match.gauges.length && match.values.every((value) => value === 0)) return
    const start = this.floor(match.at)
    for (const key of match.keys) addMatch(this.cell(key, start), key, match)
  }

  private cell(key: string, start: number): Cell {
    let cells = this.series.get(key)
    if (!cells) this.series.set(key, (cells = new Map()))
    let cell = cells.get(start)
    if (!cell) {
      cells.set(start, (cell = empty()))
      this.size++
    }
    return cell
  }
}

/** When it arrived is not kept: of two gauges of one moment, either may be the last. */
function addMatch(cell: Cell, key: string, { at, names, values, gauges, measured, visitor }: Match): void {
  for (let i = 0; i < names.length; i++) if (values[i] !== 0) add(cell, names[i]!, values[i]!)
  for (let i = 0; i < gauges.length; i++) measure(cell, gauges[i]!, measured[i]!, at, at)
  const precision = visitor === undefined ? undefined : precisionAt(key)
  if (visitor !== undefined && precision) visit(cell, visitor, precision, false)
}
