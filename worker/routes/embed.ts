/**
 * `/embed.js`, the element that shows a share in any page, and `/embed`, a page with nothing but that element, for whoever
 * can put a frame and no script into theirs. Which pages may frame it, the share says.
 */
import { type Context, Hono } from 'hono'
import script from 'built-embed'
import { EmbedQuery } from '../asked/graph'
import { html, trusted } from '../../sdk/chart/html'
import { type App, originOf } from './access'
import { queryBy } from './parsed'
import { Problem } from './problem'
import { framing, openShare } from './share'

/** As with the beacon: within an hour a new one arrives. */
const CACHE = 'public, max-age=3600'

export const embed = new Hono<App>()
  .get('/embed.js', (c) => elementScript(c, script))
  .get('/embed', async (c) => {
    const query = c.req.query()
    queryBy(EmbedQuery, query)
    if (!query.share) throw new Problem(400, 'share is missing', 'share')
    try {
      const shared = await openShare(c, { text: query.share, own: originOf(c), now: Date.now() })
      return framed(c, 200, framing(shared), element(query))
    } catch (error) {
      // Who looks at a frame reads no JSON.
      if (error instanceof Problem) return framed(c, error.status === 403 ? 403 : 401, '', html`<p>${error.detail}</p>`)
      throw error
    }
  })

/** An element's code, for pages of any origin. */
export const elementScript = (c: Context<App>, text: string): Response =>
  c.body(text, 200, {
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': CACHE,
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'X-Content-Type-Options': 'nosniff',
  })

/** Their names are ours: they were just looked up. */
const element = (query: Record<string, string>) => html`<script defer src="/embed.js"></script>
<graupel-graph height="fill"${Object.entries(query).map(([name, value]) => html` ${trusted(name)}="${value}"`)}></graupel-graph>`

const STYLE = `html{color-scheme:light dark}body{margin:0;font:14px/1.5 system-ui,sans-serif}
p{margin:0;padding:12px 16px;opacity:.7}p::first-letter{text-transform:uppercase}graupel-graph{height:100vh;overflow:hidden}`

function framed(c: Context<App>, status: 200 | 401 | 403, framing: string, body: ReturnType<typeof html>): Response {
  const nonce = crypto.randomUUID()
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Graph</title><style nonce="${nonce}">${trusted(STYLE)}</style></head>
<body>${body}</body></html>`
  return c.html(page.text, status, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'${framing}`,
    // The element's question names its page, and of that no more than the origin.
    'Referrer-Policy': 'origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex',
  })
}
