/** What happens now: `/spy` the last events, `/tail` each event as it is counted, `/live` rates. Nothing is written. */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { whale } from '../env'
import { EVERY } from '../rollup/pattern'
import { LiveQuery, SpyQuery, TailQuery } from '../asked/live'
import { type App, siteFor } from './access'
import { queryBy } from './parsed'
import { Problem } from './problem'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
/** What fits a screen. */
const DEFAULT_LIMIT = 15

const readable = cors({ origin: '*', allowHeaders: ['Authorization'], maxAge: 86_400 })

export const live = new Hono<App>()
  .use('/spy', readable)
  .use('/live', readable)
  .get('/spy', async (c) => {
    const { site } = await asked(c)
    const { limit: count = DEFAULT_LIMIT, type: wanted = EVERY } = queryBy(SpyQuery, c.req.query())
    const { events, partial } = await whale(c.env, site).spy({ wanted, count })
    const shown: unknown[] = events.map(({ text }) => JSON.parse(text))
    return c.json({ site, events: shown, ...(partial && { partial }) }, 200, HEADERS)
  })
  .get('/tail', async (c) => {
    const { site } = await asked(c)
    const url = new URL('/tail', c.req.url)
    url.searchParams.set('type', queryBy(TailQuery, c.req.query()).type ?? EVERY)
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') throw new Problem(400, 'open /tail as a WebSocket')
    const isOffered = c.req.header('sec-websocket-protocol') !== undefined
    // The token stays here: the object need not know it.
    const headers = { Upgrade: 'websocket', ...(isOffered && { 'Sec-WebSocket-Protocol': 'graupel' }) }
    const response = await whale(c.env, site).fetch(url, { headers })
    if (response.status === 429) throw new Problem(429, await response.text())
    return response
  })
  .get('/live', async (c) => {
    const { site, now } = await asked(c)
    const { type = EVERY, dimension = [], metric = 'hits', by = dimension } = queryBy(LiveQuery, c.req.query())
    const question = { type, dimension, metric, by, now }
    const answer = await whale(c.env, site).live(question)
    return c.json({ site, ...question, ...answer }, 200, HEADERS)
  })

async function asked(c: Context<App>): Promise<{ site: number; now: number }> {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.query('site'), 'read', now)
  return { site: site.site, now }
}
