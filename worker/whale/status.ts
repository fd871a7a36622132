/** What a Whale says of itself to its operator. */
import type { Scope } from '../rollup/erase'
import type { State } from './state'

export interface WhaleStatus {
  types: string[]
  /** Fragments up to here are in the cells. */
  closed: number
  pendingPaths: number
  shards: { shard: number; cursor: number; events: number; last: number }[]
  gaps: { shard: number; start: number; until: number }[]
  /** Resets that are not done, and how far they are. */
  resets: { scope: Scope; stage: string }[]
}

export function statusOf(sql: SqlStorage, state: State | undefined): WhaleStatus {
  if (!state) return { types: [], closed: 0, pendingPaths: 0, shards: [], gaps: [], resets: [] }
  return {
    types: [...new Set([...state.names.typeNames, ...state.pending.types])].sort(),
    closed: sql.exec<{ closed: number }>(`SELECT closed FROM state`).one().closed,
    pendingPaths: state.pending.paths,
    shards: sql
      .exec<WhaleStatus['shards'][number]>(`SELECT shard, cursor, events, last FROM shard ORDER BY shard`)
      .toArray(),
    gaps: sql.exec<WhaleStatus['gaps'][number]>(`SELECT shard, start, until FROM gap`).toArray(),
    resets: sql
      .exec<{ scope: string; stage: string }>(`SELECT scope, stage FROM reset WHERE stage <> 'done' ORDER BY made`)
      .toArray()
      .map(({ scope, stage }) => ({ scope: JSON.parse(scope), stage })),
  }
}
