/**
 * Who asks what anybody may: the bearer of a key for whomever he likes, all others for themselves, from the site's own
 * pages, and no faster than it allows.
 */
import type { Context } from 'hono'
import { clientOf } from '../ingest/client'
import { fits } from '../ingest/origins'
import type { Site } from '../ingest/settings'
import { type Access, accessOf, type App, siteFor } from './access'
import type { Deployment } from './deployment'
import { bad, Problem } from './problem'
import { secondsToWait } from './rate'
import { addressFor } from './sender'

export interface Asker {
  site: Site
  /** The bearer's. */
  level?: Access['level']
}

export async function askerOf(c: Context<App>, deployment: Deployment, now: number): Promise<Asker> {
  const named = c.req.query('site')
  if (c.req.header('authorization') !== undefined) {
    const { level } = await accessOf(c, now)
    return { ...(await siteFor(c, named, level, now)), level }
  }
  const site = await siteNamed(c, deployment, named, now)
  if (!fits(site.origins, { origin: c.req.header('origin'), referer: c.req.header('referer') }))
    throw new Problem(403, 'this page is not among the origins of the site', 'origins')
  const wait = await secondsToWait({
    env: c.env,
    rates: deployment.rates,
    client: clientOf(addressFor(c, deployment), deployment.proxy),
    amounts: new Map([[site.site, 1]]),
    sites: new Map([[site.site, site]]),
    now,
  })
  if (wait) {
    c.header('Retry-After', String(wait))
    throw new Problem(429, `too many from one address: come again after ${wait} seconds`)
  }
  return { site }
}

async function siteNamed(
  c: Context<App>,
  { directory }: Deployment,
  text: string | undefined,
  now: number,
): Promise<Site> {
  if (!text) throw bad('site', 'is missing: give its number or name')
  const site = /^\d+$/.test(text)
    ? await directory.site(c.env, Number(text), now)
    : await directory.named(c.env, text, now)
  if (!site) throw new Problem(404, `there is no site ${text.slice(0, 100)}`, 'site')
  return site
}
