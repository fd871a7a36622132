/**
 * Links: which sites are another Graupel's, and which other Graupels there are. A link is the write key of a site there;
 * it lies here and nowhere else, and is told to that site's Hails alone.
 */
import { ANYWHERE } from '../ingest/settings'

/** Write keys by upstream: one for all of them, or one for each that is a deployment of its own. */
export type LinkKeys = Record<string, string>

/** What a Hail must know to forward. */
export interface Link {
  /** The site's name for good, by which it is told apart from all other sites everywhere. */
  name: string
  /** In the order in which they are tried. */
  upstreams: { origin: string; key: string }[]
}

export const tables = [
  `CREATE TABLE link    (site INTEGER PRIMARY KEY, keys TEXT)`,
  `CREATE TABLE forward (upstreams TEXT)`,
]

export class Links {
  /** Where the runtime reaches nobody, nothing is forwarded, whatever is kept here. */
  constructor(
    private readonly sql: SqlStorage,
    private readonly isClosed: boolean,
  ) {}

  get upstreams(): string[] {
    if (this.isClosed) return []
    const [row] = this.sql.exec<{ upstreams: string }>(`SELECT upstreams FROM forward`).toArray()
    return row ? JSON.parse(row.upstreams) : []
  }

  /** Nothing is written where nothing changes. */
  forward(upstreams: readonly string[]): void {
    const text = JSON.stringify(upstreams)
    const [row] = this.sql.exec<{ upstreams: string }>(`SELECT upstreams FROM forward`).toArray()
    if (!row) this.sql.exec(`INSERT INTO forward VALUES (?)`, text)
    else if (row.upstreams !== text) this.sql.exec(`UPDATE forward SET upstreams = ?`, text)
  }

  /** Those of the upstreams that the site has a key for. */
  of(site: number): Link['upstreams'] {
    const [row] = this.sql.exec<{ keys: string }>(`SELECT keys FROM link WHERE site = ?`, site).toArray()
    if (!row) return []
    const keys: LinkKeys = JSON.parse(row.keys)
    return this.upstreams.flatMap((origin) => {
      const key = keys[origin] ?? keys[ANYWHERE]
      return key === undefined ? [] : [{ origin, key }]
    })
  }

  put(site: number, keys: LinkKeys | null): void {
    if (keys)
      this.sql.exec(
        `INSERT INTO link VALUES (?, ?) ON CONFLICT (site) DO UPDATE SET keys = excluded.keys`,
        site,
        JSON.stringify(keys),
      )
    else this.sql.exec(`DELETE FROM link WHERE site = ?`, site)
  }
}
