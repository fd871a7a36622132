/**
 * The Pod: the deployment's list of sites, what was granted for them, and one-time logins. One per deployment.
 * It is asked only for changes: isolates keep its list, so that counting goes on while it is away.
 * It knows no key of ours: those are derived from the master by whoever needs one. Other deployments' lie in `links`.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Env, hail, whale } from '../env'
import type { Reason } from '../ingest/refusal'
import { nameOf, type Site, type Versions } from '../ingest/settings'
import { KEEP } from '../whale/sweep'
import type { Terms } from '../whale/life'
import { DaySalts, SALT_MS, tables as saltTables } from './daysalts'
import { type Grant, Grants, MORE_REVOKED_SHARES, MOST_REVOKED, tables as grantTables } from './grants'
import { type Link, type LinkKeys, Links, tables as linkTables } from './links'
import type { Salt } from './salts'
import { type Changes, type History, Sites, tables as siteTables } from './sites'

/** An object that could not be emptied is tried again. */
const EMPTY_AGAIN_MS = 60_000

const tables = [
  ...siteTables,
  `CREATE TABLE login   (digest TEXT PRIMARY KEY, expires INTEGER) WITHOUT ROWID`,
  // What no site can be blamed for, such as envelopes for sites that are not here.
  `CREATE TABLE refusal (reason TEXT PRIMARY KEY, events INTEGER) WITHOUT ROWID`,
  // Deleted sites whose objects are not all empty yet.
  `CREATE TABLE leaving (site INTEGER PRIMARY KEY, shards INTEGER)`,
  ...saltTables,
  ...grantTables,
  ...linkTables,
].map((table) => table.replace('TABLE', 'TABLE IF NOT EXISTS'))

export class Pod extends DurableObject<Env> {
  private readonly sql: SqlStorage
  private readonly sites: Sites
  private readonly links: Links
  private readonly granted: Grants
  private readonly days: DaySalts

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    // A release adds tables; the last one says whether all are there.
    const exists = this.sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'forward'`).toArray().length > 0
    if (!exists) ctx.storage.transactionSync(() => tables.forEach((table) => this.sql.exec(table)))
    this.sites = new Sites(this.sql)
    this.granted = new Grants(this.sql)
    this.days = new DaySalts(this.sql)
    this.links = new Links(this.sql, env.GRAUPEL_FORWARD ?? '')
  }

  changes(since: number): Changes {
    return this.sites.changes(since)
  }

  /** Stores a new site; false where its number was given before. */
  create(settings: Site): boolean {
    return this.sites.create(settings)
  }

  /** Changes what is named; undefined where the site is gone. */
  update(site: number, changes: Partial<Site>, history: History): Site | undefined {
    return this.sites.update(site, changes, history)
  }

  /** Another key instead of the one there was. With pixels' and shares' go all that it sealed. Undefined where the site is gone. */
  raise(site: number, key: keyof Versions): Site | undefined {
    const settings = this.sites.of(site)
    if (!settings) return undefined
    const { versions } = settings
    const next = { ...settings, versions: { ...versions, [key]: (versions[key] ?? 0) + 1 } }
    this.ctx.storage.transactionSync(() => {
      this.sites.put(site, next)
      if (key === 'pixel' || key === 'share') this.granted.clear(site, key)
    })
    return next
  }

  /** Takes a site off the list, then empties its objects; what an object refuses now, the alarm tries again. */
  async remove(site: number): Promise<void> {
    const settings = this.sites.of(site)
    if (settings) {
      this.ctx.storage.transactionSync(() => {
        this.sql.exec(`INSERT INTO leaving VALUES (?, ?)`, site, shardsOf(settings))
        this.sites.put(site, null)
        this.granted.end(site)
        this.links.put(site, null)
      })
    }
    await this.alarmBy(Date.now() + EMPTY_AGAIN_MS)
    const [leaving] = this.leaving().filter((each) => each.site === site)
    if (leaving) await this.emptySite(leaving)
  }

  override async alarm(): Promise<void> {
    const now = Date.now()
    this.days.drop(now)
    try {
      await this.empty()
    } catch (error) {
      console.error(`pod: a deleted site is not empty yet, will try again: ${error}`)
      await this.alarmBy(now + EMPTY_AGAIN_MS)
    }
    const made = this.days.oldest
    if (made !== null) await this.alarmBy(made + SALT_MS)
  }

  /** Whether a site was deleted and some of its objects are not empty yet. */
  isLeaving(site: number): boolean {
    return this.sql.exec(`SELECT 1 FROM leaving WHERE site = ?`, site).toArray().length > 0
  }

  /** What its Whale must know of a site; null where there is none. */
  terms(site: number): Terms | null {
    const settings = this.sites.of(site)
    if (!settings) return null
    const linked = this.links.of(site).length > 0 && ({ linked: true } as const)
    return { zones: settings.zones, shards: shardsOf(settings), keep: settings.keep ?? KEEP, ...linked }
  }

  /** What a Hail must know to forward; null where the site is not forwarded. */
  link(site: number): Link | null {
    const settings = this.sites.of(site)
    const upstreams = this.links.of(site)
    return settings && upstreams.length ? { name: nameOf(settings), upstreams } : null
  }

  /** Links a site to others, or ends that; what it is afterwards. The keys are never told again. */
  relink(site: number, keys: LinkKeys | null, upstream: Site['upstream']): Site | undefined {
    const settings = this.sites.of(site)
    if (!settings) return undefined
    const { upstream: _, ...rest } = settings
    const next = { ...rest, ...(upstream && { upstream }) }
    this.ctx.storage.transactionSync(() => {
      this.links.put(site, keys)
      this.sites.put(site, next)
    })
    return next
  }

  upstreams(): string[] {
    return this.links.upstreams
  }

  forward(upstreams: string[]): void {
    this.links.forward(upstreams)
  }

  /** The salts of days (yyyymmdd): made when first asked for, dropped two days later. */
  async salts(days: readonly number[], now: number): Promise<Salt[]> {
    this.days.make(days, now)
    await this.alarmBy(now + SALT_MS)
    return this.days.of(days)
  }

  /** False where the list is full, of such as have not expired. */
  grant(site: number, grant: Grant, now: number): boolean {
    return this.granted.add(site, grant, now)
  }

  grants(site: number, kind: Grant['kind']): Grant[] {
    return this.granted.of(site, kind)
  }

  /** Takes it off the list and tells every isolate, by the site's settings. */
  revoke(site: number, kind: Grant['kind'], id: string, now: number): 'revoked' | 'unknown' | 'full' {
    const settings = this.sites.of(site)
    const known = this.granted.find(site, kind, id)
    if (!settings || !known) return 'unknown'
    const over = this.granted.over(site, now)
    const revoked = settings.revoked.filter((each) => !over.has(each))
    if (revoked.includes(id)) return 'revoked'
    if (revoked.length >= MOST_REVOKED + (kind === 'share' ? MORE_REVOKED_SHARES : 0)) return 'full'
    this.ctx.storage.transactionSync(() => {
      this.granted.revoke(site, { id, ...known }, now)
      this.sites.put(site, { ...settings, revoked: [...revoked, id] })
    })
    return 'revoked'
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

  private async alarmBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm()
    if (set === null || set > at) await this.ctx.storage.setAlarm(at)
  }

  private leaving(): { site: number; shards: number }[] {
    return this.sql.exec<{ site: number; shards: number }>(`SELECT site, shards FROM leaving`).toArray()
  }

  /** Every site has its turn, whatever another's objects say. */
  private async empty(): Promise<void> {
    const results = await Promise.allSettled(this.leaving().map((each) => this.emptySite(each)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  private async emptySite({ site, shards }: { site: number; shards: number }): Promise<void> {
    await Promise.all(Array.from({ length: shards }, (_, shard) => hail(this.env, site, shard).empty()))
    await whale(this.env, site).empty()
    this.sql.exec(`DELETE FROM leaving WHERE site = ?`, site)
  }
}

/** How many Hails a site may have had events in. */
const shardsOf = ({ fixedShards, shards }: Site): number => Math.max(fixedShards, ...shards.map(({ k }) => k))
