/** What happens now: `/spy` the last events, `/tail` each event as it is counted, `/live` rates. Nothing is written. */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { whale } from '../env'
import { EVERY } from '../rollup/pattern'
import { SPIED } from '../whale/spy'
import { type App, siteFor } from './access'
import { Problem } from './problem'
import { whole } from './parameter'
import { pathOf } from './words'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
/** What fits a screen. */
const DEFAULT_LIMIT = 15
/** A type or a metric is no longer than a name. */
const MOST_CHARACTERS = 256

const readable = cors({ origin: '*', allowHeaders: ['Authorization'], maxAge: 86_400 })

export const live = new Hono<App>()
  .use('/spy', readable)
  .use('/live', readable)
  .get('/spy', async (c) => {
    const { site } = await asked(c, ['limit', 'type'])
    const count = whole(c.req.query('limit'), 'limit', 1, SPIED) ?? DEFAULT_LIMIT
    const { events, partial } = await whale(c.env, site).spy({ wanted: wordOf(c, 'type', EVERY), count })
    const shown: unknown[] = events.map(({ text }) => JSON.parse(text))
    return c.json({ site, events: shown, ...(partial && { partial }) }, 200, HEADERS)
  })
  .get('/tail', async (c) => {
    const { site } = await asked(c, ['type'])
    const url = new URL('/tail', c.req.url)
    url.searchParams.set('type', wordOf(c, 'type', EVERY))
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') throw new Problem(400, 'open /tail as a WebSocket')
    const isOffered = c.req.header('sec-websocket-protocol') !== undefined
    // The token stays here: the object need not know it.
    const headers = { Upgrade: 'websocket', ...(isOffered && { 'Sec-WebSocket-Protocol': 'graupel' }) }
    const response = await whale(c.env, site).fetch(url, { headers })
    if (response.status === 429) throw new Problem(429, await response.text())
    return response
  })
  .get('/live', async (c) => {
    const { site, now } = await asked(c, ['type', 'dimension', 'metric', 'by'])
    const dimension = pathOf('dimension', c.req.query('dimension') || '_')
    const { by: partitions } = c.req.query()
    const by = partitions ? pathOf('by', partitions) : dimension
    const question = { type: wordOf(c, 'type', EVERY), dimension, metric: wordOf(c, 'metric', 'hits'), by, now }
    const answer = await whale(c.env, site).live(question)
    return c.json({ site, ...question, ...answer }, 200, HEADERS)
  })

async function asked(c: Context<App>, known: readonly string[]): Promise<{ site: number; now: number }> {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.query('site'), 'read', now)
  const all = ['site', 'share', ...known]
  const unknown = Object.keys(c.req.query()).find((name) => !all.includes(name))
  if (unknown !== undefined) {
    throw new Problem(400, `${unknown}: is not known here; known are ${['site', ...known].join(', ')}`, unknown)
  }
  return { site: site.site, now }
}

function wordOf(c: Context<App>, field: string, otherwise: string): string {
  const word = c.req.query(field)
  if (word === undefined || word === '') return otherwise
  if (word.length > MOST_CHARACTERS) {
    throw new Problem(400, `${field}: is longer than ${MOST_CHARACTERS} characters`, field)
  }
  return word
}
