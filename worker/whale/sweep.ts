/**
 * Sweeping: what is older than its level is kept goes, a little at a time, so that merges need not wait.
 * Months stay for ever. Each step can be broken off and taken again: it only deletes what is too old.
 */
import { DAY } from '../rollup/calendar'
import type { Keep } from '../ingest/settings'
import type { Zones } from '../rollup/interval'
import { levels } from './cells'
import { ROOT } from './names'

const HOUR = 3_600_000

export const KEEP: Keep = { raw: 30, hours: 93, days: 800 }
/** Minutes are read from fragments: a day of them, and the hour before their close. */
const FRAGMENTS = DAY + HOUR
/** A bucket goes when the whole of it, and a day, is past its time. */
const GRACE = DAY
/** Raw events beyond this go too, the oldest first: a Whale has ten gigabytes in all. */
export const MOST_RAW_BYTES = 4 * 1024 ** 3
/** Series looked at in one turn: some ten milliseconds. */
const SERIES = 500

interface Sweep {
  sql: SqlStorage
  keep: Keep
  zones: Zones
  now: number
}

/** Deletes in turns; between two of them others may come. */
export function* sweep(scope: Sweep): Generator<void> {
  const { sql, keep, zones, now } = scope
  sql.exec(`DELETE FROM fragment WHERE merged < ? AND id <= (SELECT closed FROM state)`, now - FRAGMENTS)
  sql.exec(`DELETE FROM event WHERE merged < ?`, now - keep.raw * DAY)
  yield
  while (rawBytes(sql) > MOST_RAW_BYTES) {
    sql.exec(`DELETE FROM event WHERE id = (SELECT min(id) FROM event)`)
    yield
  }
  yield* cells(sql, levels.hour.id, levels.hour.key(now - keep.hours * DAY - GRACE, zones))
  yield* cells(sql, levels.day.id, levels.day.key(now - keep.days * DAY - GRACE, zones))
  sql.exec(`UPDATE state SET swept = ?`, now)
}

/** When something is next too old, unix milliseconds; undefined where nothing will be. */
export function nextSweep({ sql, keep, zones }: Omit<Sweep, 'now'>): number | undefined {
  const { swept } = sql.exec<{ swept: number }>(`SELECT swept FROM state`).one()
  const { fragment, event } = sql
    .exec<{ fragment: number | null; event: number | null }>(
      `SELECT (SELECT min(merged) FROM fragment WHERE id <= (SELECT closed FROM state)) AS fragment,
              (SELECT min(merged) FROM event) AS event`,
    )
    .one()
  const due = [
    fragment === null ? undefined : fragment + FRAGMENTS,
    event === null ? undefined : event + keep.raw * DAY,
    oldest(sql, levels.hour, keep.hours, zones),
    oldest(sql, levels.day, keep.days, zones),
  ].filter((each) => each !== undefined)
  // Once a day is often enough.
  return due.length ? Math.max(Math.min(...due) + 1, swept + DAY) : undefined
}

/** Everything that is counted is counted at the root of its type: its first row is a type's oldest. */
function oldest(
  sql: SqlStorage,
  { id, start }: { id: number; start(key: number, zones: Zones): number },
  days: number,
  zones: Zones,
): number | undefined {
  const { first } = sql
    .exec<{ first: number | null }>(
      `SELECT min((SELECT min(start) FROM cell WHERE level = ? AND type = type.id AND path = 0)) AS first FROM type`,
      id,
    )
    .one()
  return first === null ? undefined : start(first, zones) + (days + 2) * DAY + GRACE
}

const rawBytes = (sql: SqlStorage): number =>
  sql.exec<{ bytes: number | null }>(`SELECT sum(length(bytes)) AS bytes FROM event`).one().bytes ?? 0

/** Goes from series to series by the key, and deletes the beginning of each. */
function* cells(sql: SqlStorage, level: number, before: number): Generator<void> {
  let last: { type: number; path: number } | undefined = { type: 0, path: -1 }
  let touched: number[] = []
  for (let seen = 1; ; seen++) {
    last = nextSeries(sql, level, last)
    if (!last) return forget(sql, touched)
    const { type, path }: { type: number; path: number } = last
    const gone = sql.exec(
      `DELETE FROM cell WHERE level = ? AND type = ? AND path = ? AND start < ?`,
      level,
      type,
      path,
      before,
    )
    if (gone.rowsWritten) touched.push(path)
    if (seen % SERIES) continue
    forget(sql, touched)
    touched = []
    yield
  }
}

function nextSeries(
  sql: SqlStorage,
  level: number,
  { type, path }: { type: number; path: number },
): { type: number; path: number } | undefined {
  const [row] = sql
    .exec<{ type: number; path: number }>(
      `SELECT type, path FROM cell WHERE level = ? AND (type, path) > (?, ?) ORDER BY type, path LIMIT 1`,
      level,
      type,
      path,
    )
    .toArray()
  return row
}

/**
 * Names that nothing is counted under any more, as those that joined a `…` in every day and month; then what stood above
 * them for their sake. A path's id is no key of its table, so they go in one scan together.
 */
function forget(sql: SqlStorage, paths: readonly number[]): void {
  let unused = paths.filter((path) => !isCounted(sql, path))
  while (unused.length) {
    const above = sql
      .exec<{ parent: number }>(
        `DELETE FROM path WHERE id IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM path AS child WHERE child.parent = path.id) RETURNING parent`,
        JSON.stringify(unused),
      )
      .toArray()
    unused = [...new Set(above.map(({ parent }) => parent))].filter((path) => path !== ROOT && !isCounted(sql, path))
  }
}

const isCounted = (sql: SqlStorage, path: number): boolean =>
  path === ROOT ||
  sql
    .exec(
      `SELECT 1 FROM type CROSS JOIN json_each('[1,2,3]') AS level
       JOIN cell ON cell.level = level.value AND cell.type = type.id AND cell.path = ? LIMIT 1`,
      path,
    )
    .toArray().length > 0
