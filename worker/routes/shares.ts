/** `/api/sites/<site>/shares`: makes, lists and revokes read-only slices. */
import { Hono } from 'hono'
import { writeShare } from '../../sdk/wire/plaintext'
import { type App, originOf, siteFor } from './access'
import { fieldsOf, number, only, text, texts } from './fields'
import { list, MOST_SECONDS, nameOf, remember, revoke, sealed } from './grants'

const SHARE = ['type', 'dimension', 'metrics', 'expires', 'name'] as const

export const shares = new Hono<App>()
  .post('/:site/shares', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'admin', Date.now())
    const fields = fieldsOf(await c.req.json().catch(() => undefined))
    only(fields, SHARE)
    const expires = number(fields, 'expires', 0, MOST_SECONDS) ?? 0
    const type = text(fields, 'type')
    const dimension = texts(fields, 'dimension', 8)
    const metrics = texts(fields, 'metrics')
    const scope = { ...(type && { type }), ...(dimension && { dimension }), ...(metrics && { metrics }) }
    const { id, envelope } = await sealed(c, site, 'share', writeShare({ expires, scope }))
    const query = new URLSearchParams({
      share: envelope,
      type: type ?? 'pageview',
      ...(dimension && { dimension: JSON.stringify(dimension) }),
      ...(metrics?.[0] && { metric: metrics[0] }),
    })
    const url = `${originOf(c)}/graph.svg?${query}`
    const grant = await remember(c, site, { id, kind: 'share', expires, about: { url, ...nameOf(fields) } })
    return c.json({ ...grant, share: envelope }, 201)
  })
  .get('/:site/shares', (c) => list(c, 'share', 'admin'))
  .delete('/:site/shares/:id', (c) => revoke(c, 'share', 'admin'))
