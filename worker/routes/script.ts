/** `/b/<site>.js`: the beacon, with the site's current public key inside. The key is the site's token, and public. */
import { Hono } from 'hono'
import script from 'built-beacon'
import { encode } from '../../sdk/wire/base64url'
import { epochOf } from '../../sdk/wire/envelope'
import type { Site } from '../ingest/settings'
import { offsetAt } from '../rollup/interval'
import type { App } from './access'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

/** An hour old a key is as good as new, and a new opt-out or zone arrives soon enough. */
const CACHE = 'public, max-age=3600'

export const beacon = new Hono<App>().get('/:file{.+\\.js}', async (c) => {
  const name = c.req.param('file').slice(0, -'.js'.length)
  const now = Date.now()
  const { directory, keys } = await deploymentOf(c.env)
  const site = /^\d+$/.test(name)
    ? await directory.site(c.env, Number(name), now)
    : await directory.named(c.env, name, now)
  if (!site) throw new Problem(404, `there is no site ${name}`)
  const epoch = epochOf(now, keys.newest)
  const key = await keys.publicKey(site.site, epoch)
  if (!key) throw new Problem(503, 'no master key')
  return c.body(configured(site, epoch, encode(key), now), 200, {
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': CACHE,
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'X-Content-Type-Options': 'nosniff',
  })
})

function configured({ site, zones, prefixes, respect }: Site, epoch: number, key: string, now: number): string {
  const offset = offsetAt(now, zones) / 60_000
  return script.replace('GRAUPEL_CONFIG', () =>
    JSON.stringify([site, epoch, key, offset, `/${prefixes.pixel}/`, respect]),
  )
}
