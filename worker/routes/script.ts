/**
 * `/b/<site>.js`: the beacon, with the site's current public key inside; `/b/<site>.json`: what it holds of the site, for
 * pages that stay open for days and for other senders; `/b/<site>.jsm`: its module, for pages that have experiments. The
 * key is the site's token, and public.
 */
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import script from 'built-beacon'
import module from 'built-module'
import { configOf } from '../../sdk/wire/config'
import { epochOf } from '../../sdk/wire/envelope'
import { offsetAt } from '../rollup/interval'
import type { App } from './access'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

/** An hour old a key is as good as new, and a new opt-out or zone arrives soon enough. */
const CACHE = 'public, max-age=3600'
/** The same for all sites and seldom another: a page that waits for its variant has it at once, and asks afterwards. */
const CACHE_OF_MODULE = `${CACHE}, stale-while-revalidate=2592000`

const headersOf = (type: string, cache = CACHE) => ({
  'Content-Type': type,
  'Cache-Control': cache,
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
})
const JAVASCRIPT = 'text/javascript; charset=utf-8'

const own = new Hono<App>().get('/:file{.+\\.js(?:on)?}', async (c) => {
  const [, name = '', json] = /^(.+)\.js(on)?$/.exec(c.req.param('file')) ?? []
  const now = Date.now()
  const { directory, keys } = await deploymentOf(c.env)
  const site = /^\d+$/.test(name)
    ? await directory.site(c.env, Number(name), now)
    : await directory.named(c.env, name, now)
  if (!site) throw new Problem(404, `there is no site ${name}`)
  const epoch = epochOf(now, keys.newest)
  const key = await keys.publicKey(site.site, epoch)
  if (!key) throw new Problem(503, 'no master key')
  const { prefixes, respect } = site
  const settings = { offset: offsetAt(now, site.zones), prefix: `/${prefixes.pixel}/`, respect, written: now }
  const config = JSON.stringify(configOf({ site: site.site, epoch, key }, settings))
  return json
    ? c.body(config, 200, headersOf('application/json'))
    : c.body(
        script.replace('GRAUPEL_CONFIG', () => config),
        200,
        headersOf(JAVASCRIPT),
      )
})

export const beacon = new Hono<App>()
  .get('/:file{.+\\.jsm}', etag(), (c) => c.body(module, 200, headersOf(JAVASCRIPT, CACHE_OF_MODULE)))
  .route('/', own)
