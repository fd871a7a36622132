/** `/api/sites/<site>/pixels`: mints, lists and revokes URLs that count. */
import { Hono } from 'hono'
import type { Dimensions, Numbers } from '../../sdk/wire/event'
import { type Pixel, writePixel } from '../../sdk/wire/plaintext'
import { type App, originOf, siteFor } from './access'
import { type Fields, fieldsOf, flag, number, only, text } from './fields'
import { list, MOST_SECONDS, nameOf, remember, revoke, sealed } from './grants'
import { Problem } from './problem'

const PIXEL = ['type', 'dimensions', 'metrics', 'slots', 'expires', 'notBefore', 'refuseBots', 'name'] as const

export const pixels = new Hono<App>()
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
