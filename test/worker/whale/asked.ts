/** A question put to a real Whale with as little as there is to say about it; one answer has the children too. */
import type { Interval, Series } from '../../../sdk/wire/query'
import type { whale } from '../../../worker/env'
import type { Site } from '../../../worker/ingest/settings'
import { type Metric, parseMetric } from '../../../worker/rollup/metric'

export function metricOf(text: string): Metric {
  const metric = parseMetric(text)
  if ('problem' in metric) throw new Error(metric.problem)
  return metric
}

interface Asked {
  type?: string
  metric?: string
  dimension?: string[]
  depth?: number
  interval?: Interval
  from?: number
  to?: number
}

export async function asked(
  stub: ReturnType<typeof whale>,
  { zones }: Site,
  {
    type = 'pageview',
    metric: text = 'hits',
    dimension = [],
    depth = 0,
    interval = 'all',
    from = 0,
    to = Date.now() + 1,
  }: Asked = {},
): Promise<Series[]> {
  const metric = metricOf(text)
  const answer = await stub.answer({
    type,
    dimension,
    metrics: [metric],
    interval,
    from,
    to,
    now: Date.now(),
    timezone: 'UTC',
    zones,
    depth,
    sort: { metric, descending: true },
    limit: 10_000,
  })
  if (answer.partial) throw new Error('partial')
  // RPC's types forget that a point is a pair.
  return answer.series as Series[]
}

/** The total of each child of a path, by its own name. */
export async function totalsBelow(
  stub: ReturnType<typeof whale>,
  site: Site,
  dimension: string[],
  about: Asked = {},
): Promise<Record<string, number>> {
  const series = await asked(stub, site, { ...about, dimension, depth: 1 })
  return Object.fromEntries(series.slice(1).map((each) => [each.dimension.at(-1), each.total]))
}
