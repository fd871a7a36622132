/**
 * `/api/sites/<site>/keys`: takes a key of the site out of use and shows its successor. Isolates check keys by the list of
 * sites, of which none has a copy older than a minute. What is in every page goes with its master key: `graupel keys`.
 */
import { Hono } from 'hono'
import { Revocation } from '../asked/grant'
import { pod } from '../env'
import { type App, siteFor } from './access'
import { deploymentOf } from './deployment'
import { bodyBy, json } from './parsed'
import { Problem } from './problem'
import { shown } from './sites'

/** It stands in an envelope where others have a week, in 14 bits. */
const MOST_REVOCATIONS = 2 ** 14 - 1

export const siteKeys = new Hono<App>().post('/:site/keys', async (c) => {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
  const { revoke: key } = bodyBy(Revocation, await json(c.req))
  if ((site.versions[key] ?? 0) >= MOST_REVOCATIONS)
    throw new Problem(409, `${key} was revoked ${MOST_REVOCATIONS} times, as often as an envelope can say`, 'revoke')
  const known = await pod(c.env).raise(site.site, key)
  if (!known) throw new Problem(404, `there is no site ${site.site}`, 'site')
  const { directory } = await deploymentOf(c.env)
  await directory.refresh(c.env, now)
  return c.json(await shown(c, known, now))
})
