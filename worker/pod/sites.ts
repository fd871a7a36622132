/**
 * The list of sites, as their owners set them. Each change has a version, so that an isolate asks only for what is newer than
 * its copy.
 */
import type { Site } from '../ingest/settings'

export const tables = [
  // A deleted site keeps its row, without settings: its number is never given twice.
  `CREATE TABLE site    (site INTEGER PRIMARY KEY, version INTEGER, settings TEXT)`,
]

/** What is added to a site's histories: others may add to them at the same time. */
export interface History {
  zone?: Site['zones'][number]
  shards?: Site['shards'][number]
}

export interface Changes {
  version: number
  /** Sites changed since the version asked for; `settings` is absent where the site was deleted. */
  changed: { site: number; settings?: Site }[]
}

export class Sites {
  constructor(private readonly sql: SqlStorage) {}

  changes(since: number): Changes {
    const rows = this.sql
      .exec<{ site: number; version: number; settings: string | null }>(`SELECT * FROM site WHERE version > ?`, since)
      .toArray()
    return {
      version: rows.reduce((newest, { version }) => Math.max(newest, version), since),
      changed: rows.map(({ site, settings }) => (settings ? { site, settings: JSON.parse(settings) } : { site })),
    }
  }

  /** False where its number was given before. */
  create(settings: Site): boolean {
    const known = this.sql.exec(`SELECT 1 FROM site WHERE site = ?`, settings.site).toArray().length > 0
    if (!known) this.put(settings.site, settings)
    return !known
  }

  /** Changes what is named, keeps the rest as it is here and adds to its histories; undefined where the site is gone. */
  update(site: number, changes: Partial<Site>, history: History): Site | undefined {
    const settings = this.of(site)
    if (!settings) return undefined
    const next: Site = {
      ...settings,
      ...changes,
      zones: [...settings.zones, ...(history.zone ? [history.zone] : [])],
      shards: [...settings.shards, ...(history.shards ? [history.shards] : [])],
    }
    this.put(site, next)
    return next
  }

  /** Its settings; undefined where it was never made, or is gone. */
  of(site: number): Site | undefined {
    const [row] = this.sql.exec<{ settings: string | null }>(`SELECT settings FROM site WHERE site = ?`, site).toArray()
    return row?.settings ? JSON.parse(row.settings) : undefined
  }

  /** Without settings it is deleted. */
  put(site: number, settings: Site | null): void {
    this.sql.exec(
      `INSERT INTO site SELECT ?, coalesce(max(version), 0) + 1, ? FROM site WHERE true
       ON CONFLICT (site) DO UPDATE SET version = excluded.version, settings = excluded.settings`,
      site,
      settings && JSON.stringify(settings),
    )
  }
}
