/** What all envelopes of one request share, and who sent them. Whoever reads the address forgets it. */
import type { Env } from '../env'
import type { Facts } from '../ingest/facts'
import type { Said } from '../ingest/said'
import type { Site } from '../ingest/settings'
import { visitorOf } from '../ingest/visitor'
import { dateOf } from '../rollup/interval'
import type { Deployment } from './deployment'

export interface Reception {
  env: Env
  /** The whole of it. */
  url: string
  header(name: string): string | undefined
  deployment: Deployment
  /** Which types browsers may name. */
  said: Pick<Said, 'type'>
  sites: Map<number, Site>
  facts: Facts
  /** The client's. */
  address: string | undefined
  /** The same, where it tells one client from others. */
  client: string | undefined
  now: number
}

/** Who it was, among those of this day; an event counts as well without. */
export async function visitorAt(
  at: number,
  site: Site,
  { env, header, deployment, address, now }: Pick<Reception, 'env' | 'header' | 'deployment' | 'address' | 'now'>,
) {
  if (address === undefined) return undefined
  try {
    const key = await deployment.salts.key(env, dateOf(at, site.zones), now)
    return key && (await visitorOf(key, site.site, address, header('user-agent') ?? ''))
  } catch (error) {
    console.error(`site ${site.site}: a visitor can't be told apart now: ${error}`)
    return undefined
  }
}
