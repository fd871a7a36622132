/** `/demo/`: the shop, as the launcher rendered it. Absent where there is no such folder, as on Cloudflare. */
import { Hono } from 'hono'
import type { App } from './access'
import { Problem } from './problem'

/** A disk says nothing of what a file is. */
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  zip: 'application/zip',
  png: 'image/png',
}

export const demo = new Hono<App>()
  .get('/demo', (c) => c.redirect('/demo/'))
  .get('/demo/*', async (c) => {
    const shop = c.env.DEMO
    const path = new URL(c.req.url).pathname.slice('/demo/'.length) || 'index.html'
    const response =
      shop &&
      c.env.GRAUPEL_DEMO === '1' &&
      /^[\w-]+(\.[\w-]+)+$/.test(path) &&
      (await shop.fetch(`http://demo/${path}`))
    if (!response || !response.ok) throw new Problem(404, 'there is no such page in the demo')
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    return new Response(response.body, { headers: { 'Content-Type': type, 'Cache-Control': 'no-cache' } })
  })
