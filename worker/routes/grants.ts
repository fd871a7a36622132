/** `/api/sites/<site>/pixels` and `/shares`: mints, lists and revokes envelopes that the owner hands out. */
import { type Context, Hono } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { mint } from '../../sdk/wire/envelope'
import type { Dimensions, Numbers } from '../../sdk/wire/event'
import { type Pixel, writePixel, writeShare } from '../../sdk/wire/plaintext'
import { pod } from '../env'
import type { Site } from '../ingest/settings'
import type { Grant } from '../pod/pod'
import { type App, originOf, siteFor } from './access'
import { deploymentOf } from './deployment'
import { type Fields, fieldsOf, flag, number, only, text, texts } from './fields'
import { Problem } from './problem'

const RANDOM_BYTES = 12
/** The end of unix seconds that a JSON number and every reader hold. */
const MOST_SECONDS = 253_402_300_799

const PIXEL = ['type', 'dimensions', 'metrics', 'slots', 'expires', 'notBefore', 'refuseBots', 'name'] as const
const SHARE = ['type', 'dimension', 'metrics', 'expires', 'name'] as const

export const grants = new Hono<App>()
  .post('/:site/pixels', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'write', Date.now())
    const fields = fieldsOf(await c.req.json().catch(() => undefined))
    only(fields, PIXEL)
    const pixel = pixelOf(fields)
    const { id, envelope } = await sealed(c, site, 'pixel', writePixel(pixel))
    const url = `${originOf(c)}/${site.prefixes.pixel}/${envelope}.gif`
    return c.json(
      await remember(c, site, { id, kind: 'pixel', expires: pixel.expires, about: { url, ...nameOf(fields) } }),
      201,
    )
  })
  .get('/:site/pixels', (c) => list(c, 'pixel', 'write'))
  .delete('/:site/pixels/:id', (c) => revoke(c, 'pixel', 'write'))
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

async function sealed(c: Context<App>, { site }: Site, kind: Grant['kind'], plain: string) {
  const { keys } = await deploymentOf(c.env)
  const epoch = keys.newest << 14
  const key = await keys.derive(kind, site, epoch)
  if (!key) throw new Problem(503, 'no master key')
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  return { id: encode(random), envelope: mint(kind, { epoch, site, random }, key, plain) }
}

async function remember(c: Context<App>, site: Site, grant: Grant) {
  await pod(c.env).grant(site.site, grant)
  return shown(grant)
}

async function list(c: Context<App>, kind: Grant['kind'], least: 'write' | 'admin'): Promise<Response> {
  const { site } = await siteFor(c, c.req.param('site'), least, Date.now())
  return c.json({ [`${kind}s`]: (await pod(c.env).grants(site.site, kind)).map(shown) })
}

async function revoke(c: Context<App>, kind: Grant['kind'], least: 'write' | 'admin'): Promise<Response> {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.param('site'), least, now)
  const id = c.req.param('id') ?? ''
  if (!(await pod(c.env).revoke(site.site, kind, id))) throw new Problem(404, `there is no such grant: ${id}`, 'id')
  const { directory } = await deploymentOf(c.env)
  await directory.refresh(c.env, now)
  return c.body(null, 204)
}

const shown = ({ id, expires, about }: Grant) => ({ id, expires, ...about })

function nameOf(fields: Fields): { name?: string } {
  const name = text(fields, 'name', 100)
  return name ? { name } : {}
}

function pixelOf(fields: Fields): Pixel {
  const refuseBots = flag(fields, 'refuseBots')
  return {
    expires: number(fields, 'expires', 0, MOST_SECONDS) ?? 0,
    notBefore: number(fields, 'notBefore', 0, MOST_SECONDS) ?? 0,
    type: text(fields, 'type') ?? '_',
    // Any JSON is a dimension tree; expansion says what of it counts.
    dimensions: (fields.dimensions ?? {}) as Dimensions,
    metrics: metricsOf(fields.metrics ?? {}),
    slots: slotsOf(fields.slots ?? {}),
    options: { ...(refuseBots && { refuseBots }) },
  }
}

function metricsOf(value: unknown): Numbers {
  const metrics: Numbers = {}
  for (const [name, amount] of Object.entries(fieldsAt('metrics', value))) {
    if (typeof amount !== 'number' || !Number.isFinite(amount)) {
      throw new Problem(400, `metrics.${name} must be a finite number`, `metrics.${name}`)
    }
    metrics[name] = amount
  }
  return metrics
}

/** `{dollars: [0, 500], order: 1}`: what the URL may fill in, and in which range. */
function slotsOf(value: unknown): Pixel['slots'] {
  const slots: Pixel['slots'] = {}
  for (const [name, range] of Object.entries(fieldsAt('slots', value))) {
    if (name === 'order' && range === 1) slots[name] = 1
    else if (isRange(range)) slots[name] = range
    else throw new Problem(400, `slots.${name} must be [least, most], or 1 for order`, `slots.${name}`)
  }
  return slots
}

const isRange = (value: unknown): value is [number, number] =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((bound) => typeof bound === 'number' && Number.isFinite(bound)) &&
  value[0] <= value[1]

function fieldsAt(field: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, `${field} must be an object`, field)
  }
  return value as Fields // Checked just now.
}
