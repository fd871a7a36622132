/** `/reset`: deletes a type, a path, a metric or a visitor's raw events of a site, so that it counts from nothing. */
import { Hono } from 'hono'
import { ResetBody } from '../asked/reset'
import { whale } from '../env'
import { visitorOf } from '../ingest/visitor'
import type { Scope } from '../rollup/erase'
import { type App, bearerFor, siteFor } from './access'
import { deploymentOf } from './deployment'
import { bodyBy, json } from './parsed'
import { Problem } from './problem'

export const reset = new Hono<App>().post('/', async (c) => {
  await bearerFor(c, 'admin', Date.now())
  const { site: given, visitor, ...scoped } = bodyBy(ResetBody, await json(c.req))
  const named = c.req.query('site') ?? (given === undefined || given === null ? undefined : String(given))
  const { site } = await siteFor(c, named, 'admin', Date.now())
  const { keys } = await deploymentOf(c.env)
  const scope = visitor
    ? alone(scoped, { visitor: await visitorOf(await keys.visitorKey(site.site), visitor) })
    : scopeOf(scoped)
  await whale(c.env, site.site).reset(scope)
  return c.json({ site: site.site, reset: visitor ? { visitor } : scope }, 200, { 'Cache-Control': 'no-store' })
})

type Scoped = Omit<ResetBody, 'site' | 'visitor'>

function scopeOf(given: Scoped): Scope {
  const type = given.type ?? given.pk
  const metric = given.metric ?? given.metrics
  const path = given.dimension ?? given.dimensions
  if (!type && !metric && !path?.length) {
    throw new Problem(
      400,
      'give a type, a dimension, a metric or a visitor; DELETE /api/sites/<site> deletes all',
      'type',
    )
  }
  return { ...(type && { type }), ...(path?.length && { path }), ...(metric && { metric }) }
}

function alone(given: Scoped, scope: Scope): Scope {
  const [other] = Object.entries(given).find(([, value]) => value !== null) ?? []
  if (other !== undefined) throw new Problem(400, `${other} can't narrow a visitor`, other)
  return scope
}
