/**
 * What was merged since the last close, by local hour: it lies in fragments on disk and, summed, here.
 * Readers overlay it on the cells; a close writes it into them; waking rebuilds it from the fragments, in their order,
 * so that its bounds fold the same names.
 */
import { type Cell, empty, merge } from '../rollup/cell'
import { REST, SEPARATOR } from '../rollup/dimension'
import { cellsIn } from '../rollup/fragment'
import { floor, type Zones } from '../rollup/interval'
import { Tree } from './tree'

/** Cells by bucket start, unix milliseconds. */
export type Cells = Map<number, Cell>

export class Pending {
  /** By the hour's start, unix milliseconds. */
  readonly hours = new Map<number, Tree>()
  /** How many cells came: so many are read again where memory is lost. */
  cells = 0

  add(part: Uint8Array, zones: Zones): void {
    for (const { type, path, start, cell } of cellsIn(part)) {
      this.cells += 1
      emplace(this.hours, floor('hour', start, zones), () => new Tree()).add(type, path, cell)
    }
  }

  series(type: string, path: string): Cells | undefined {
    const cells: Cells = new Map()
    for (const [hour, tree] of this.hours) {
      const cell = tree.find(type, path)?.cell
      if (cell) cells.set(hour, cell)
    }
    return cells.size ? cells : undefined
  }

  /** The cells of each child, by path key. */
  *children(type: string, parent: string): Generator<[key: string, hour: number, cell: Cell]> {
    const lead = parent && parent + SEPARATOR
    for (const [hour, tree] of this.hours) {
      for (const [name, { cell }] of tree.find(type, parent)?.below ?? []) if (cell) yield [lead + name, hour, cell]
    }
  }

  get types(): Set<string> {
    return new Set([...this.hours.values()].flatMap((tree) => [...tree.types.keys()]))
  }

  /** How many paths it holds, over all types and hours. */
  get paths(): number {
    let paths = 0
    for (const tree of this.hours.values()) paths += tree.paths
    return paths
  }
}

/** Whether a name stands for the rest of its parent's children. */
export const isRest = (key: string): boolean => key === REST || key.endsWith(SEPARATOR + REST)

/** Adds a cell to the one at a start. */
export function mergeAt(cells: Cells, start: number, cell: Cell): void {
  merge(emplace(cells, start, empty), cell)
}

export function emplace<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
