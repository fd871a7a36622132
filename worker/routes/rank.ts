/** `/rank`: what lies below a path, by how much it matters. */
import { Hono } from 'hono'
import { whale } from '../env'
import { DEPTH } from '../ingest/limits'
import type { Metric } from '../rollup/metric'
import { THRESHOLD } from '../rollup/rank'
import { type Order, ORDERS, type Ranking, type RankQuestion, type Refused } from '../whale/rank'
import { type Access, type App, siteFor } from './access'
import { answered, open } from './answers'
import { apart, flag, fraction, whole } from './parameter'
import { bad, Problem } from './problem'
import { type Query, questionOf } from './question'

/** No page begins further on than anything can be ranked. */
const MOST_OFFSET = 20_000
/** What tells a ratio's numerator and denominator, beside the ratio. */
const SIDES: readonly string[] = ['value', 'count', 'effect']
/** What a graph can be asked and a ranking cannot: to leave it out in silence would be another answer. */
const GRAPHS_OWN = ['compare', 'rest', 'threshold', 'where']

export const ranks = new Hono<App>().use('/rank', open).get('/rank', async (c) => {
  const now = Date.now()
  const { own, rest } = apart(c.req.query(), ['depth', 'sort', 'offset', 'threshold', 'points'])
  only(rest)
  const { site, access } = await siteFor(c, rest.site, 'share', now)
  const { metrics, limit, ...asked } = questionOf(rest, site, access, now)
  const [metric, ...more] = metrics
  const isNamed = rest.metric !== undefined || rest.metrics !== undefined
  // Of several that a share shows, the first is meant; of several that are named, none.
  if (!metric || (more.length && isNamed)) throw bad('metric', 'one at a time is ranked')
  const sort = sortOf(own.sort)
  const shown = shownTo(access, metric, sort)
  const isPointed = flag(own.points, 'points')
  const question: RankQuestion = {
    ...asked,
    metric,
    limit,
    depth: whole(own.depth, 'depth', 1, DEPTH) ?? 1,
    threshold: fraction(own.threshold, 'threshold') ?? THRESHOLD,
    sort,
    offset: offsetOf(own.offset),
    series: isPointed ? [metric] : [],
  }
  const { partial, ...ranking } = await whale(c.env, site.site).rank(question)
  const { from, whole: all, dimensions, ...numbers } = rankedOr400(ranking)
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
    whole: shown(all),
    dimensions: dimensions.map(({ series, ...row }) => ({
      ...shown(row),
      ...(isPointed && { points: series[0]!.points }),
    })),
  })
})

/** Who may see a ratio, and not what it is made of, must not learn that from its ranking. */
function shownTo(access: Access, { text, under }: Metric, { by }: RankQuestion['sort']): (row: object) => object {
  if (!under || access.level !== 'share' || !access.scope.metrics) return (row) => row
  if (SIDES.includes(by)) throw new Problem(403, `sort: of ${text} this share does not show the ${by}`, 'sort')
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => !SIDES.includes(name)))
}

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
