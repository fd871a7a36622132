/**
 * Sweeping: what is older than its level is kept goes, a little at a time, so that merges need not wait.
 * Months stay for ever. Each step can be broken off and taken again: it only deletes what is too old.
 */
import { DAY } from '../rollup/calendar'
import type { Keep } from '../ingest/settings'
import type { Zones } from '../rollup/interval'
import { levels } from './cells'
import { forget } from './names'

const HOUR = 3_600_000

export const KEEP: Keep = { raw: 30, hours: 93, days: 800 }
/** Minutes are read from fragments: a day of them, and the hour before their close. */
const FRAGMENTS = DAY + HOUR
/** A reward may be told by a beacon that waited 72 hours: so much longer than its window it is to be known as another of its decision. */
const LATE = 4 * DAY
/** A bucket goes when the whole of it, and a day, is past its time. */
const GRACE = DAY
/** Raw events beyond this go too, the oldest first: a Whale has ten gigabytes in all. */
const MOST_RAW_BYTES = 4 * 1024 ** 3
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
  sql.exec(`DELETE FROM note WHERE merged < ?`, now - keep.raw * DAY)
  yield
  for (const { number, window } of windows(sql)) {
    sql.exec(`DELETE FROM rewarded WHERE experiment = ? AND at < ?`, number, now - window - LATE)
    yield
  }
  while (rawBytes(sql) > MOST_RAW_BYTES) {
    sql.exec(`DELETE FROM event WHERE id = (SELECT min(id) FROM event)`)
    yield
  }
  yield* days(sql, {
    hoursBefore: levels.day.key(now - keep.hours * DAY - GRACE, zones),
    before: levels.day.key(now - keep.days * DAY - GRACE, zones),
  })
  sql.exec(`UPDATE state SET swept = ?`, now)
}

/** When something is next too old, unix milliseconds; undefined where nothing will be. */
export function nextSweep({ sql, keep, zones }: Omit<Sweep, 'now'>): number | undefined {
  const { swept } = sql.exec<{ swept: number }>(`SELECT swept FROM state`).one()
  const { fragment, event, note } = sql
    .exec<Record<'fragment' | 'event' | 'note', number | null>>(
      `SELECT (SELECT min(merged) FROM fragment WHERE id <= (SELECT closed FROM state)) AS fragment,
              (SELECT min(merged) FROM event) AS event,
              (SELECT min(merged) FROM note)  AS note`,
    )
    .one()
  const rewarded = windows(sql).map(({ number, window }) => {
    const { first } = sql
      .exec<{ first: number | null }>(`SELECT min(at) AS first FROM rewarded WHERE experiment = ?`, number)
      .one()
    return first === null ? undefined : first + window + LATE
  })
  const due = [
    fragment === null ? undefined : fragment + FRAGMENTS,
    event === null ? undefined : event + keep.raw * DAY,
    note === null ? undefined : note + keep.raw * DAY,
    ...rewarded,
    oldest(sql, 'hours IS NOT NULL', keep.hours, zones),
    oldest(sql, 'true', keep.days, zones),
  ].filter((each) => each !== undefined)
  // Once a day is often enough.
  return due.length ? Math.max(Math.min(...due) + 1, swept + DAY) : undefined
}

/** Everything that is counted is counted at the root of its type: its first row is a type's oldest. */
function oldest(sql: SqlStorage, which: string, days: number, zones: Zones): number | undefined {
  const { first } = sql
    .exec<{ first: number | null }>(
      `SELECT min((SELECT min(start) FROM cell WHERE level = ? AND type = type.id AND path = 0 AND ${which})) AS first FROM type`,
      levels.day.id,
    )
    .one()
  return first === null ? undefined : levels.day.start(first, zones) + (days + 1) * DAY + GRACE
}

/** How long after its decision a reward still counts, experiment by experiment, milliseconds. */
const windows = (sql: SqlStorage): { number: number; window: number }[] =>
  sql
    .exec<{ number: number; window: number }>(
      `SELECT number, definition ->> 'window' AS window FROM experiment WHERE definition IS NOT NULL`,
    )
    .toArray()

const rawBytes = (sql: SqlStorage): number =>
  sql.exec<{ bytes: number | null }>(`SELECT sum(length(bytes)) AS bytes FROM event`).one().bytes ?? 0

/** Goes from series to series by the key, and takes the beginning of each: dates, yyyymmdd. */
function* days(sql: SqlStorage, { hoursBefore, before }: { hoursBefore: number; before: number }): Generator<void> {
  const series = `level = ${levels.day.id} AND type = ? AND path = ? AND start < ?`
  let last: { type: number; path: number } | undefined = { type: 0, path: -1 }
  let touched: number[] = []
  for (let seen = 1; ; seen++) {
    last = nextSeries(sql, levels.day.id, last)
    if (!last) return forget(sql, touched)
    const { type, path }: { type: number; path: number } = last
    const gone = sql.exec(`DELETE FROM cell WHERE ${series}`, type, path, before)
    if (gone.rowsWritten) touched.push(path)
    sql.exec(`UPDATE cell SET hours = NULL WHERE ${series} AND hours IS NOT NULL`, type, path, hoursBefore)
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
