/**
 * `/api/sites/<site>/keys`: takes a key of the site out of use and shows its successor. Isolates check keys by the list of
 * sites, of which none has a copy older than a minute. What is in every page goes with its master key: `graupel keys`.
 */
import { Hono } from 'hono'
import { pod } from '../env'
import type { Versions } from '../ingest/settings'
import { type App, siteFor } from './access'
import { deploymentOf } from './deployment'
import { fieldsOf, only } from './fields'
import { Problem } from './problem'
import { shown } from './sites'

/** A bearer key goes alone; with the key of pixels or shares goes all that was minted with it. */
const REVOCABLE = ['write', 'read', 'pixel', 'share'] as const satisfies (keyof Versions)[]

/** It stands in an envelope where others have a week, in 14 bits. */
const MOST_REVOCATIONS = 2 ** 14 - 1

export const siteKeys = new Hono<App>().post('/:site/keys', async (c) => {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
  const fields = fieldsOf(await c.req.json().catch(() => undefined))
  only(fields, ['revoke'])
  const key = keyOf(fields.revoke)
  if ((site.versions[key] ?? 0) >= MOST_REVOCATIONS)
    throw new Problem(409, `${key} was revoked ${MOST_REVOCATIONS} times, as often as an envelope can say`, 'revoke')
  const known = await pod(c.env).raise(site.site, key)
  if (!known) throw new Problem(404, `there is no site ${site.site}`, 'site')
  const { directory } = await deploymentOf(c.env)
  await directory.refresh(c.env, now)
  return c.json(await shown(c, known, now))
})

function keyOf(given: unknown): keyof Versions {
  const key = REVOCABLE.find((each) => each === given)
  if (!key) throw new Problem(400, `revoke must be one of ${REVOCABLE.join(', ')}`, 'revoke')
  return key
}
