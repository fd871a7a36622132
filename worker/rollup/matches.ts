/** Matches of a scan, summed: for each path asked a cell a bucket, as a fragment has them for all paths. */
import { add, type Cell, empty } from './cell'
import type { Match } from './scan'

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
  take({ at, keys, names, values }: Match): void {
    this.events++
    if (values.every((value) => value === 0)) return
    const start = this.floor(at)
    for (const key of keys) {
      const cell = this.cell(key, start)
      for (let i = 0; i < names.length; i++) if (values[i] !== 0) add(cell, names[i]!, values[i]!)
    }
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
