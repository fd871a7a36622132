/**
 * Closing: when a day is over, or much is pending, all that is goes into the cells it belongs to, in one transaction
 * that also says which fragments are in. There is no other way into cells, so nothing is added twice. A row is a path's
 * day with its hours inside, so the fewer closes, the fewer rows.
 */
import { copyOf } from '../rollup/cell'
import type { Zones } from '../rollup/interval'
import { Bucket } from './bucket'
import { CellWriter, levels } from './cells'
import { compactEvents, compactFragments } from './compact'
import { forget, type Names } from './names'
import { emplace, type Pending } from './pending'
import { Tree } from './tree'

interface Closing {
  sql: SqlStorage
  names: Names
  pending: Pending
  zones: Zones
  /** Hours from here on are kept by themselves, unix milliseconds; of older ones the days alone. */
  hoursSince: number
  /** Whether rows may be put together: nobody goes through them just now. */
  compact: boolean
}

/** Call inside a transaction, and throw what is pending away afterwards: its small children are folded. */
export function close({ sql, names, pending, zones, compact, hoursSince }: Closing): void {
  const writer = new CellWriter(sql, zones)
  const removed = new Set<number>()
  for (const tree of pending.hours.values()) tree.cut()
  for (const { id, key } of Object.values(levels)) {
    const since = id === levels.day.id ? hoursSince : Number.POSITIVE_INFINITY
    const groups = new Map<number, Pending['hours']>()
    for (const [hour, tree] of pending.hours) {
      emplace(groups, key(hour, zones), () => new Map<number, Tree>()).set(hour, tree)
    }
    for (const [start, hours] of groups) {
      new Bucket({ sql, names, writer, level: id, start, zones, removed }).write(together(hours, since))
    }
  }
  writer.flush()
  if (removed.size) {
    forget(sql, [...removed])
    names.unlearn()
  }
  const { closed, compacted, fragments, events } = sql.exec<Ends>(ends).one()
  if (compact) {
    compactFragments(sql, { after: closed, upTo: fragments })
    compactEvents(sql, { after: compacted, upTo: events })
  }
  sql.exec(
    `UPDATE state SET closed = ?, paths = ?, compacted = ?`,
    fragments,
    names.lastPath,
    compact ? events : compacted,
  )
}

type Ends = { closed: number; compacted: number; fragments: number; events: number }

const ends = `
  SELECT closed, compacted, (SELECT coalesce(max(id), 0) FROM fragment) AS fragments,
                            (SELECT coalesce(max(id), 0) FROM event)    AS events
  FROM   state`

/** The hours of one bucket, summed, and those from a moment on by themselves too. */
function together(hours: Pending['hours'], since: number): Tree {
  const sum = new Tree()
  for (const [hour, tree] of hours) {
    for (const { type, key, node } of tree.nodes()) {
      if (node.cell) sum.add(type, key, copyOf(node.cell), hour >= since ? hour : undefined)
    }
  }
  return sum
}
