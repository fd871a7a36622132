/** `/api/sites/<site>/pixels`: mints, lists and revokes URLs that count. */
import { type Context, Hono } from 'hono'
import { lengthProblem, noscriptOf, urlOf } from '../../sdk/wire/address'
import type { Dimensions } from '../../sdk/wire/event'
import { pixelOf, unfitTogether, type Wish } from '../../sdk/wire/minting'
import { type Pixel, writePixel } from '../../sdk/wire/plaintext'
import { NewPixel } from '../asked/grant'
import { boundsProblem, isLong } from '../ingest/bounds'
import { NAME_BYTES } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { type App, originOf, siteFor } from './access'
import { list, nameOf, remember, revoke, sealed } from './grants'
import { bodyBy, json } from './parsed'
import { Problem } from './problem'

export const pixels = new Hono<App>()
  .post('/:site/pixels', async (c) => {
    const { site } = await siteFor(c, c.req.param('site'), 'write', Date.now())
    const { count, ...wish } = bodyBy(NewPixel, await json(c.req))
    const pixel = wished(wish, Date.now())
    if (count) return c.json(await many(c, site, pixel, count), 201)
    const { id, url, noscript } = await minted(c, site, pixel)
    const about = { url, ...nameOf(wish.name) }
    return c.json({ ...(await remember(c, site, { id, kind: 'pixel', expires: pixel.expires, about })), noscript }, 201)
  })
  .get('/:site/pixels', (c) => list(c, 'pixel', 'write'))
  .delete('/:site/pixels/:id', (c) => revoke(c, 'pixel', 'write'))

function wished(wish: Wish, now: number): Pixel {
  const unfit = unfitTogether(wish, now) ?? tooLarge(wish)
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
