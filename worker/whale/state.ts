/**
 * What a Whale's life begins with: names, cursors, experiments, and what is pending, rebuilt from the
 * fragments since the last close.
 */
import type { Zones } from '../rollup/interval'
import { Experiments } from './experiments'
import { Learning } from './learning'
import { Names } from './names'
import { Pending } from './pending'

export interface State {
  names: Names
  pending: Pending
  cursors: Map<number, number>
  experiments: Experiments
  learning: Learning
}

export function stateOf(sql: SqlStorage, zones: Zones): State {
  const pending = new Pending()
  const rows = sql.exec<{ bytes: ArrayBuffer }>(
    `SELECT bytes FROM fragment WHERE id > (SELECT closed FROM state) ORDER BY id`,
  )
  for (const { bytes } of rows) pending.add(new Uint8Array(bytes), zones)
  const shards = sql.exec<{ shard: number; cursor: number }>(`SELECT shard, cursor FROM shard`).toArray()
  const cursors = new Map(shards.map(({ shard, cursor }) => [shard, cursor] as const))
  const experiments = new Experiments(sql)
  return { names: new Names(sql), pending, cursors, experiments, learning: new Learning(sql, experiments) }
}
