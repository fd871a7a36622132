/**
 * What the objects write, as the platform bills it: rows by table as SQLite counts them, and one for each alarm set.
 * Alarms are only noted here; whoever turns the clock rings them.
 */

/** The levels of cells, as the first value of their rows says. */
export const LEVELS: Record<number, string> = { 2: 'day', 3: 'month' }
const WRITES = /^\s*(INSERT|REPLACE|UPDATE|DELETE|CREATE|DROP|ALTER)\b/i
const TABLE = /\b(?:INTO|UPDATE|FROM|TABLE(?: IF (?:NOT )?EXISTS)?)\s+(\w+)/i

/** So many cursors are kept until they are added up; all but the last have been read by then. */
const MOST_CURSORS = 1_000

let rows = new Map<string, number>()
let rowsRead = 0
let cursors: Pick<SqlStorageCursor<never>, 'rowsRead'>[] = []
const alarms = new Map<string, number>()
const names = new WeakMap<DurableObjectStorage, string>()
let isMade = false

/** Rows written since the last time, by table. */
export function takeRows(): Map<string, number> {
  const taken = rows
  rows = new Map()
  return taken
}

/** Rows read since the last time. A cursor knows it only when it has been read. */
export function takeRowsRead(): number {
  addUp()
  const taken = rowsRead
  rowsRead = 0
  return taken
}

function addUp(): void {
  for (const cursor of cursors) rowsRead += cursor.rowsRead
  cursors = []
}

/** The alarm that rings next, of any object: `whale 7`, `hail 7/0`. */
export function nextAlarm(): { name: string; at: number } | undefined {
  let first: { name: string; at: number } | undefined
  for (const [name, at] of alarms) if (!first || at < first.at) first = { name, at }
  return first
}

/** A ringing alarm is no longer set. */
export const clearAlarm = (name: string): boolean => alarms.delete(name)

/** Puts the meter between an object and its disk; call before the object's own constructor looks at it. */
export function meter(kind: string, { id, storage }: DurableObjectState): void {
  names.set(storage, `${kind} ${id.name}`)
  if (isMade) return
  isMade = true
  meterStatements(Object.getPrototypeOf(storage.sql))
  meterAlarms(Object.getPrototypeOf(storage))
}

function add(name: string, count: number): void {
  if (count) rows.set(name, (rows.get(name) ?? 0) + count)
}

function meterStatements(prototype: SqlStorage): void {
  const exec = prototype.exec
  // A statement has written all its rows by the time its cursor is there, one with RETURNING too.
  prototype.exec = function (this: SqlStorage, query: string, ...bindings: unknown[]) {
    const cursor = exec.call(this, query, ...bindings)
    const verb = WRITES.exec(query)?.[1]?.toUpperCase()
    if (verb) count(verb, query, bindings, cursor.rowsWritten)
    if (cursors.length >= MOST_CURSORS) addUp()
    cursors.push(cursor)
    return cursor
  } as SqlStorage['exec'] // The rows' type is the caller's word.
}

function count(verb: string, query: string, bindings: readonly unknown[], written: number): void {
  const table = (TABLE.exec(query)?.[1] ?? '?').replace(/_\d+$/, '')
  if (verb === 'DELETE') add(`${table} deleted`, written)
  else if (verb === 'CREATE' || verb === 'DROP') add('tables', written)
  else if (table !== 'cell') add(table, written)
  else for (const level of levelsOf(bindings[0], written)) add(`cell ${level}`, 1)
}

/** Cells are written many to a statement, from one JSON list of rows; any other statement is counted as it is. */
function levelsOf(binding: unknown, written: number): string[] {
  const list: unknown = typeof binding === 'string' && binding.startsWith('[[') ? JSON.parse(binding) : undefined
  if (!Array.isArray(list) || list.length !== written) return new Array<string>(written).fill('any')
  return list.map(([level]: number[]) => LEVELS[level!] ?? 'any')
}

function meterAlarms(prototype: DurableObjectStorage): void {
  const nameOf = (storage: DurableObjectStorage) => names.get(storage) ?? '?'
  const billed = (storage: DurableObjectStorage) => add(`alarm ${nameOf(storage).split(' ')[0]}`, 1)
  prototype.setAlarm = async function (this: DurableObjectStorage, at) {
    alarms.set(nameOf(this), Number(at))
    billed(this)
  }
  prototype.deleteAlarm = async function (this: DurableObjectStorage) {
    alarms.delete(nameOf(this))
    billed(this)
  }
  prototype.getAlarm = async function (this: DurableObjectStorage) {
    return alarms.get(nameOf(this)) ?? null
  }
}
