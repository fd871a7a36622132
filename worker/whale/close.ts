/**
 * Closing: once an hour all that is pending goes into the cells it belongs to, at every level, in one transaction
 * that also says which fragments are in. There is no other way into cells, so nothing is added twice.
 */
import type { Cell } from '../rollup/cell'
import { empty, merge } from '../rollup/cell'
import type { Zones } from '../rollup/interval'
import { CellWriter, levels } from './cells'
import type { Names } from './names'
import type { Cells, Pending } from './pending'

/** Call inside a transaction. */
export function close(sql: SqlStorage, names: Names, pending: Pending, zones: Zones, upTo: number): void {
  const writer = new CellWriter(sql)
  for (const [typeName, paths] of pending.types) {
    const type = names.makeType(typeName)
    for (const [pathKey, hours] of paths) {
      const path = names.makePath(pathKey)
      for (const { id, key } of Object.values(levels)) {
        for (const [start, cell] of grouped(hours, (ms) => key(ms, zones))) writer.add([id, type, path, start], cell)
      }
    }
  }
  writer.flush()
  sql.exec(`UPDATE state SET closed = ?, paths = ?`, upTo, names.lastPath)
}

/** Fresh cells by the key of their level: the writer adds to them, and what is pending must stay as it is. */
function grouped(hours: Cells, keyOf: (ms: number) => number): Map<number, Cell> {
  const groups = new Map<number, Cell>()
  for (const [hour, cell] of hours) {
    const key = keyOf(hour)
    const group = groups.get(key) ?? empty()
    merge(group, cell)
    groups.set(key, group)
  }
  return groups
}
