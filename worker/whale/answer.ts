/** Answers a question: which series there are, in which order, and each one's points. Pure but for the reader. */
import type { Path } from '../../sdk/wire/event'
import type { Graph, Interval, Series } from '../../sdk/wire/query'
import { keyOf, pathOf } from '../rollup/dimension'
import { next, starts, type Zones } from '../rollup/interval'
import type { Metric } from '../rollup/metric'
import { seriesOf } from '../rollup/series'
import type { LevelName } from './cells'
import type { Reader, Span } from './reader'

/** A question, already true: routes have parsed it. */
export interface Question {
  type: string
  dimension: Path
  metrics: readonly Metric[]
  interval: Interval
  from: number
  to: number
  timezone: string
  zones: Zones
  level?: LevelName
  /** How many levels of children to show. */
  depth: number
  /** The metric to sort children by, and whether the greatest comes first. */
  sort: { metric: Metric; descending: boolean }
  limit: number
}

export function answer(reader: Reader, question: Question): Omit<Graph, 'site' | 'partial'> {
  const { type, interval, timezone, zones } = question
  const buckets = starts(interval, question.from, question.to, zones)
  const from = buckets[0] ?? question.from
  // Whole buckets: the current one has all that came so far.
  const to = next(interval, buckets.at(-1) ?? from, zones)
  const span: Span = { interval, from, to, zones, ...(question.level && { level: question.level }) }
  const scope = { reader, question, span, buckets }
  const root = keyOf(question.dimension)
  const series = [...seriesAt(scope, root), ...below(scope, root, question.depth)]
  return { type, interval, timezone, from, to: question.to, series }
}

interface Scope {
  reader: Reader
  question: Question
  span: Span
  buckets: number[]
}

function seriesAt({ reader, question, span, buckets }: Scope, key: string): Series[] {
  const cells = reader.series(question.type, key, span)
  return question.metrics.map((metric) =>
    seriesOf({ dimension: pathOf(key), metric, cells, starts: buckets, end: span.to, zones: span.zones }),
  )
}

/** The children that had events, sorted and cut to the limit, each followed by its own. */
function below(scope: Scope, parent: string, depth: number): Series[] {
  if (depth <= 0) return []
  const { reader, question, span, buckets } = scope
  const { metric, descending } = question.sort
  const ranked = [...reader.children(question.type, parent, span)]
    .map(([key, cells]) => ({
      key,
      score: seriesOf({ dimension: pathOf(key), metric, cells, starts: buckets, end: span.to, zones: span.zones })
        .total,
    }))
    .sort((a, b) => (descending ? b.score - a.score : a.score - b.score) || (a.key < b.key ? -1 : 1))
  return ranked
    .slice(0, question.limit)
    .flatMap(({ key }) => [...seriesAt(scope, key), ...below(scope, key, depth - 1)])
}
