/** `/status`: is all that was acknowledged on its way, and what was refused, and why. `/healthz`: is anybody there. */
import { type Context, Hono } from 'hono'
import { type Env, hail, pod, whale } from '../env'
import type { HailStatus } from '../hail/hail'
import type { Mishap } from '../hail/upstream'
import { StatusQuery } from '../asked/status'
import { tally } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { parseMetric } from '../rollup/metric'
import { type App, accessOf, siteFor } from './access'
import { graphOf } from './answers'
import { type Deployment, deploymentOf, guessable } from './deployment'
import { upstreamOf } from './forward'
import { queryBy } from './parsed'
import { Problem } from './problem'
import { NO_SITE, REFUSED_TYPE } from './refusals'

export const status = new Hono<App>()
  .get('/healthz', async (c) => {
    await deploymentOf(c.env)
    const detail = guessable(c.env)
    if (detail) throw new Problem(503, detail)
    return c.json({ ok: true }, 200, { 'Cache-Control': 'no-store' })
  })
  .get('/status', async (c) => {
    const now = Date.now()
    const deployment = await deploymentOf(c.env)
    if (c.req.query('site') === undefined && (await accessOf(c, now)).level === 'admin') {
      queryBy(StatusQuery, c.req.query())
      const told = (await pod(c.env).refusals()).map(({ reason, events }) => [reason, events] as const)
      const sites = await deployment.directory.all(c.env, now)
      const all = {
        sites: sites.map(({ site, name }) => ({ site, name })),
        refusals: tally([...told, ...deployment.refusals.waiting(NO_SITE)]),
      }
      return c.json(all, 200, { 'Cache-Control': 'no-store' })
    }
    const { site } = await siteFor(c, c.req.query('site'), 'read', now)
    queryBy(StatusQuery, c.req.query())
    return c.json(await ofSite(c, site, deployment, now), 200, { 'Cache-Control': 'no-store' })
  })

async function ofSite(c: Context<App>, site: Site, deployment: Deployment, now: number) {
  const [{ kept, hails, types }, refused] = await Promise.all([standing(c.env, site), refusedAt(c, site, now)])
  return {
    site: site.site,
    name: site.name,
    types,
    shards: hails.map((each) => lagOf(each, now)),
    merged: kept.shards,
    pendingPaths: kept.pendingPaths,
    gaps: [...kept.gaps, ...hails.flatMap(({ gaps = [] }) => gaps)],
    sources: hails.flatMap(({ sources = [] }) => sources),
    ...(await forwardOf(c, site, hails, now)),
    refusals: tally([...refused, ...deployment.refusals.waiting(site.site)]),
  }
}

/** What a site's objects say of themselves, and all types there are, those of events that wait among them. */
export async function standing(env: Env, site: Site) {
  const count = Math.max(site.fixedShards, ...site.shards.map(({ k }) => k))
  const [kept, hails] = await Promise.all([
    whale(env, site.site).status(),
    Promise.all(Array.from({ length: count }, (_, shard) => hail(env, site.site, shard).status())),
  ])
  const types = [...new Set([...kept.types, ...hails.flatMap((each) => each.types)])].sort()
  return { kept, hails, types }
}

/** What waits is safe in the log; its age says whether the Whale is being reached. */
const lagOf = ({ shard, last, waiting, oldest = last }: HailStatus, now: number) => ({
  shard,
  lastEvent: last || null,
  waiting,
  lagSeconds: waiting ? Math.round((now - oldest) / 1000) : 0,
})

/** Of a linked site, or one that was: where its events go, and what is not known to have arrived there. */
async function forwardOf(c: Context<App>, site: Site, hails: readonly HailStatus[], now: number) {
  const forwards = hails.flatMap(({ shard, forward, ...each }) => (forward ? [{ shard, ...forward, ...each }] : []))
  if (!site.upstream && !forwards.length) return {}
  const errors = newestOfEach(forwards.flatMap(({ mishaps }) => mishaps))
  return {
    forward: {
      upstreams: await pod(c.env).upstreams(),
      upstream: upstreamOf(site.upstream),
      shards: forwards.map((each) => ({ shard: each.shard, cursor: each.cursor, inDoubt: each.inDoubt })),
      waiting: hails.reduce((sum, { waiting }) => sum + waiting, 0),
      lagSeconds: Math.max(0, ...hails.map((each) => lagOf(each, now).lagSeconds)),
      lastError: errors[0] ?? null,
      errors,
    },
  }
}

/** A dead upstream must not hide what a living one says. Newest first. */
function newestOfEach(mishaps: readonly Mishap[]): Mishap[] {
  const sorted = mishaps.toSorted((a, b) => b.at - a.at)
  return sorted.filter(({ upstream }, i) => sorted.findIndex((each) => each.upstream === upstream) === i)
}

/** Refusals since ever: they are events, under their reason. */
async function refusedAt(c: Context<App>, site: Site, now: number): Promise<[reason: string, events: number][]> {
  const hits = parseMetric('hits')
  if ('problem' in hits) throw new Problem(500, hits.problem)
  const { series } = await graphOf(c, site, {
    type: REFUSED_TYPE,
    dimension: ['reason'],
    metrics: [hits],
    interval: 'all',
    from: 0,
    to: now + 1,
    now,
    timezone: 'UTC',
    zones: site.zones,
    depth: 1,
    sort: { metric: hits, descending: true },
    limit: 100,
  })
  return series.map(({ dimension: [, reason = ''], total }) => [reason, total])
}
