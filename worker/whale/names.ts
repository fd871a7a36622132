/**
 * Types and paths as integers, so that a cell's key is short. Types are few and stay in memory;
 * paths are found from parent to child, one key look-up a step, and the step doubles as the list of children.
 */
import { pathOf, REST, SEPARATOR } from '../rollup/dimension'
import { MOST_TYPES } from './tree'

/** The root path's id; its children have it as parent. */
export const ROOT = 0
/** A few megabytes of memory at the most. */
const KNOWN_PATHS = 40_000

export class Names {
  private readonly types = new Map<string, number>()
  /** Parent and name → id, for paths made in this life; bounded, since a look-up is cheap. */
  private readonly known = new Map<string, number>()
  private lastType = 0

  /** The last path id given. Kept on disk by whoever makes paths, once a transaction: see close. */
  lastPath = 0

  constructor(private readonly sql: SqlStorage) {
    for (const { id, name } of sql.exec<{ id: number; name: string }>(`SELECT id, name FROM type`)) {
      this.types.set(name, id)
      this.lastType = Math.max(this.lastType, id)
    }
    this.lastPath = sql.exec<{ paths: number }>(`SELECT paths FROM state`).one().paths
  }

  get typeNames(): string[] {
    return [...this.types.keys()].sort()
  }

  type(name: string): number | undefined {
    return this.types.get(name)
  }

  /** Beyond so many, types have no names of their own either. */
  makeType(name: string): number {
    const kept = this.types.has(name) || this.types.size < MOST_TYPES ? name : REST
    const known = this.types.get(kept)
    if (known !== undefined) return known
    this.lastType += 1
    this.sql.exec(`INSERT INTO type (id, name) VALUES (?, ?)`, this.lastType, kept)
    this.types.set(kept, this.lastType)
    return this.lastType
  }

  path(key: string): number | undefined {
    let id: number | undefined = ROOT
    for (const name of pathOf(key)) {
      id = this.child(id, name)
      if (id === undefined) return undefined
    }
    return id
  }

  makeChild(parent: number, name: string): number {
    const key = parent + SEPARATOR + name
    const known = this.known.get(key)
    if (known !== undefined) return known
    const id = this.child(parent, name) ?? this.insertChild(parent, name)
    if (this.known.size >= KNOWN_PATHS) this.known.clear()
    this.known.set(key, id)
    return id
  }

  /** Whether a path has more children than so many, over all types and time. */
  hasMoreThan(parent: number, most: number): boolean {
    const { n } = this.sql
      .exec<{ n: number }>(`SELECT count(*) AS n FROM (SELECT 1 FROM path WHERE parent = ? LIMIT ?)`, parent, most + 1)
      .one()
    return n > most
  }

  /** Paths were let go of: none of them is known any more. */
  unlearn(): void {
    this.known.clear()
  }

  private child(parent: number, name: string): number | undefined {
    const [row] = this.sql
      .exec<{ id: number }>(`SELECT id FROM path WHERE parent = ? AND name = ?`, parent, name)
      .toArray()
    return row?.id
  }

  private insertChild(parent: number, name: string): number {
    this.lastPath += 1
    this.sql.exec(`INSERT INTO path (parent, name, id) VALUES (?, ?, ?)`, parent, name, this.lastPath)
    return this.lastPath
  }
}

/** The ids of a path and of all that lies below it. */
export function subtree(sql: SqlStorage, path: number): number[] {
  const ids = [path]
  for (let i = 0; i < ids.length; i++) {
    for (const { id } of sql.exec<{ id: number }>(`SELECT id FROM path WHERE parent = ?`, ids[i]!)) ids.push(id)
  }
  return ids
}

/**
 * Lets go of names that nothing is counted under any more, as those that joined a `…` in every day and month; then of
 * what stood above them for their sake. A path's id is no key of its table, so they go in one scan together.
 * Whoever calls this unlearns what a life knew of them.
 */
export function forget(sql: SqlStorage, paths: readonly number[]): void {
  let unused = paths.filter((path) => !isCounted(sql, path))
  while (unused.length) {
    const above = sql
      .exec<{ parent: number }>(
        `DELETE FROM path WHERE id IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM path AS child WHERE child.parent = path.id) RETURNING parent`,
        JSON.stringify(unused),
      )
      .toArray()
    unused = [...new Set(above.map(({ parent }) => parent))].filter((path) => !isCounted(sql, path))
  }
}

const isCounted = (sql: SqlStorage, path: number): boolean =>
  path === ROOT ||
  sql
    .exec(
      `SELECT 1 FROM type CROSS JOIN json_each('[2,3]') AS level
       JOIN cell ON cell.level = level.value AND cell.type = type.id AND cell.path = ? LIMIT 1`,
      path,
    )
    .toArray().length > 0
