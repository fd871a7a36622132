/** `/api/sites`: makes, lists, changes and deletes sites. Keys are derived, so showing one again costs nothing. */
import { Hono, type Context } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { epochOf } from '../../sdk/wire/envelope'
import { NewSite, SiteChanges } from '../asked/site'
import { pod, whale } from '../env'
import { RATE } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { type App, bearerFor, originOf, siteFor } from './access'
import { KEEP } from '../whale/sweep'
import { deploymentOf } from './deployment'
import { epochOfGrant } from './grants'
import { hurry, linkIn, upstreamOf } from './forward'
import { Problem } from './problem'
import { bodyBy, json } from './parsed'
import { changed, fresh } from './settings'

export const sites = new Hono<App>()
  .post('/', async (c) => {
    await bearerFor(c, 'admin', Date.now())
    const { upstream, ...settings } = bodyBy(NewSite, await json(c.req))
    const { name } = settings
    const now = Date.now()
    const { directory } = await deploymentOf(c.env)
    const sameName = (await directory.all(c.env, now)).find((site) => site.name === name)
    if (sameName) throw new Problem(400, `there is a site of this name already: ${sameName.site}`, 'name')
    const link = await linkIn(c, upstream)
    const made = await create(c, (number) => changed(fresh(number, name, now), settings, now))
    const site = (link && (await pod(c.env).relink(made.site, link.keys, link.upstream))) ?? made
    await directory.refresh(c.env, now)
    return c.json(await shown(c, site, now), 201)
  })
  .get('/', async (c) => {
    await bearerFor(c, 'admin', Date.now())
    const now = Date.now()
    const { directory } = await deploymentOf(c.env)
    return c.json({ sites: (await directory.all(c.env, now)).map(summary) })
  })
  .get('/:site', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    return c.json(await shown(c, site, now))
  })
  .patch('/:site', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    const { upstream, ...settings } = bodyBy(SiteChanges, await json(c.req))
    const link = await linkIn(c, upstream)
    const { zones, shards, ...next } = changed(site, settings, now)
    // The Pod's own word holds for what this call does not change: others may change that at the same time.
    const changes = Object.fromEntries(
      Object.entries(next).filter(([name, value]) => value !== site[name as keyof Site]),
    )
    const history = {
      ...(zones !== site.zones && { zone: zones.at(-1)! }),
      ...(shards !== site.shards && { shards: shards.at(-1)! }),
    }
    const updated = await pod(c.env).update(site.site, changes, history)
    const known = link ? await pod(c.env).relink(site.site, link.keys, link.upstream) : updated
    if (!known) throw new Problem(404, `there is no site ${site.site}`, 'site')
    const { directory } = await deploymentOf(c.env)
    await directory.refresh(c.env, now)
    if (zones !== site.zones || shards !== site.shards || next.keep !== site.keep) {
      await whale(c.env, site.site).resettle()
    }
    if (link) await hurry(c, known)
    return c.json(await shown(c, known, now))
  })
  .delete('/:site', async (c) => {
    const now = Date.now()
    await bearerFor(c, 'admin', Date.now())
    const named = c.req.param('site')
    // One that was deleted while an object was away is here until all of them are empty.
    const isLeaving = await pod(c.env).isLeaving(Number(named))
    const number = isLeaving ? Number(named) : (await siteFor(c, named, 'admin', now)).site.site
    const { directory } = await deploymentOf(c.env)
    try {
      await pod(c.env).remove(number)
    } finally {
      await directory.refresh(c.env, now)
    }
    return c.body(null, 204)
  })

/** A number that was never given, and a site under it. */
async function create(c: Context<App>, make: (number: number) => Site): Promise<Site> {
  for (;;) {
    const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (!number) continue
    const site = make(number)
    if (await pod(c.env).create(site)) return site
  }
}

const timezone = (site: Site) => site.zones.at(-1)?.zone ?? 'UTC'

const summary = (site: Site) => ({ site: site.site, name: site.name, timezone: timezone(site), origins: site.origins })

/** A site as its admin sees it, keys and all. */
export async function shown(c: Context<App>, site: Site, now: number) {
  const { keys } = await deploymentOf(c.env)
  const epoch = epochOf(now, keys.newest)
  const pixelEpoch = epochOfGrant(keys.newest, site, 'pixel')
  const [publicKey, pixel, write, read] = await Promise.all([
    keys.publicKey(site.site, epoch),
    keys.derive('pixel', site.site, pixelEpoch),
    keys.token('write', site.site, site.versions.write),
    keys.token('read', site.site, site.versions.read),
  ])
  return {
    ...summary(site),
    static: site.static,
    respect: site.respect,
    shards: site.shards,
    prefixes: site.prefixes,
    zones: site.zones,
    cross: site.cross ?? [],
    metrics: site.metrics ?? {},
    keep: site.keep ?? KEEP,
    rate: site.rate ?? RATE,
    allow: Object.fromEntries(Object.entries(site.allow ?? {}).map(([name, { least, most }]) => [name, [least, most]])),
    upstream: upstreamOf(site.upstream),
    // What an envelope minted elsewhere names as its epoch.
    pixelEpoch,
    keys: {
      public: publicKey && encode(publicKey),
      pixel: pixel && encode(pixel),
      write,
      read,
    },
    snippet: snippetOf(originOf(c), site),
  }
}

export const snippetOf = (origin: string, { site, prefixes }: Site): string =>
  `<script defer src="${origin}/${prefixes.script}/${site}.js"></script>`
