/**
 * `/graph` and its kin: one question, several forms of the answer. Reading writes nothing.
 * `/totals` and `/dimensions` are HailWhale's shapes of the same.
 */
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { line } from '../../sdk/chart/line'
import type { Path } from '../../sdk/wire/event'
import type { Graph } from '../../sdk/wire/query'
import { whale } from '../env'
import type { Question } from '../whale/answer'
import { type App, siteFor } from './access'
import { csv } from './csv'
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
  .get('/graph.csv', async (c) =>
    c.body(csv(await graphOf(c)), 200, {
      ...HEADERS,
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': 'attachment; filename="graph.csv"',
    }),
  )
  .get('/totals', async (c) => {
    const { query, graph } = await asked(c)
    const totals: Record<string, Record<string, number>> = {}
    for (const { dimension, metric, total } of graph.series) {
      const numbers = totals[dimensionText(dimension)] ?? {}
      numbers[metric] = total
      totals[dimensionText(dimension)] = numbers
    }
    return c.json({ [query.period ?? `${graph.interval}:${graph.from}-${graph.to}`]: totals }, 200, HEADERS)
  })
  .get('/dimensions', async (c) => {
    const { question, graph } = await asked(c, 1)
    const below = graph.series.filter(({ dimension }) => dimension.length > question.dimension.length)
    const dimensions = [...Map.groupBy(below, ({ dimension }) => dimensionText(dimension)).values()].map((series) => ({
      dimension: series[0]!.dimension,
      ...Object.fromEntries(series.map(({ metric, total }) => [metric, total])),
    }))
    return c.json({ dimension: question.dimension, dimensions }, 200, HEADERS)
  })

/** HailWhale's spelling: `_`, a bare name, or a JSON list. */
const dimensionText = (path: Path): string =>
  path.length === 0 ? '_' : path.length === 1 ? path[0]! : JSON.stringify(path)

async function graphOf(c: Context<App>): Promise<Graph> {
  return (await asked(c)).graph
}

async function asked(c: Context<App>, leastDepth = 0) {
  const now = Date.now()
  const query = c.req.query()
  const { site, access } = await siteFor(c, query.site, 'share', now)
  const parsed = questionOf(query, site, access, now)
  const question: Question = { ...parsed, depth: Math.max(parsed.depth, leastDepth) }
  return { query, question, graph: await ask(c, site.site, question) }
}

/** One site's answer. RPC's types forget that a point is a pair. */
const ask = async (c: Context<App>, site: number, question: Question): Promise<Graph> =>
  ({ site, ...(await whale(c.env, site).answer(question)) }) as Graph

function size(c: Context<App>, field: string, [least, most]: readonly [number, number]): number | undefined {
  const text = c.req.query(field)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value >= least && value <= most))
    throw new Problem(400, `${field} must be a number from ${least} to ${most}`, field)
  return value
}
