/** `/graph` and its kin: one question, several forms of the answer. Reading writes nothing. */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { line } from '../../sdk/chart/line'
import { overlaid } from '../../sdk/chart/overlay'
import type { Graph } from '../../sdk/wire/query'
import { GraphQuery } from '../asked/graph'
import { type Access, accessOf, type App, siteFor } from './access'
import { graphOf } from './answers'
import { csv } from './csv'
import { queryBy } from './parsed'
import { questionBy } from './question'
import { framing } from './share'
import { graphOfSites } from './together'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
const WIDTH = 640
const HEIGHT = 240

export const graphs = new Hono<App>()
  .use(cors({ origin: '*', allowHeaders: ['Authorization'], maxAge: 86_400 }))
  .get('/graph', async (c) => c.json((await asked(c)).graph, 200, HEADERS))
  .get('/graph.svg', async (c) => {
    const { graph, access, query } = await asked(c)
    const { title, theme, width = WIDTH, height = HEIGHT } = query
    const svg = line(overlaid(graph), {
      width,
      height,
      ...(title && { title }),
      ...((theme === 'light' || theme === 'dark') && { theme }),
    })
    return c.body(svg, 200, {
      ...HEADERS,
      'Content-Type': 'image/svg+xml; charset=utf-8',
      // A drawing opened by itself must not run anything, whatever a title says.
      'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'${framing(access)}`,
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
  })
  .get('/graph.csv', async (c) =>
    c.body(csv((await asked(c)).graph), 200, {
      ...HEADERS,
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': 'attachment; filename="graph.csv"',
    }),
  )

async function asked(c: Context<App>): Promise<{ graph: Graph; access: Access; query: GraphQuery }> {
  const now = Date.now()
  const named = c.req.query('site')
  if (/^all$|,/.test(named ?? '')) {
    const access = await accessOf(c, now)
    const query = queryBy(GraphQuery, c.req.query())
    return { graph: await graphOfSites(c, query, access, now), access, query }
  }
  const { site, access } = await siteFor(c, named, 'share', now)
  const query = queryBy(GraphQuery, c.req.query())
  return { graph: await graphOf(c, site, questionBy(query, site, access, now)), access, query }
}
