/** Grants: envelopes that the owner hands out. The Pod keeps a list of them, by which they are shown again and revoked. */
import type { Context } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { mint } from '../../sdk/wire/envelope'
import { pod } from '../env'
import type { Site } from '../ingest/settings'
import { type Grant, MOST_GRANTS, MOST_REVOKED } from '../pod/grants'
import { type App, siteFor } from './access'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

const RANDOM_BYTES = 12

/** What stands in the place of a week: how often the site has revoked all of a kind. */
export const epochOfGrant = (kid: number, { versions }: Site, kind: Grant['kind']): number =>
  (kid << 14) | (versions[kind] ?? 0)

export async function sealed(c: Context<App>, site: Site, kind: Grant['kind'], plain: string) {
  const { keys } = await deploymentOf(c.env)
  const epoch = epochOfGrant(keys.newest, site, kind)
  const key = await keys.derive(kind, site.site, epoch)
  if (!key) throw new Problem(503, 'no master key')
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  return { id: encode(random), envelope: mint(kind, { epoch, site: site.site, random }, key, plain) }
}

export async function remember(c: Context<App>, site: Site, grant: Grant) {
  const fits = await pod(c.env).grant(site.site, grant, Date.now())
  if (!fits) throw new Problem(409, `the list of ${grant.kind}s holds ${MOST_GRANTS}: revoke some, or let them expire`)
  return shown(grant)
}

export async function list(c: Context<App>, kind: Grant['kind'], least: 'write' | 'admin'): Promise<Response> {
  const { site } = await siteFor(c, c.req.param('site'), least, Date.now())
  return c.json({ [`${kind}s`]: (await pod(c.env).grants(site.site, kind)).map(shown) })
}

export async function revoke(c: Context<App>, kind: Grant['kind'], least: 'write' | 'admin'): Promise<Response> {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.param('site'), least, now)
  const id = c.req.param('id') ?? ''
  const revoked = await pod(c.env).revoke(site.site, kind, id, now)
  if (revoked === 'unknown') throw new Problem(404, `there is no such ${kind}: ${id}`, 'id')
  if (revoked === 'full') {
    const why = `${MOST_REVOKED} ids of this site are revoked, and every isolate carries them`
    throw new Problem(409, `${why}; what expires leaves the list by itself`, 'id')
  }
  const { directory } = await deploymentOf(c.env)
  await directory.refresh(c.env, now)
  return c.body(null, 204)
}

const shown = ({ id, expires, about }: Grant) => ({ id, expires, ...about })

/** Its name in the list, where it has one. */
export const nameOf = (name: string | null | undefined): { name?: string } => (name ? { name } : {})
