/**
 * `/cube`: Cask's questions. A filter, dimensions to group by, and for each measure a sparse series of each group;
 * what may be filtered by, and which measures were seen. Times are unix seconds here, as they were there.
 */
import { type Context, Hono } from 'hono'
import { CubeBody, CubeQuery } from '../asked/cube'
import { CubeDimensionsQuery, CubeMeasuresQuery } from '../asked/graph'
import { whale } from '../env'
import type { Site } from '../ingest/settings'
import { floor } from '../rollup/interval'
import { THRESHOLD } from '../rollup/rank'
import type { CubeQuestion, CubeSeries } from '../whale/cube'
import { type CubeFilter, namesOf, planOf, rawPlanOf } from '../whale/plan'
import { KEEP } from '../whale/sweep'
import { type App, bearerFor, siteFor } from './access'
import { answered, open } from './answers'
import { readBody } from './body'
import { bodyBy, queryBy } from './parsed'
import { bad, Problem } from './problem'
import { questionBy } from './question'
import { rankedOr400 } from './rank'

const BODY_BYTES = 64 * 1024
const DEFAULT_LIMIT = 1_000
/** Of a list to choose from, more than of a graph. */
const LISTED = 1_000
const SECOND = 1_000
const DAY = 86_400_000

export const cubes = new Hono<App>()
  .use('/cube', open)
  .use('/cube/*', open)
  .get('/cube', async (c) => {
    await bearerFor(c, 'read', Date.now())
    const { query } = queryBy(CubeQuery, c.req.query())
    return asked(c, query, 'query')
  })
  .post('/cube', async (c) => {
    await bearerFor(c, 'read', Date.now())
    const body = await readBody(c.req.raw, BODY_BYTES)
    if (body === undefined) throw new Problem(413, `the body is larger than ${BODY_BYTES} bytes`)
    return asked(c, body, 'the body')
  })
  .get('/cube/dimensions', async (c) => {
    const now = Date.now()
    const { site, access } = await siteFor(c, c.req.query('site'), 'read', now)
    const { prefix, offset = 0, ...rest } = queryBy(CubeDimensionsQuery, c.req.query())
    const query = { limit: LISTED, ...ofAllTime(rest), ...(prefix && { dimension: prefix }) }
    const { metrics, sort, ...question } = questionBy(query, site, access, now)
    const { partial, ...ranking } = await whale(c.env, site.site).rank({
      ...question,
      depth: 1,
      threshold: THRESHOLD,
      offset,
      metric: sort.metric,
      sort: { by: 'name', descending: false },
      series: [],
    })
    const { dimensions, next } = rankedOr400(ranking)
    const values = dimensions.map(({ dimension }) => dimension.at(-1)!)
    return answered(c, { prefix: question.dimension, values, ...(next !== undefined && { next }) }, partial)
  })
  .get('/cube/measures', async (c) => {
    const now = Date.now()
    const { site, access } = await siteFor(c, c.req.query('site'), 'read', now)
    const query = ofAllTime(queryBy(CubeMeasuresQuery, c.req.query()))
    const { type, interval, from, to, zones, dimension } = questionBy(query, site, access, now)
    const { series, partial } = await answerOf(c, site, {
      type,
      interval,
      zones,
      // Whole buckets, as a graph has them: a range may begin in the midst of one.
      from: floor(interval, from, zones),
      to,
      measurements: 'seen',
      plan: { prefix: dimension, levels: [] },
      limit: 1,
    })
    return answered(c, { measures: series.map(({ measureName }) => measureName) }, partial)
  })

async function asked(c: Context<App>, text: string, where: string): Promise<Response> {
  const now = Date.now()
  const { site: given, ...question } = bodyBy(CubeBody, parsed(text, where))
  const named = given === undefined || given === null ? undefined : String(given)
  const { site } = await siteFor(c, c.req.query('site') ?? named, 'read', now)
  const { series, partial } = await answerOf(c, site, cubeQuestionOf(question, site, now))
  return answered(c, series, partial)
}

async function answerOf(c: Context<App>, site: Site, question: CubeQuestion) {
  const answer: unknown = await whale(c.env, site.site).cube(question)
  // RPC's types forget which of two shapes it is.
  const { problem, results = [], partial } = answer as { problem?: string; results?: CubeSeries[]; partial?: true }
  if (problem !== undefined) throw bad('groupByDimensions', problem)
  return { series: results, ...(partial && { partial }) }
}

/** Where no period is named, all that there is. */
const ofAllTime = <Asked extends { period?: string | undefined; from?: string | undefined; to?: string | undefined }>(
  asked: Asked,
): Asked => ({ ...asked, period: asked.period ?? 'all' })

function cubeQuestionOf(given: Omit<CubeBody, 'site'>, site: Site, now: number): CubeQuestion {
  const from = given.startTs * SECOND
  const to = typeof given.endTs === 'number' ? given.endTs * SECOND : now + 1
  if (from >= to) throw new Problem(400, 'startTs must lie before endTs', 'startTs')
  const filter = { dimensionValues: given.dimensionValues ?? {}, groupByDimensions: given.groupByDimensions ?? [] }
  return {
    type: given.type ?? given.aggregation ?? '_',
    interval: given.resolution ?? 'hour',
    zones: site.zones,
    from,
    to,
    measurements: Object.entries(given.measurements ?? USUAL),
    ...planned(filter, site, { from, now }),
    limit: given.limit ?? DEFAULT_LIMIT,
  }
}

const USUAL = { hits: 'SUM' } as const

type Planned = Pick<CubeQuestion, 'plan' | 'where'>

function planned(filter: CubeFilter, site: Site, times: { from: number; now: number }): Planned {
  const plan = planOf(filter, site.cross ?? [])
  const field = 'groupByDimensions'
  if (plan === 'raw') return plannedRaw(filter, site, times)
  if ('problem' in plan) throw bad(field, plan.problem)
  return { plan }
}

/** What is not counted together can still be asked of raw events, as long as they are kept. */
function plannedRaw(filter: CubeFilter, site: Site, { from, now }: { from: number; now: number }): Planned {
  const names = namesOf(filter)
  const declare = `declare cross [${JSON.stringify(names)}] for the site, which holds from then on`
  const raw = rawPlanOf(filter)
  if (!raw) {
    const what = `${names.join(' and ')} are not counted together: ${declare}`
    throw new Problem(400, what, 'groupByDimensions')
  }
  const { raw: days } = site.keep ?? KEEP
  if (days === 0 || from < now - (days + 1) * DAY) {
    const what = `${names.join(' and ')} are counted from raw events, kept ${days} days by the site's setting keep.raw: ask of later, or ${declare}`
    throw new Problem(400, what, 'startTs')
  }
  return raw
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, `${where} is not JSON`, where === 'query' ? where : undefined)
  }
}
