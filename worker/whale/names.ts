/**
 * Types and paths as integers, so that a cell's key is short. Types are few and stay in memory;
 * paths are found from parent to child, one key look-up a step, and the step doubles as the list of children.
 */
import { pathOf } from '../rollup/dimension'

/** The root path's id; its children have it as parent. */
export const ROOT = 0

export class Names {
  private readonly types = new Map<string, number>()
  /** Path key → id, for paths met in this life; bounded, since a look-up is cheap. */
  private readonly known = new Map<string, number>()

  /** The last path id given. Kept on disk by whoever makes paths, once a transaction: see close. */
  lastPath = 0

  constructor(private readonly sql: SqlStorage) {
    this.reread()
  }

  get typeNames(): string[] {
    return [...this.types.keys()].sort()
  }

  type(name: string): number | undefined {
    return this.types.get(name)
  }

  makeType(name: string): number {
    const id = this.types.get(name) ?? this.types.size + 1
    if (!this.types.has(name)) {
      this.sql.exec(`INSERT INTO type (id, name) VALUES (?, ?)`, id, name)
      this.types.set(name, id)
    }
    return id
  }

  path(key: string): number | undefined {
    let id: number | undefined = ROOT
    for (const name of pathOf(key)) {
      id = this.child(id, name)
      if (id === undefined) return undefined
    }
    return id
  }

  makePath(key: string): number {
    const known = this.known.get(key)
    if (known !== undefined) return known
    let id = ROOT
    for (const name of pathOf(key)) id = this.child(id, name) ?? this.makeChild(id, name)
    if (this.known.size >= KNOWN_PATHS) this.known.clear()
    this.known.set(key, id)
    return id
  }

  children(parent: number): { name: string; id: number }[] {
    return this.sql.exec<{ name: string; id: number }>(`SELECT name, id FROM path WHERE parent = ?`, parent).toArray()
  }

  /** Reads anew: memory must not name what the disk does not, as after a transaction that rolled back. */
  reread(): void {
    this.known.clear()
    this.types.clear()
    for (const { id, name } of this.sql.exec<{ id: number; name: string }>(`SELECT id, name FROM type`)) {
      this.types.set(name, id)
    }
    this.lastPath = this.sql.exec<{ paths: number }>(`SELECT paths FROM state`).one().paths
  }

  private child(parent: number, name: string): number | undefined {
    const [row] = this.sql
      .exec<{ id: number }>(`SELECT id FROM path WHERE parent = ? AND name = ?`, parent, name)
      .toArray()
    return row?.id
  }

  private makeChild(parent: number, name: string): number {
    this.lastPath += 1
    this.sql.exec(`INSERT INTO path (parent, name, id) VALUES (?, ?, ?)`, parent, name, this.lastPath)
    return this.lastPath
  }
}

/** A few megabytes of memory at the most. */
const KNOWN_PATHS = 20_000
