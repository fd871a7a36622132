/** `/graph` and its kin: one question, several forms of the answer. Reading writes nothing. */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { line } from '../../sdk/chart/line'
import { overlaid } from '../../sdk/chart/overlay'
import type { Graph } from '../../sdk/wire/query'
import { type Access, type App, siteFor } from './access'
import { graphOf } from './answers'
import { csv } from './csv'
import { Problem } from './problem'
import { questionOf } from './question'
import { framing } from './share'
import { graphOfSites } from './together'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
/** Narrower than a phone or wider than a wall is a typing error. */
const WIDTHS = [120, 4_000] as const
const HEIGHTS = [60, 4_000] as const

export const graphs = new Hono<App>()
  .use(cors({ origin: '*', allowHeaders: ['Authorization'], maxAge: 86_400 }))
  .get('/graph', async (c) => c.json((await asked(c)).graph, 200, HEADERS))
  .get('/graph.svg', async (c) => {
    const { graph, access } = await asked(c)
    const { title, theme } = c.req.query()
    const svg = line(overlaid(graph), {
      width: size(c, 'width', WIDTHS) ?? 640,
      height: size(c, 'height', HEIGHTS) ?? 240,
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

async function asked(c: Context<App>): Promise<{ graph: Graph; access: Access }> {
  const now = Date.now()
  const query = c.req.query()
  if (/^all$|,/.test(query.site ?? '')) return { graph: await graphOfSites(c, query, now), access: { level: 'admin' } }
  const { site, access } = await siteFor(c, query.site, 'share', now)
  return { graph: await graphOf(c, site, questionOf(query, site, access, now)), access }
}

function size(c: Context<App>, field: string, [least, most]: readonly [number, number]): number | undefined {
  const text = c.req.query(field)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value >= least && value <= most))
    throw new Problem(400, `${field} must be a number from ${least} to ${most}`, field)
  return value
}
