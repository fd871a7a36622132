/**
 * What was merged since the last close, by local hour: it lies in fragments on disk and, summed, here.
 * Readers overlay it on the cells; a close writes it into them; waking rebuilds it from the fragments.
 */
import { type Cell, empty, merge } from '../rollup/cell'
import { cellsIn } from '../rollup/fragment'
import { floor, type Zones } from '../rollup/interval'

/** Cells by bucket start, unix milliseconds. */
export type Cells = Map<number, Cell>

export class Pending {
  /** type → path key → hour → cell */
  readonly types = new Map<string, Map<string, Cells>>()

  add(part: Uint8Array, zones: Zones): void {
    for (const { type, path, start, cell } of cellsIn(part)) {
      mergeAt(this.cells(type, path), floor('hour', start, zones), cell)
    }
  }

  series(type: string, path: string): Cells | undefined {
    return this.types.get(type)?.get(path)
  }

  /** How many paths it holds, over all types. */
  get paths(): number {
    let paths = 0
    for (const group of this.types.values()) paths += group.size
    return paths
  }

  private cells(type: string, path: string): Cells {
    const paths = emplace(this.types, type, () => new Map<string, Cells>())
    return emplace(paths, path, () => new Map())
  }
}

/** Adds a cell to the one at a start. */
export function mergeAt(cells: Cells, start: number, cell: Cell): void {
  merge(emplace(cells, start, empty), cell)
}

function emplace<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
