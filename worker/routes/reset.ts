/** `/reset`: deletes a type, a path, a metric or a visitor's raw events of a site, so that it counts from nothing. */
import { Hono } from 'hono'
import { whale } from '../env'
import { visitorOf } from '../ingest/visitor'
import type { Scope } from '../rollup/erase'
import { type App, siteFor } from './access'
import { deploymentOf } from './deployment'
import { type Fields, fieldsOf, only, text } from './fields'
import { Problem } from './problem'
import { pathOf } from './words'

const FIELDS = ['site', 'type', 'pk', 'dimension', 'dimensions', 'metric', 'metrics', 'visitor']

export const reset = new Hono<App>().post('/', async (c) => {
  const fields = fieldsOf(await c.req.json().catch(() => undefined))
  only(fields, FIELDS)
  const given = typeof fields.site === 'number' ? String(fields.site) : text(fields, 'site')
  const named = c.req.query('site') ?? given
  const { site } = await siteFor(c, named, 'admin', Date.now())
  const visitor = text(fields, 'visitor')
  const { keys } = await deploymentOf(c.env)
  const scope = visitor
    ? alone(fields, { visitor: await visitorOf(await keys.visitorKey(site.site), visitor) })
    : scopeOf(fields)
  await whale(c.env, site.site).reset(scope)
  return c.json({ site: site.site, reset: visitor ? { visitor } : scope }, 200, { 'Cache-Control': 'no-store' })
})

function scopeOf(fields: Fields): Scope {
  const type = text(fields, 'type') ?? text(fields, 'pk')
  const metric = text(fields, 'metric') ?? text(fields, 'metrics')
  const given = fields.dimension ?? fields.dimensions
  const path = given === undefined ? [] : pathOf('dimension', typeof given === 'string' ? given : JSON.stringify(given))
  if (type === undefined && metric === undefined && !path.length) {
    throw new Problem(
      400,
      'give a type, a dimension, a metric or a visitor; DELETE /api/sites/<site> deletes all',
      'type',
    )
  }
  return { ...(type !== undefined && { type }), ...(path.length && { path }), ...(metric !== undefined && { metric }) }
}

function alone(fields: Fields, scope: Scope): Scope {
  const other = Object.keys(fields).find((name) => name !== 'visitor' && name !== 'site')
  if (other !== undefined) throw new Problem(400, `${other} can't narrow a visitor`, other)
  return scope
}
