/**
 * Closing: once an hour all that is pending goes into the cells it belongs to, at every level, in one transaction
 * that also says which fragments are in. There is no other way into cells, so nothing is added twice.
 */
import type { Zones } from '../rollup/interval'
import { Bucket } from './bucket'
import { CellWriter, levels } from './cells'
import type { Names } from './names'
import { emplace, type Pending } from './pending'
import { Tree } from './tree'

/** Call inside a transaction, and throw what is pending away afterwards: its small children are folded. */
export function close(sql: SqlStorage, names: Names, pending: Pending, zones: Zones): void {
  const writer = new CellWriter(sql)
  for (const tree of pending.hours.values()) tree.cut()
  for (const { id, key } of Object.values(levels)) {
    const groups = new Map<number, Tree[]>()
    for (const [hour, tree] of pending.hours) emplace(groups, key(hour, zones), () => []).push(tree)
    for (const [start, trees] of groups) new Bucket({ sql, names, writer, level: id, start }).write(together(trees))
  }
  writer.flush()
  sql.exec(
    `UPDATE state SET closed = max(closed, (SELECT coalesce(max(id), 0) FROM fragment)), paths = ?`,
    names.lastPath,
  )
}

/** The hours of one bucket, summed. */
function together(trees: readonly Tree[]): Tree {
  const [first, ...others] = trees
  if (first && !others.length) return first
  const sum = new Tree()
  for (const tree of trees) for (const { type, key, node } of tree.nodes()) if (node.cell) sum.add(type, key, node.cell)
  return sum
}
