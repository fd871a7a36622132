/**
 * Pixels and shares that were made: what their owner sees of them, and what of them was revoked. A pixel may have been minted
 * elsewhere with the site's key, so it need not be on the list to be revoked.
 */
import type { Scope } from '../../sdk/wire/plaintext'

/** Shown whole in one answer, of some 400 bytes each. */
export const MOST_GRANTS = 10_000
/** Revoked ids of a site that have not expired: each isolate carries them, and looks through them for each pixel. */
export const MOST_REVOKED = 1_000
/** Beside those, of shares alone: whoever has the write key may revoke pixels that nobody made, and must not keep an owner from ending a share. */
export const MORE_REVOKED_SHARES = 100
/** Twelve random bytes in base64url. */
const PIXEL_ID = /^[\w-]{16}$/

export const tables = [
  `CREATE TABLE grants  (id TEXT PRIMARY KEY, site INTEGER, kind TEXT, expires INTEGER, about TEXT) WITHOUT ROWID`,
  // When what was revoked would have ended by itself: from then on it need not be told.
  `CREATE TABLE revoked (site INTEGER, id TEXT, expires INTEGER, PRIMARY KEY (site, id)) WITHOUT ROWID`,
]

/** The envelope itself is kept so that it can be shown again. */
export interface Grant {
  id: string
  kind: 'pixel' | 'share'
  /** Unix seconds, as in the envelope; 0 for never. */
  expires: number
  about: { url: string; name?: string; embed?: string; scope?: Scope }
}

export class Grants {
  constructor(private readonly sql: SqlStorage) {}

  /** False where the list is full, of such as have not expired. */
  add(site: number, { id, kind, expires, about }: Grant, now: number): boolean {
    if (this.amount(site, kind) >= MOST_GRANTS) {
      this.sql.exec(
        `DELETE FROM grants WHERE site = ? AND kind = ? AND expires > 0 AND expires < ?`,
        site,
        kind,
        now / 1000,
      )
      if (this.amount(site, kind) >= MOST_GRANTS) return false
    }
    this.sql.exec(`INSERT INTO grants VALUES (?, ?, ?, ?, ?)`, id, site, kind, expires, JSON.stringify(about))
    return true
  }

  of(site: number, kind: Grant['kind']): Grant[] {
    return this.sql
      .exec<{ id: string; expires: number; about: string }>(
        `SELECT id, expires, about FROM grants WHERE site = ? AND kind = ?`,
        site,
        kind,
      )
      .toArray()
      .map(({ id, expires, about }) => ({ id, kind, expires, about: JSON.parse(about) }))
  }

  /** When it ends, 0 for never or where nobody knows; undefined where it is nothing that could be revoked as this kind. */
  find(site: number, kind: Grant['kind'], id: string): Pick<Grant, 'expires'> | undefined {
    const [known] = this.sql
      .exec<{ kind: string; expires: number }>(`SELECT kind, expires FROM grants WHERE site = ? AND id = ?`, site, id)
      .toArray()
    if (known) return known.kind === kind ? { expires: known.expires } : undefined
    return kind === 'pixel' && PIXEL_ID.test(id) ? { expires: 0 } : undefined
  }

  /** Inside the caller's transaction, which tells it to the isolates. */
  revoke(site: number, { id, expires }: Pick<Grant, 'id' | 'expires'>, now: number): void {
    this.sql.exec(`DELETE FROM grants WHERE site = ? AND id = ?`, site, id)
    this.sql.exec(`DELETE FROM revoked WHERE site = ? AND expires < ?`, site, now / 1000)
    if (expires) this.sql.exec(`INSERT INTO revoked VALUES (?, ?, ?)`, site, id, expires)
  }

  /** What was revoked and has ended since. */
  over(site: number, now: number): ReadonlySet<string> {
    const ended = this.sql.exec<{ id: string }>(
      `SELECT id FROM revoked WHERE site = ? AND expires < ?`,
      site,
      now / 1000,
    )
    return new Set(ended.toArray().map(({ id }) => id))
  }

  /** The key of all of them is out of use. */
  clear(site: number, kind: Grant['kind']): void {
    this.sql.exec(`DELETE FROM grants WHERE site = ? AND kind = ?`, site, kind)
  }

  /** The site is no more. */
  end(site: number): void {
    this.sql.exec(`DELETE FROM grants WHERE site = ?`, site)
    this.sql.exec(`DELETE FROM revoked WHERE site = ?`, site)
  }

  private amount(site: number, kind: Grant['kind']): number {
    return this.sql
      .exec<{ n: number }>(`SELECT count(*) AS n FROM grants WHERE site = ? AND kind = ?`, site, kind)
      .one().n
  }
}
