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
  // The start that it was told, since the next one brings its own.
  `CREATE TABLE forward (start TEXT, upstreams TEXT)`,
]

export class Links {
  /**
   * `setting` is what this start said: `off`, where the runtime reaches nobody; a word that names the start and its
   * upstreams, which hold until others are named; or nothing, and what was named last holds.
   */
  constructor(
    private readonly sql: SqlStorage,
    private readonly setting = '',
  ) {}

  get upstreams(): string[] {
    if (this.setting === 'off') return []
    const [start = '', list = ''] = this.setting.split(' ')
    const [named] = this.sql
      .exec<{ upstreams: string }>(`SELECT upstreams FROM forward WHERE start = ? OR ? = ''`, start, start)
      .toArray()
    return named ? JSON.parse(named.upstreams) : list.split(',').filter(Boolean)
  }

  forward(upstreams: readonly string[]): void {
    const [start = ''] = this.setting.split(' ')
    this.sql.exec(`DELETE FROM forward`)
    this.sql.exec(`INSERT INTO forward VALUES (?, ?)`, start, JSON.stringify(upstreams))
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
