/**
 * A reset: a type, path or metric, one visitor's events, or what was tracked, taken out of everything a site has. What is intended is
 * written down first and taken up again by the alarm, so that no crash leaves half of it:
 *
 *   told      the Hails hand over what they hold and take it out of their logs
 *   counted   cells and what is pending are without it, in one transaction: from here on the answer is 0
 *   done      and so are the older fragments, which minutes are read from, and the raw events, chunk by chunk
 *
 * A Whale that is restored to an older state hears of it again from its Hails, with the next slice.
 */
import { decode, encode, extentOf } from '../rollup/archive'
import { type Cell, empty, fromText, toText } from '../rollup/cell'
import { keyOf } from '../rollup/dimension'
import { type Scope, touchesType, VISITORS, withoutCell, withoutEvent, withoutPart } from '../rollup/erase'
import { hoursIn, packHours } from '../rollup/hours'
import type { Zones } from '../rollup/interval'
import { levels } from './cells'
import { type Names, subtree } from './names'
import { insertEvents, insertFragment } from './schema'
import type { Told } from './slice'
import { dropTracked, untrack } from './tracked'

export type Stage = 'told' | 'counted' | 'done'

export interface Reset {
  id: string
  scope: Scope
  stage: Stage | 'made'
  /** Older fragments and raw events still to be looked at: up to these ids. */
  fragment: number
  event: number
}

export function intend(sql: SqlStorage, { id, scope }: Told, now: number): void {
  sql.exec(
    `INSERT INTO reset (id, scope, made, stage, fragment, event) VALUES (?, ?, ?, 'made', 0, 0) ON CONFLICT DO NOTHING`,
    id,
    JSON.stringify(scope),
    now,
  )
}

/** Resets that are not done, the oldest first. */
export function unfinished(sql: SqlStorage): Reset[] {
  type Row = { id: string; scope: string; stage: Reset['stage']; fragment: number; event: number }
  return sql
    .exec<Row>(`SELECT id, scope, stage, fragment, event FROM reset WHERE stage <> 'done' ORDER BY made`)
    .toArray()
    .map((row) => ({ ...row, scope: JSON.parse(row.scope) as Scope })) // What intend wrote.
}

export const isKnown = (sql: SqlStorage, id: string): boolean =>
  sql.exec(`SELECT 1 FROM reset WHERE id = ?`, id).toArray().length > 0

export function reach(sql: SqlStorage, id: string, stage: Stage): void {
  sql.exec(`UPDATE reset SET stage = ? WHERE id = ?`, stage, id)
}

/** Takes a scope out of the cells and of what is pending. Call inside a transaction, and wake anew afterwards. */
export function uncount(sql: SqlStorage, names: Names, { id, scope }: Told, zones: Zones): void {
  if (scope.tracked) {
    untrack(sql, scope.tracked)
    reach(sql, id, 'counted')
    return
  }
  const { closed } = sql.exec<{ closed: number }>(`SELECT closed FROM state`).one()
  if (scope.visitor === undefined) {
    uncountCells(sql, names, scope, zones)
    const pending = sql.exec<{ id: number }>(`SELECT id FROM fragment WHERE id > ?`, closed).toArray()
    for (const row of pending) rewriteFragment(sql, row.id, scope)
  }
  const { event } = sql.exec<{ event: number | null }>(`SELECT max(id) AS event FROM event`).one()
  sql.exec(`UPDATE reset SET stage = 'counted', fragment = ?, event = ? WHERE id = ?`, closed, event ?? 0, id)
}

function uncountCells(sql: SqlStorage, names: Names, scope: Scope, zones: Zones): void {
  const types = names.typeNames.filter((name) => touchesType(scope, name))
  const paths = scope.path?.length ? pathsOf(sql, names, scope) : undefined
  for (const name of types) {
    const type = names.type(name)!
    for (const { id: level } of Object.values(levels)) {
      if (scope.metric !== undefined) uncountMetric(sql, { level, type, paths }, scope.metric, zones)
      else if (!paths) sql.exec(`DELETE FROM cell WHERE level = ? AND type = ?`, level, type)
      else
        for (const path of paths)
          sql.exec(`DELETE FROM cell WHERE level = ? AND type = ? AND path = ?`, level, type, path)
    }
    if (scope.type !== undefined && !paths && scope.metric === undefined)
      sql.exec(`DELETE FROM type WHERE id = ?`, type)
  }
}

function pathsOf(sql: SqlStorage, names: Names, { path = [] }: Scope): number[] {
  const id = names.path(keyOf(path))
  return id === undefined ? [] : subtree(sql, id)
}

interface Rows {
  level: number
  type: number
  paths: number[] | undefined
}

type Row = { path: number; start: number; metrics: string; sketch: ArrayBuffer | null; hours: ArrayBuffer | null }

function uncountMetric(sql: SqlStorage, { level, type, paths }: Rows, metric: string, zones: Zones): void {
  const named = metric === VISITORS ? `sketch IS NOT NULL AND ? <> ''` : `instr(metrics, ?) > 0`
  const rows = sql
    .exec<Row>(
      `SELECT path, start, metrics, sketch, hours FROM cell WHERE level = ? AND type = ?
       AND (? OR path IN (SELECT value FROM json_each(?))) AND ${named}`,
      level,
      type,
      paths ? 0 : 1,
      JSON.stringify(paths ?? []),
      `${JSON.stringify(metric)}:`,
    )
    .toArray()
  for (const { path, start, ...row } of rows) {
    const without = (cell: Cell) => withoutCell('', '', cell, { metric }) ?? empty()
    const cell = fromText(row.metrics, row.sketch && new Uint8Array(row.sketch))
    const sum = withoutCell('', '', cell, { metric })
    if (!sum) {
      // No child has more than its parent: where that is empty, so are they.
      const key = `level = ? AND type = ? AND path = ? AND start = ?`
      sql.exec(`DELETE FROM cell WHERE ${key}`, level, type, path, start)
      continue
    }
    const day = levels.day.start(start, zones)
    const hours = row.hours ? [...hoursIn(day, new Uint8Array(row.hours))] : []
    const left = new Map(hours.map(([hour, cell]) => [hour, without(cell)]))
    sql.exec(
      `UPDATE cell SET metrics = ?, sketch = ?, hours = ? WHERE level = ? AND type = ? AND path = ? AND start = ?`,
      toText(sum),
      sum.visitors?.encode() ?? null,
      left.size ? packHours(day, left) : null,
      level,
      type,
      path,
      start,
    )
  }
}

/** One step of what is left to do; whether there is more. Each can be taken again. */
export function purge(sql: SqlStorage, reset: Reset): boolean {
  const { id, scope } = reset
  if (reset.fragment > 0 && scope.visitor === undefined) {
    reset.fragment = nextBelow(sql, 'fragment', reset.fragment)
    if (reset.fragment) rewriteFragment(sql, reset.fragment, scope)
    reset.fragment -= 1
  } else if (reset.event > 0) {
    reset.event = nextBelow(sql, 'event', reset.event)
    if (reset.event) rewriteEvents(sql, reset.event, scope)
    reset.event -= 1
  } else if (!scope.tracked || !dropTracked(sql)) {
    reach(sql, id, 'done')
    return false
  }
  return true
}

function nextBelow(sql: SqlStorage, table: 'fragment' | 'event', id: number): number {
  return sql.exec<{ id: number | null }>(`SELECT max(id) AS id FROM ${table} WHERE id <= ?`, id).one().id ?? 0
}

function rewriteFragment(sql: SqlStorage, id: number, scope: Scope): void {
  const { merged, bytes } = sql
    .exec<{ merged: number; bytes: ArrayBuffer }>(`SELECT merged, bytes FROM fragment WHERE id = ?`, id)
    .one()
  const part = new Uint8Array(bytes)
  const [left, ...more] = withoutPart(part, scope)
  if (left === part) return
  if (more.length) throw new Error('what is left of a part is never larger than the part')
  sql.exec(`DELETE FROM fragment WHERE id = ?`, id)
  if (left) insertFragment(sql, left, merged, id)
}

function rewriteEvents(sql: SqlStorage, id: number, scope: Scope): void {
  const { merged, bytes } = sql
    .exec<{ merged: number; bytes: ArrayBuffer }>(`SELECT merged, bytes FROM event WHERE id = ?`, id)
    .one()
  const events = [...decode(new Uint8Array(bytes))]
  const left = events.map((event) => withoutEvent(event, scope)).filter((event) => event !== undefined)
  if (left.length === events.length && left.every((event, i) => event === events[i])) return
  const [chunk, ...more] = encode(left)
  if (chunk) sql.exec(`UPDATE event SET events = ?, bytes = ? WHERE id = ?`, extentOf(chunk).events, chunk, id)
  else sql.exec(`DELETE FROM event WHERE id = ?`, id)
  // What differs now may take a little more room than what was the same.
  for (const other of more) insertEvents(sql, other, merged)
}
