/**
 * `/cube`: Cask's questions. A filter, dimensions to group by, and for each measure a sparse series of each group;
 * what may be filtered by, and which measures were seen. Times are unix seconds here, as they were there.
 */
import { type Context, Hono } from 'hono'
import { INTERVALS, type Interval } from '../../sdk/wire/query'
import { whale } from '../env'
import type { Site } from '../ingest/settings'
import { floor, FOREVER } from '../rollup/interval'
import { THRESHOLD } from '../rollup/rank'
import { type CubeQuestion, type CubeSeries, type Measure, MEASURES } from '../whale/cube'
import { type CubeFilter, namesOf, planOf, rawPlanOf } from '../whale/plan'
import { KEEP } from '../whale/sweep'
import { type App, siteFor } from './access'
import { answered, open } from './answers'
import { readBody } from './body'
import { type Fields, fieldsOf, number, only, text, texts } from './fields'
import { apart } from './parameter'
import { bad, Problem } from './problem'
import { questionOf } from './question'
import { offsetOf, rankedOr400 } from './rank'

const BODY_BYTES = 64 * 1024
const MOST_LIMIT = 10_000
const DEFAULT_LIMIT = 1_000
const MOST_MEASURES = 32
const MOST_NAMES = 64
const FIELDS = [
  'site',
  'type',
  'aggregation',
  'resolution',
  'startTs',
  'endTs',
  'measurements',
  'dimensionValues',
  'groupByDimensions',
  'limit',
] as const
/** Cask's resolutions, in seconds. */
const SECONDS: Record<number, Interval> = { 10: '10s', 60: 'minute', 3600: 'hour', 86400: 'day' }

const DAY = 86_400_000

export const cubes = new Hono<App>()
  .use('/cube', open)
  .use('/cube/*', open)
  .get('/cube', async (c) => {
    const query = c.req.query('query')
    if (query === undefined) throw new Problem(400, 'query is missing: the question as JSON', 'query')
    return asked(c, query, 'query')
  })
  .post('/cube', async (c) => {
    const body = await readBody(c.req.raw, BODY_BYTES)
    if (body === undefined) throw new Problem(413, `the body is larger than ${BODY_BYTES} bytes`)
    return asked(c, body, 'the body')
  })
  .get('/cube/dimensions', async (c) => {
    const now = Date.now()
    const { own, rest } = apart(c.req.query(), ['prefix', 'offset'])
    const { site, access } = await siteFor(c, rest.site, 'read', now)
    const query = { period: 'all', limit: '1000', ...rest, ...(own.prefix !== undefined && { dimension: own.prefix }) }
    const { metrics, sort, ...question } = questionOf(query, site, access, now)
    const { partial, ...ranking } = await whale(c.env, site.site).rank({
      ...question,
      depth: 1,
      threshold: THRESHOLD,
      offset: offsetOf(own.offset),
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
    const query = c.req.query()
    const { site, access } = await siteFor(c, query.site, 'read', now)
    const { type, interval, from, to, zones, dimension } = questionOf({ period: 'all', ...query }, site, access, now)
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
  const fields = fieldsOf(parsed(text, where))
  only(fields, FIELDS)
  const named = fields.site === undefined || fields.site === null ? undefined : String(fields.site as string | number)
  const { site } = await siteFor(c, c.req.query('site') ?? named, 'read', now)
  const { series, partial } = await answerOf(c, site, cubeQuestionOf(fields, site, now))
  return answered(c, series, partial)
}

async function answerOf(c: Context<App>, site: Site, question: CubeQuestion) {
  const answer: unknown = await whale(c.env, site.site).cube(question)
  // RPC's types forget which of two shapes it is.
  const { problem, results = [], partial } = answer as { problem?: string; results?: CubeSeries[]; partial?: true }
  if (problem !== undefined) throw bad('groupByDimensions', problem)
  return { series: results, ...(partial && { partial }) }
}

function cubeQuestionOf(fields: Fields, site: Site, now: number): CubeQuestion {
  const from = time(fields, 'startTs')
  if (from === undefined) throw new Problem(400, 'startTs is missing: unix seconds', 'startTs')
  const to = time(fields, 'endTs') ?? now + 1
  if (from >= to) throw new Problem(400, 'startTs must lie before endTs', 'startTs')
  return {
    type: text(fields, 'type') ?? text(fields, 'aggregation') ?? '_',
    interval: resolutionOf(fields.resolution),
    zones: site.zones,
    from,
    to,
    measurements: measurementsOf(fields),
    ...planned(filterOf(fields), site, { from, now }),
    limit: limitOf(fields),
  }
}

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

function time(fields: Fields, field: string): number | undefined {
  const seconds = number(fields, field, 0, FOREVER / 1000)
  return seconds === undefined ? undefined : seconds * 1000
}

function limitOf(fields: Fields): number {
  const limit = number(fields, 'limit', 1, MOST_LIMIT) ?? DEFAULT_LIMIT
  if (!Number.isInteger(limit)) throw bad('limit', 'must be a whole number')
  return limit
}

function resolutionOf(given: unknown): Interval {
  const interval =
    typeof given === 'number' && Object.hasOwn(SECONDS, given)
      ? SECONDS[given]
      : INTERVALS.find((each) => each === (given ?? 'hour'))
  if (interval) return interval
  const known = `${Object.keys(SECONDS).join(', ')} (seconds), ${INTERVALS.join(', ')}`
  throw bad('resolution', `must be one of ${known}`)
}

function measurementsOf(fields: Fields): [name: string, measure: Measure][] {
  const entries = entriesOf(fields, 'measurements') ?? [['hits', 'SUM']]
  if (!entries.length || entries.length > MOST_MEASURES)
    throw bad('measurements', `must name 1 to ${MOST_MEASURES} measures`)
  return entries.map(([name, asked]) => {
    const measure = MEASURES.find((each) => each === asked)
    if (!measure) throw bad('measurements', `${name} must be one of ${MEASURES.join(', ')}`)
    return [name, measure]
  })
}

function filterOf(fields: Fields): CubeFilter {
  const entries = (entriesOf(fields, 'dimensionValues') ?? []).map(([name, value]): [string, string] => {
    if ((typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') || value === '')
      throw bad('dimensionValues', `${name} must be one value`)
    return [name, String(value)]
  })
  return {
    dimensionValues: Object.fromEntries(entries),
    groupByDimensions: texts(fields, 'groupByDimensions', MOST_NAMES) ?? [],
  }
}

function entriesOf(fields: Fields, field: string): [name: string, value: unknown][] | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) throw bad(field, 'must be an object')
  return Object.entries(value)
}
