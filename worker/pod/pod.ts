/**
 * The Pod: the deployment's list of sites, what was granted for them, and one-time logins. One per deployment.
 * It is asked only for changes: isolates keep its list, so that counting goes on while it is away.
 * It knows no key: keys are derived from the master by whoever needs one.
 */
import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../env'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import type { Calendar } from '../whale/whale'

const tables = [
  // A deleted site keeps its row, without settings: its number is never given twice.
  `CREATE TABLE site    (site INTEGER PRIMARY KEY, version INTEGER, settings TEXT)`,
  `CREATE TABLE grants  (id TEXT PRIMARY KEY, site INTEGER, kind TEXT, expires INTEGER, about TEXT) WITHOUT ROWID`,
  `CREATE TABLE login   (digest TEXT PRIMARY KEY, expires INTEGER) WITHOUT ROWID`,
  // What no site can be blamed for, such as envelopes for sites that are not here.
  `CREATE TABLE refusal (reason TEXT PRIMARY KEY, events INTEGER) WITHOUT ROWID`,
]

/** A pixel or share that was made: what the owner sees of it. The envelope itself is kept so that it can be shown again. */
export interface Grant {
  id: string
  kind: 'pixel' | 'share'
  /** Unix milliseconds; 0 for never. */
  expires: number
  about: { url: string; name?: string }
}

export interface Changes {
  version: number
  /** Sites changed since the version asked for; `settings` is absent where the site was deleted. */
  changed: { site: number; settings?: Site }[]
}

export class Pod extends DurableObject<Env> {
  private readonly sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    const exists = this.sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'site'`).toArray().length > 0
    if (!exists) ctx.storage.transactionSync(() => tables.forEach((table) => this.sql.exec(table)))
  }

  changes(since: number): Changes {
    const rows = this.sql
      .exec<{ site: number; version: number; settings: string | null }>(`SELECT * FROM site WHERE version > ?`, since)
      .toArray()
    return {
      version: rows.reduce((newest, { version }) => Math.max(newest, version), since),
      changed: rows.map(({ site, settings }) => (settings ? { site, settings: JSON.parse(settings) } : { site })),
    }
  }

  /** Stores a new site; false where its number was given before. */
  create(settings: Site): boolean {
    const known = this.sql.exec(`SELECT 1 FROM site WHERE site = ?`, settings.site).toArray().length > 0
    if (!known) this.put(settings.site, settings)
    return !known
  }

  /** Changes what is named and keeps the rest as it is here; false where the site is gone. */
  update(site: number, changes: Partial<Site>): boolean {
    const settings = this.settings(site)
    if (settings) this.put(site, { ...settings, ...changes })
    return settings !== undefined
  }

  remove(site: number): void {
    this.put(site, null)
    this.sql.exec(`DELETE FROM grants WHERE site = ?`, site)
  }

  calendar(site: number): Calendar {
    const settings = this.settings(site)
    if (!settings) throw new Error(`no site ${site}`)
    const shards = Math.max(settings.fixedShards, ...settings.shards.map(({ k }) => k))
    return { zones: settings.zones, shards }
  }

  grant(site: number, { id, kind, expires, about }: Grant): void {
    this.sql.exec(`INSERT INTO grants VALUES (?, ?, ?, ?, ?)`, id, site, kind, expires, JSON.stringify(about))
  }

  grants(site: number, kind: Grant['kind']): Grant[] {
    return this.sql
      .exec<{ id: string; expires: number; about: string }>(
        `SELECT id, expires, about FROM grants WHERE site = ? AND kind = ?`,
        site,
        kind,
      )
      .toArray()
      .map(({ id, expires, about }) => ({ id, kind, expires, about: JSON.parse(about) }))
  }

  /** Whether there was such a grant. The site's settings carry what is revoked to every isolate. */
  revoke(site: number, kind: Grant['kind'], id: string): boolean {
    const gone = this.sql
      .exec(`DELETE FROM grants WHERE site = ? AND kind = ? AND id = ? RETURNING id`, site, kind, id)
      .toArray()
    const settings = this.settings(site)
    if (!gone.length || !settings) return false
    this.put(site, { ...settings, revoked: [...settings.revoked, id] })
    return true
  }

  /** Remembers a one-time login code, by its digest only. */
  allow(digest: string, expires: number): void {
    this.sql.exec(`DELETE FROM login WHERE expires < ?`, Date.now())
    this.sql.exec(`INSERT INTO login VALUES (?, ?)`, digest, expires)
  }

  /** Whether the code was good; it is no more. */
  redeem(digest: string): boolean {
    return (
      this.sql.exec(`DELETE FROM login WHERE digest = ? AND expires >= ? RETURNING 1`, digest, Date.now()).toArray()
        .length > 0
    )
  }

  refuse(counts: [Reason, number][]): void {
    for (const [reason, events] of counts) {
      this.sql.exec(
        `INSERT INTO refusal VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET events = events + excluded.events`,
        reason,
        events,
      )
    }
  }

  refusals(): { reason: Reason; events: number }[] {
    return this.sql.exec<{ reason: Reason; events: number }>(`SELECT reason, events FROM refusal`).toArray()
  }

  private settings(site: number): Site | undefined {
    const [row] = this.sql.exec<{ settings: string | null }>(`SELECT settings FROM site WHERE site = ?`, site).toArray()
    return row?.settings ? JSON.parse(row.settings) : undefined
  }

  private put(site: number, settings: Site | null): void {
    this.sql.exec(
      `INSERT INTO site SELECT ?, coalesce(max(version), 0) + 1, ? FROM site WHERE true
       ON CONFLICT (site) DO UPDATE SET version = excluded.version, settings = excluded.settings`,
      site,
      settings && JSON.stringify(settings),
    )
  }
}
