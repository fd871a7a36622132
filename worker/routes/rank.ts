/** `/rank`: what lies below a path, by how much it matters. */
import { Hono } from 'hono'
import { whale } from '../env'
import { RankQuery } from '../asked/graph'
import type { Metric } from '../rollup/metric'
import { THRESHOLD } from '../rollup/rank'
import type { Order, Ranking, RankQuestion, Refused } from '../whale/rank'
import { type Access, type App, siteFor } from './access'
import { answered, open } from './answers'
import { queryBy } from './parsed'
import { bad, Problem } from './problem'
import { questionBy } from './question'

/** What tells a ratio's numerator and denominator, beside the ratio. */
const SIDES: readonly string[] = ['value', 'count', 'effect']
const BY_SCORE = { by: 'score' as Order, descending: true }

export const ranks = new Hono<App>().use('/rank', open).get('/rank', async (c) => {
  const now = Date.now()
  const { site, access } = await siteFor(c, c.req.query('site'), 'share', now)
  const own = queryBy(RankQuery, c.req.query())
  const { depth = 1, sort = BY_SCORE, offset = 0, threshold = THRESHOLD, points: isPointed, ...rest } = own
  const { metrics, limit, ...asked } = questionBy(rest, site, access, now)
  const [metric, ...more] = metrics
  const isNamed = rest.metric !== undefined || rest.metrics !== undefined
  // Of several that a share shows, the first is meant; of several that are named, none.
  if (!metric || (more.length && isNamed)) throw bad('metric', 'one at a time is ranked')
  const shown = shownTo(access, metric, sort)
  const question: RankQuestion = {
    ...asked,
    metric,
    limit,
    depth,
    threshold,
    sort,
    offset,
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
