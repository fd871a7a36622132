/** `/rank`: what lies below a path, by how much it matters. */
import { Hono } from 'hono'
import { whale } from '../env'
import { DEPTH } from '../ingest/limits'
import { THRESHOLD } from '../rollup/rank'
import { type Order, ORDERS, type Ranking, type RankQuestion, type Refused } from '../whale/rank'
import { type App, siteFor } from './access'
import { answered, open } from './answers'
import { apart, flag, fraction, whole } from './parameter'
import { bad } from './problem'
import { type Query, questionOf } from './question'

/** No page begins further on than anything can be ranked. */
const MOST_OFFSET = 20_000
/** What a graph can be asked and a ranking cannot: to leave it out in silence would be another answer. */
const GRAPHS_OWN = ['compare', 'rest', 'threshold', 'where']

export const ranks = new Hono<App>().use('/rank', open).get('/rank', async (c) => {
  const now = Date.now()
  const { own, rest } = apart(c.req.query(), ['depth', 'sort', 'offset', 'threshold', 'points'])
  only(rest)
  const { site, access } = await siteFor(c, rest.site, 'share', now)
  const { metrics, limit, ...asked } = questionOf(rest, site, access, now)
  const [metric, ...more] = metrics
  if (!metric || more.length) throw bad('metric', 'one at a time is ranked')
  const isPointed = flag(own.points, 'points')
  const question: RankQuestion = {
    ...asked,
    metric,
    limit,
    depth: whole(own.depth, 'depth', 1, DEPTH) ?? 1,
    threshold: fraction(own.threshold, 'threshold') ?? THRESHOLD,
    sort: sortOf(own.sort),
    offset: offsetOf(own.offset),
    series: isPointed ? [metric] : [],
  }
  const { partial, ...ranking } = await whale(c.env, site.site).rank(question)
  const { from, dimensions, ...numbers } = rankedOr400(ranking)
  const { type, dimension, interval, timezone, to } = question
  return answered(c, {
    site: site.site,
    type,
    dimension,
    metric: metric.text,
    interval,
    timezone,
    from,
    to,
    ...(partial && { partial }),
    ...numbers,
    dimensions: dimensions.map(({ series, ...row }) => ({ ...row, ...(isPointed && { points: series[0]!.points }) })),
  })
})

/** RPC's types forget that a point is a pair, and which of two shapes it is. */
export function rankedOr400(ranking: object): Ranking {
  const { problem, field = '' } = ranking as Partial<Refused>
  if (problem !== undefined) throw bad(field, problem)
  return ranking as Ranking
}

export function only(query: Query): void {
  const graphs = GRAPHS_OWN.find((name) => query[name] !== undefined && query[name] !== '')
  if (graphs !== undefined) throw bad(graphs, 'can be had of /graph only')
}

export const offsetOf = (text: string | undefined): number => whole(text, 'offset', 0, MOST_OFFSET) ?? 0

function sortOf(text = '-score'): RankQuestion['sort'] {
  const by = ORDERS.find((each): each is Order => each === text.replace(/^-/, ''))
  if (!by) throw bad('sort', `must be one of ${ORDERS.join(', ')}, with - for the greatest first`)
  return { by, descending: text.startsWith('-') }
}
