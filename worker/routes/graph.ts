/** `/graph` and its kin: one question, several forms of the answer. Reading writes nothing. */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { line } from '../../sdk/chart/line'
import type { Graph } from '../../sdk/wire/query'
import { whale } from '../env'
import { next } from '../rollup/interval'
import type { Question } from '../whale/answer'
import { type App, siteFor } from './access'
import { Problem } from './problem'
import { questionOf } from './question'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
/** Narrower than a phone or wider than a wall is a typing error. */
const WIDTHS = [120, 4_000] as const
const HEIGHTS = [60, 4_000] as const

export const graphs = new Hono<App>()
  .use(cors({ origin: '*', allowHeaders: ['Authorization'], maxAge: 86_400 }))
  .get('/graph', async (c) => c.json(await graphOf(c), 200, HEADERS))
  .get('/graph.svg', async (c) => {
    const graph = await graphOf(c)
    const { title, theme } = c.req.query()
    const svg = line(graph, {
      width: size(c, 'width', WIDTHS) ?? 640,
      height: size(c, 'height', HEIGHTS) ?? 240,
      ...(title && { title }),
      ...((theme === 'light' || theme === 'dark') && { theme }),
    })
    return c.body(svg, 200, {
      ...HEADERS,
      'Content-Type': 'image/svg+xml; charset=utf-8',
      // A drawing opened by itself must not run anything, whatever a title says.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
  })

async function graphOf(c: Context<App>): Promise<Graph> {
  const now = Date.now()
  const query = c.req.query()
  const { site, access } = await siteFor(c, query.site, 'share', now)
  const question = questionOf(query, site, access, now)
  // RPC's types forget that a point is a pair.
  const answered = { site: site.site, ...(await whale(c.env, site.site).answer(question)) } as Graph
  return { ...answered, to: endOf(answered, question, now) }
}

function size(c: Context<App>, field: string, [least, most]: readonly [number, number]): number | undefined {
  const text = c.req.query(field)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value >= least && value <= most))
    throw new Problem(400, `${field} must be a number from ${least} to ${most}`, field)
  return value
}

/** Buckets are whole: what is answered reaches to the end of the last one, or to now where that is not over. */
function endOf({ interval, series, to }: Graph, { zones }: Question, now: number): number {
  const last = series[0]?.points.at(-1)?.[0]
  return last === undefined ? to : Math.max(to, Math.min(next(interval, last, zones), now + 1))
}
