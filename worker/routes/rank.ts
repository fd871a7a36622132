/** `/rank`: what lies below a path, by how much it matters. */
import { Hono } from 'hono'
import { whale } from '../env'
import { THRESHOLD } from '../rollup/rank'
import { type Order, ORDERS, type Ranking, type RankQuestion } from '../whale/rank'
import { type App, siteFor } from './access'
import { answered, open } from './answers'
import { apart, flag, fraction, whole } from './parameter'
import { Problem } from './problem'
import { questionOf } from './question'

/** No page begins further on than anything can be ranked. */
const MOST_OFFSET = 20_000
const MOST_DEPTH = 8

export const ranks = new Hono<App>().use('/rank', open).get('/rank', async (c) => {
  const now = Date.now()
  const { own, rest } = apart(c.req.query(), ['depth', 'sort', 'offset', 'threshold', 'points'])
  const { site, access } = await siteFor(c, rest.site, 'share', now)
  const { metrics, limit, ...asked } = questionOf(rest, site, access, now)
  const [metric, ...more] = metrics
  if (!metric || more.length) throw new Problem(400, 'metric: one at a time is ranked', 'metric')
  const isPointed = flag(own.points, 'points')
  const question: RankQuestion = {
    ...asked,
    metric,
    limit,
    depth: whole(own.depth, 'depth', 1, MOST_DEPTH) ?? 1,
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
  const { problem } = ranking as { problem?: string }
  if (problem !== undefined) throw new Problem(400, `depth: ${problem}`, 'depth')
  return ranking as Ranking
}

export const offsetOf = (text: string | undefined): number => whole(text, 'offset', 0, MOST_OFFSET) ?? 0

function sortOf(text = '-score'): RankQuestion['sort'] {
  const by = ORDERS.find((each): each is Order => each === text.replace(/^-/, ''))
  if (!by) throw new Problem(400, `sort: must be one of ${ORDERS.join(', ')}, with - for the greatest first`, 'sort')
  return { by, descending: text.startsWith('-') }
}
