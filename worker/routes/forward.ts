/** `/api/forward`: the upstreams that linked sites are forwarded to, in their order; a change holds at once. */
import { type Context, Hono } from 'hono'
import { readUpstreams } from '../../sdk/wire/forward'
import { Upstreams } from '../asked/deployment'
import type { SiteChanges } from '../asked/site'
import { hail, pod, whale } from '../env'
import { ANYWHERE, type Site } from '../ingest/settings'
import type { LinkKeys } from '../pod/links'
import { readToken } from '../ingest/keys'
import { type App, bearerFor } from './access'
import { deploymentOf } from './deployment'
import { bodyBy, json } from './parsed'
import { Problem } from './problem'

export const forward = new Hono<App>()
  .get('/', async (c) => {
    await bearerFor(c, 'admin', Date.now())
    return c.json(await shown(c))
  })
  .put('/', async (c) => {
    await bearerFor(c, 'admin', Date.now())
    const { upstreams: given } = bodyBy(Upstreams, await json(c.req))
    const upstreams = given.length ? readUpstreams(given.join()) : []
    if ('problem' in upstreams) throw new Problem(400, upstreams.problem, 'upstreams')
    if (upstreams.length && c.env.GRAUPEL_FORWARD === 'off') {
      throw new Problem(409, 'this server was started without --forward, and reaches nobody')
    }
    await pod(c.env).forward(upstreams)
    const { directory } = await deploymentOf(c.env)
    const linked = (await directory.all(c.env, Date.now())).filter(({ upstream }) => upstream)
    await Promise.all(linked.map((site) => hurry(c, site)))
    return c.json(await shown(c))
  })

/** Whoever counts and forwards hears of a change before it is answered. */
export async function hurry(c: Context<App>, { site, fixedShards, shards }: Site): Promise<void> {
  await whale(c.env, site).resettle()
  const count = Math.max(fixedShards, ...shards.map(({ k }) => k))
  // A Hail that does not hear it goes by it at its next alarm.
  await Promise.allSettled(Array.from({ length: count }, (_, shard) => hail(c.env, site, shard).hurry()))
}

async function shown(c: Context<App>) {
  const { directory } = await deploymentOf(c.env)
  const sites = await directory.all(c.env, Date.now())
  return {
    upstreams: await pod(c.env).upstreams(),
    sites: sites.flatMap(({ site, name, upstream }) =>
      upstream ? [{ site, name, upstream: upstreamOf(upstream) }] : [],
    ),
  }
}

/** As it was given: one number, or one for each upstream. */
export const upstreamOf = (upstream: Site['upstream']) => upstream?.[ANYWHERE] ?? upstream ?? null

/** What the setting `upstream` says; undefined where it is not given. No key is ever said again. */
export async function linkIn(
  c: Context<App>,
  given: SiteChanges['upstream'],
): Promise<{ keys: LinkKeys | null; upstream?: Site['upstream'] } | undefined> {
  if (given === undefined) return undefined
  if (given === null) return { keys: null }
  const keys: LinkKeys = typeof given === 'string' ? { [ANYWHERE]: given } : given
  const upstream: Record<string, number> = {}
  for (const [origin, key] of Object.entries(keys)) {
    const known = origin === ANYWHERE ? [origin] : readUpstreams(origin)
    if ('problem' in known || known[0] !== origin)
      throw new Problem(400, `upstream: ${origin} is no origin`, 'upstream')
    upstream[origin] = await siteOf(c, key)
  }
  if (!Object.keys(upstream).length) throw new Problem(400, 'upstream names no site; null ends a link', 'upstream')
  return { keys, upstream }
}

async function siteOf(c: Context<App>, key: string): Promise<number> {
  const claim = readToken(key)
  if (claim?.word !== 'write') {
    throw new Problem(400, 'upstream must be the write key (gw_…) of a site of another Graupel, or null', 'upstream')
  }
  const { directory, keys } = await deploymentOf(c.env)
  const own = await directory.site(c.env, claim.site, Date.now())
  if (own && (await keys.recognizes(key, 'write', own.site, own.versions.write))) {
    throw new Problem(400, 'upstream: this is the key of a site here, which would be forwarded to itself', 'upstream')
  }
  return claim.site
}
