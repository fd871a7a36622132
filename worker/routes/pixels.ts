/** `/api/sites/<site>/pixels`: mints, lists and revokes URLs that count. */
import { type Context, Hono } from 'hono'
import { lengthProblem, noscriptOf, urlOf } from '../../sdk/wire/address'
import type { Dimensions } from '../../sdk/wire/event'
import { pixelOf, unfitOf, type Wish } from '../../sdk/wire/minting'
import { type Pixel, writePixel } from '../../sdk/wire/plaintext'
import { boundsProblem, isLong } from '../ingest/bounds'
import { NAME_BYTES } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { type App, originOf, siteFor } from './access'
import { fieldsOf, number } from './fields'
import { list, nameOf, remember, revoke, sealed } from './grants'
import { Problem } from './problem'

/** Pixels of one call: some 30 ms of work, and an answer of 200 KB. More are several calls, or minted offline. */
const MOST_AT_ONCE = 1_000

export const pixels = new Hono<App>()
  .post('/:site/pixels', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'write', Date.now())
    const { count, ...wish } = fieldsOf(await c.req.json().catch(() => undefined))
    const pixel = wished(wish, Date.now())
    if (count !== undefined) return c.json(await many(c, site, pixel, countOf(count)), 201)
    const { id, url, noscript } = await minted(c, site, pixel)
    const about = { url, ...nameOf(wish) }
    return c.json({ ...(await remember(c, site, { id, kind: 'pixel', expires: pixel.expires, about })), noscript }, 201)
  })
  .get('/:site/pixels', (c) => list(c, 'pixel', 'write'))
  .delete('/:site/pixels/:id', (c) => revoke(c, 'pixel', 'write'))

function wished(wish: Wish, now: number): Pixel {
  const unfit = unfitOf(wish, now) ?? tooLarge(wish)
  if (unfit) throw new Problem(400, `${unfit.field} ${unfit.message}`, unfit.field)
  return pixelOf(wish)
}

/** What would be cut when it counts is told when it is minted. JSON holds nothing but what a tree of dimensions can be. */
function tooLarge({ dimensions, metrics, slots }: Wish): { field: string; message: string } | undefined {
  const message = boundsProblem((dimensions ?? null) as Dimensions)
  if (message) return { field: 'dimensions', message }
  for (const [field, names] of Object.entries({ metrics, slots })) {
    if (Object.keys(names ?? {}).some(isLong)) return { field, message: `has a name longer than ${NAME_BYTES} bytes` }
  }
  return undefined
}

function countOf(count: unknown): number {
  const asked = number({ count }, 'count', 1, MOST_AT_ONCE)
  if (!Number.isInteger(asked))
    throw new Problem(400, `count must be a whole number from 1 to ${MOST_AT_ONCE}`, 'count')
  return asked ?? 1
}

/** One for each reader of a letter. They would drown the owner's list, so they stand in no list; each is revoked by its id. */
async function many(c: Context<App>, site: Site, pixel: Pixel, count: number) {
  const all: { id: string; url: string }[] = []
  for (let i = 0; i < count; i++) {
    const { id, url } = await minted(c, site, pixel)
    all.push({ id, url })
  }
  return { expires: pixel.expires, pixels: all }
}

async function minted(c: Context<App>, site: Site, pixel: Pixel) {
  const { id, envelope } = await sealed(c, site, 'pixel', writePixel(pixel))
  const url = urlOf(`${originOf(c)}/${site.prefixes.pixel}`, envelope, pixel)
  const problem = lengthProblem(url, pixel)
  if (problem) throw new Problem(400, problem)
  return { id, url, noscript: noscriptOf(url, pixel) }
}
