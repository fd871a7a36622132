/** What all envelopes of one request share, and who sent them. Whoever reads the address forgets it. */
import type { Context } from 'hono'
import type { Facts } from '../ingest/facts'
import type { Site } from '../ingest/settings'
import { visitorOf } from '../ingest/visitor'
import { dateOf } from '../rollup/interval'
import type { App } from './access'
import type { Deployment } from './deployment'

export interface Reception {
  c: Context<App>
  deployment: Deployment
  sites: Map<number, Site>
  facts: Facts
  /** The client's. */
  address: string | undefined
  /** The same, where it tells one client from others. */
  client: string | undefined
  now: number
}

/** Who it was, among those of this day; an event counts as well without. */
export async function visitorAt(at: number, site: Site, { c, deployment, address, now }: Reception) {
  if (address === undefined) return undefined
  try {
    const key = await deployment.salts.key(c.env, dateOf(at, site.zones), now)
    return key && (await visitorOf(key, site.site, address, c.req.header('user-agent') ?? ''))
  } catch (error) {
    console.error(`site ${site.site}: a visitor can't be told apart now: ${error}`)
    return undefined
  }
}
