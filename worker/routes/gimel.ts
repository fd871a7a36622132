/**
 * Gimel's routes, for pages that run their experiments by AlephBet: it is given another URL, and nothing else is changed. To
 * track needs no key, as pages have none; results and deletions do. AlephBet keeps what is not answered with 200, and sends it again.
 */
import { type Context, Hono } from 'hono'
import {
  SiteTrackedQuery,
  SiteTrackQuery,
  SiteUntrackQuery,
  TrackedQuery,
  type Tracking,
  TrackQuery,
  UntrackQuery,
} from '../asked/gimel'
import { whale } from '../env'
import { clientOf } from '../ingest/client'
import { fits } from '../ingest/origins'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { shardOf } from '../ingest/shard'
import { trackingOf } from '../ingest/tracking'
import { type App, siteFor } from './access'
import { answered } from './answers'
import { deliver, type Outcome } from './deliver'
import { type Deployment, deploymentOf } from './deployment'
import { queryBy } from './parsed'
import { tellLater } from './pixel'
import { Problem } from './problem'
import { secondsToWait } from './rate'
import { visitorAt } from './reception'
import { NO_SITE } from './refusals'
import { addressFor } from './sender'

const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Date, Retry-After',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Robots-Tag': 'noindex',
}
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Api-Key',
  'Access-Control-Max-Age': '86400',
}
/** So long much of one visitor is held against him. */
const FLOOD_S = 3_600

export const gimel = new Hono<App>()
  .on('OPTIONS', ['/track', '/delete', '/gimel/*'], (c) => c.body(null, 200, { ...HEADERS, ...PREFLIGHT }))
  .get('/track', (c) => {
    const { site, ...told } = queryBy(SiteTrackQuery, c.req.query())
    return track(c, site, told)
  })
  .get('/gimel/:site', (c) => track(c, c.req.param('site'), queryBy(TrackQuery, c.req.query())))
  .get('/gimel/:site/track', (c) => track(c, c.req.param('site'), queryBy(TrackQuery, c.req.query())))
  .get('/gimel/:site/experiments', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'key', Date.now())
    return results(c, site, queryBy(TrackedQuery, c.req.query()))
  })
  .delete('/delete', async (c) => {
    const { site } = await siteFor(c, c.req.query('site'), 'write', Date.now())
    return forget(c, site, queryBy(SiteUntrackQuery, c.req.query()))
  })
  .delete('/gimel/:site/delete', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'write', Date.now())
    return forget(c, site, queryBy(UntrackQuery, c.req.query()))
  })

/** `/experiments?namespace=…`: Gimel's answer, where Gimel's question is asked. */
export async function trackedAt(c: Context<App>): Promise<Response> {
  const { site } = await siteFor(c, c.req.query('site'), 'key', Date.now())
  return results(c, site, queryBy(SiteTrackedQuery, c.req.query()))
}

async function results(c: Context<App>, { site }: Site, asked: { namespace: string; scope?: string | undefined }) {
  const { namespace, scope } = asked
  const { experiments, partial } = await whale(c.env, site).tracked(namespace, scope)
  return answered(c, [{ meta: { scope: scope ?? null } }, ...experiments], partial)
}

async function forget(c: Context<App>, { site }: Site, asked: { namespace: string; experiment: string }) {
  await whale(c.env, site).untrack(asked.namespace, asked.experiment)
  return c.body(null, 200, { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store' })
}

async function track(c: Context<App>, named: string, told: Tracking): Promise<Response> {
  // A look changes nothing, and the router takes one for a GET.
  if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS)
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const site = await siteCalled(c, named, deployment, now)
  const refuse = (reason: Reason) => {
    const at = site?.site ?? NO_SITE
    deployment.refusals.add(at, reason)
    tellLater(c, { env: c.env, deployment, now }, [at])
  }
  const wait = await waitFor(c, site, deployment, now)
  if (wait) {
    refuse('rate')
    throw later(c, wait)
  }
  if (!site) throw new Problem(404, `there is no site ${named}`, 'site')
  if (!fits(site.origins, { origin: c.req.header('origin'), referer: c.req.header('referer') })) {
    refuse('origin')
    throw new Problem(403, "this page is none of the site's origins")
  }
  const outcome = await delivered(c, site, told, { deployment, now })
  if (outcome !== 'counted' && outcome !== 'duplicate') {
    refuse(outcome)
    throw later(c, FLOOD_S)
  }
  return c.body(null, 200, HEADERS)
}

async function delivered(
  c: Context<App>,
  site: Site,
  told: Tracking,
  { deployment, now }: { deployment: Deployment; now: number },
): Promise<Outcome> {
  const { id, event } = await trackingOf(told, now)
  const type = deployment.said.type(site.site, event.type)
  const address = addressFor(c, deployment)
  const isTold = clientOf(address, deployment.proxy) !== undefined && site.rate !== false
  const header = (name: string) => c.req.header(name)
  const sender = isTold ? await visitorAt(now, site, { env: c.env, header, deployment, address, now }) : undefined
  const [outcome] = await deliver({ env: c.env, deployment, now }, [
    {
      site: site.site,
      shard: shardOf(id, site.fixedShards),
      id,
      events: [{ ...event, type }],
      tracked: { namespace: told.namespace, experiment: told.experiment },
      ...(sender !== undefined && { sender }),
    },
  ])
  return outcome! // Of one delivery there is one.
}

const siteCalled = (c: Context<App>, named: string, { directory }: Deployment, now: number) =>
  /^\d+$/.test(named) ? directory.site(c.env, Number(named), now) : directory.named(c.env, named, now)

/** Seconds; sites that are not listed share one rate. */
function waitFor(c: Context<App>, site: Site | undefined, deployment: Deployment, now: number): Promise<number> {
  const { rates, proxy } = deployment
  return secondsToWait({
    env: c.env,
    rates,
    client: clientOf(addressFor(c, deployment), proxy),
    amounts: new Map([[site?.site ?? NO_SITE, 1]]),
    sites: new Map(site ? [[site.site, site]] : []),
    now,
  })
}

function later(c: Context<App>, seconds: number): Problem {
  c.header('Retry-After', String(seconds))
  return new Problem(429, `too much comes from here; come again in ${seconds} s`)
}
