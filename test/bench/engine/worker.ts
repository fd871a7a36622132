/** The bench's own Worker: one POST to a thing it does, JSON in and out. The clock inside stands still, so times are taken outside. */
import type { Env } from '../../../worker/env'
import { parseMetric } from '../../../worker/rollup/metric'
import { parseWhere } from '../../../worker/rollup/where'
import { clock } from './clock'
import { fillDays, fillHistory, fillPending } from './fill'
import { bring, open } from './opening'
import { begin, play, playAsleep, playRate } from './rate'
import type { Given } from './report'
import { hailOf, whaleOf, ZONE, zones } from './site'

export { Hail, Pod, Whale } from './objects'

/** Questions so far. */
let asked = 0
/** A second between questions, so that no peek waits for its ration. */
const BETWEEN_MS = 1_000

const tasks: Record<string, (env: Env, given: Given) => Promise<unknown>> = {
  rate: (env, given) => playRate(env, given.site, given),
  asleep: (env, given) => playAsleep(env, given.site, given),
  days: (env, { site, views, days }) => fillDays(env, site, views, days),
  history: (env, { site }) => fillHistory(env, site),
  pending: (env, { site, paths }) => fillPending(env, site, paths),
  weigh: (env, { site }) => whaleOf(env, site).weigh(),
  archived: (env, { site, length }) => whaleOf(env, site).archived(clock.now - length),
  weighWithout: (env, { site, table }) => whaleOf(env, site).weighWithout(table),
  bring: async (_, { sealed }) => bring(sealed),
  open: (_, { site, count, cold }) => open(site, count, cold),
  answer,
  search,
  rank,
  collect: async () => (globalThis as { gc?(): void }).gc!(),
  nothing: (env, { site }) => whaleOf(env, site).nothing(),
  async storm(env, { site, rate, minutes }) {
    const start = await begin(env, site, rate)
    await play(env, site, start + minutes * 60_000)
    clock.play(false)
    return { waiting: (await hailOf(env, site).status()).waiting, ...(await whaleOf(env, site).status()) }
  },
  // What dies breaks the call that killed it.
  killWhale: (env, { site }) =>
    whaleOf(env, site)
      .die()
      .catch(() => undefined),
  killHail: (env, { site }) =>
    hailOf(env, site)
      .die()
      .catch(() => undefined),
  wakeWhale: (env, { site }) => whaleOf(env, site).status(),
  wakeHail: (env, { site }) => hailOf(env, site).status(),
}

/** How many points came, that nobody takes an empty answer for a fast one. */
async function answer(env: Env, { site, type = 'pageview', dimension, interval, length, depth = 0 }: Given) {
  clock.set(clock.now + BETWEEN_MS)
  const metric = parseMetric('hits')
  if ('problem' in metric) throw new Error(metric.problem)
  const { series, partial } = await whaleOf(env, site).answer({
    type,
    dimension,
    metrics: [metric],
    interval,
    from: clock.now - length,
    to: clock.now,
    timezone: ZONE,
    zones,
    depth,
    sort: { metric, descending: true },
    // Each asks for something else, or the Whale would give what it gave before.
    limit: 1000 + (asked += 1),
    now: clock.now,
  })
  const points = series.reduce((sum, each) => sum + each.points.length, 0)
  return { series: series.length, points, total: series[0]?.total, partial }
}

/** Raw events of some countries, but not of phones; how many events were looked at stands in the archive. */
async function search(env: Env, { site, interval, length }: Given) {
  clock.set(clock.now + BETWEEN_MS)
  const metric = parseMetric('hits')
  const where = parseWhere('{"country": {"in": ["SE", "DE"]}, "not": {"device": "mobile"}}')
  if ('problem' in metric || 'problem' in where) throw new Error('no question')
  const { series, problem } = await whaleOf(env, site).search({
    type: 'pageview',
    dimension: [],
    metrics: [metric],
    interval,
    from: clock.now - length,
    to: clock.now,
    timezone: ZONE,
    zones,
    depth: 0,
    sort: { metric, descending: true },
    limit: 10,
    now: clock.now,
    where,
  })
  if (problem) throw new Error(problem)
  return { points: series[0]?.points.length, total: series[0]?.total }
}

async function rank(env: Env, { site, type = 'sale', dimension, interval, length }: Given) {
  clock.set(clock.now + BETWEEN_MS)
  const metric = parseMetric('hits')
  if ('problem' in metric) throw new Error(metric.problem)
  const ranking = await whaleOf(env, site).rank({
    type,
    dimension,
    interval,
    from: clock.now - length,
    to: clock.now,
    timezone: ZONE,
    zones,
    metric,
    depth: 1,
    threshold: 0,
    sort: { by: 'score', descending: true },
    limit: 1000,
    offset: 0,
    series: [],
  })
  if ('problem' in ranking) throw new Error(ranking.problem)
  return { points: ranking.dimensions.length, total: ranking.whole.value }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1)
    try {
      return Response.json((await tasks[name]!(env, await request.json())) ?? null)
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 })
    }
  },
}
