/**
 * HailWhale's questions in HailWhale's shapes: sums by period, points by dimension and metric, and what lies below a
 * path. A dimension is written `_`, a bare name, or a JSON list; points are [unix milliseconds, value], oldest first.
 */
import { type Context, Hono } from 'hono'
import type * as v from 'valibot'
import type { Path } from '../../sdk/wire/event'
import type { Series } from '../../sdk/wire/query'
import { whale } from '../env'
import { DimensionsQuery, PlotpointsQuery, TotalsQuery } from '../asked/graph'
import { DEPTH } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { THRESHOLD } from '../rollup/rank'
import { type Access, type App, siteFor } from './access'
import { answered, open, graphOf } from './answers'
import { type Query, queryBy } from './parsed'
import { bad } from './problem'
import { questionBy } from './question'
import { shownPeriods } from './scope'
import { rankedOr400 } from './rank'
import { zonesOf } from './zone'

/** What `/totals` sums where no period is asked for. In another zone than the site's, months cannot be had. */
const PERIODS = ['minute:1h', 'hour:24h', 'day:7d', 'day:30d', 'month:12mo', 'all']
const PERIODS_ABROAD = PERIODS.slice(0, 4)
/** Each is a question of its own. */
const MOST_PERIODS = 16
/** These answers sort and do not say what matters. */
const UNJUDGED = { threshold: THRESHOLD, offset: 0 }

export const hailwhale = new Hono<App>()
  .use('/totals', open)
  .use('/plotpoints', open)
  .use('/dimensions', open)
  .get('/totals', async (c) => {
    const { site, access, query, now } = await asked(c)
    const questions = periodsOf(queryBy(TotalsQuery, query), site, access).map(
      ([name, each]) => [name, questionBy(each, site, access, now)] as const,
    )
    const graphs = await Promise.all(
      questions.map(async ([name, question]) => [name, await graphOf(c, site, question)] as const),
    )
    const totals = graphs.map(([name, { series }]) => [name, byDimension(series, ({ total }) => total)])
    const isPartial = graphs.some(([, { partial }]) => partial)
    return answered(c, Object.fromEntries(totals), isPartial)
  })
  .get('/plotpoints', async (c) => {
    const { site, access, query, now } = await asked(c)
    const { with_totals: isTotalled, ...rest } = queryBy(PlotpointsQuery, query)
    const { sort, metrics, ...question } = questionBy(rest, site, access, now)
    const { partial, ...ranking } = await askedOf(c, site).rank({
      ...question,
      ...UNJUDGED,
      // The top of all levels together, and the path asked for whatever its place.
      self: 'kept',
      metric: sort.metric,
      sort: { by: 'score', descending: sort.descending },
      series: metrics,
    })
    const series = rankedOr400(ranking).dimensions.flatMap((row) => row.series)
    const points = byDimension(series, (each) => [...each.points, ...(isTotalled ? [['Total', each.total]] : [])])
    return answered(c, points, partial)
  })
  .get('/dimensions', async (c) => {
    const { site, access, query, now } = await asked(c)
    const { recursive: isRecursive, offset = 0, depth, ...rest } = queryBy(DimensionsQuery, query)
    const { sort, metrics, ...question } = questionBy(rest, site, access, now)
    const isNamed = rest.metric === undefined && rest.metrics === undefined
    const { partial, ...ranking } = await askedOf(c, site).rank({
      ...question,
      ...UNJUDGED,
      depth: depth ?? (isRecursive ? DEPTH : 1),
      offset,
      ...(isRecursive && { self: 'ranked' }),
      // Names alone are in order, and numbers by their size.
      metric: sort.metric,
      sort: { by: isNamed ? 'name' : 'score', descending: !isNamed && sort.descending },
      series: isNamed ? [] : metrics,
    })
    const { dimensions, next } = rankedOr400(ranking)
    return answered(c, {
      dimension: question.dimension,
      dimensions: dimensions.map(({ dimension, series }) => ({
        dimension,
        ...Object.fromEntries(series.map(({ metric, total }) => [metric, total])),
      })),
      ...(next !== undefined && { next }),
      ...(partial && { partial }),
    })
  })

interface Asked {
  site: Site
  access: Access
  query: Query
  now: number
}

async function asked(c: Context<App>): Promise<Asked> {
  const now = Date.now()
  const query = c.req.query()
  const { site, access } = await siteFor(c, query.site, 'share', now)
  return { site, access, query, now }
}

const askedOf = (c: Context<App>, { site }: Site) => whale(c.env, site)

type Totals = v.InferOutput<typeof TotalsQuery>

/** The periods by name, each with the query that asks for it. */
function periodsOf(query: Totals, site: Site, access: Access): [name: string, query: Totals][] {
  if (query.from !== undefined || query.to !== undefined) return [[`${query.from ?? ''}-${query.to ?? ''}`, query]]
  const usual = () => shownPeriods(zonesOf(query, site).foreign ? PERIODS_ABROAD : PERIODS, access)
  const periods = query.period?.split(',') ?? usual()
  if (periods.length > MOST_PERIODS) throw bad('period', `names more than ${MOST_PERIODS}`)
  return periods.map((period) => [period, { ...query, period }])
}

/** By entries, since a dimension may be called `__proto__`. */
function byDimension<Value>(series: readonly Series[], of: (each: Series) => Value) {
  const groups = Map.groupBy(series, ({ dimension }) => dimensionText(dimension))
  return Object.fromEntries(
    [...groups].map(([text, group]) => [text, Object.fromEntries(group.map((each) => [each.metric, of(each)]))]),
  )
}

/** HailWhale's spelling: `_`, a bare name, or a JSON list, as also of a name that reads like one of those. */
function dimensionText(path: Path): string {
  const [name, ...below] = path
  if (name === undefined) return '_'
  return below.length || name === '_' || name.startsWith('[') ? JSON.stringify(path) : name
}
