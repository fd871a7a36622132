/**
 * Ranks what lies below a path, one level or several, and shows a page of it: `/rank`, and with names or series alone
 * `/dimensions` and `/plotpoints`. Of each dimension it keeps a few numbers; only the page's cells are read again.
 */
import type { Path } from '../../sdk/wire/event'
import type { Series } from '../../sdk/wire/query'
import { keyOf, pathOf } from '../rollup/dimension'
import { readsSketches } from '../rollup/distinct'
import { next, starts } from '../rollup/interval'
import type { Metric } from '../rollup/metric'
import { type Ranked, rankRatios, rankTotals, ratioOf } from '../rollup/rank'
import { seriesOf } from '../rollup/series'
import { isUnion } from '../rollup/visitors'
import type { Question } from './answer'
import type { Cells } from './pending'
import type { Readable, Span } from './reader'

/** All the live paths of a busy hour; more would take seconds, in which the object does nothing else. */
export const MOST_RANKED = 20_000

export const ORDERS = ['score', 'effect', 'difference', 'value', 'count', 'name'] as const
export type Order = (typeof ORDERS)[number]

export interface RankQuestion
  extends Pick<Question, 'type' | 'dimension' | 'interval' | 'from' | 'to' | 'timezone' | 'zones' | 'level'> {
  /** What is ranked. A ratio is compared with the one of the path asked for. */
  metric: Metric
  /** How many levels below the path. */
  depth: number
  threshold: number
  sort: { by: Order; descending: boolean }
  limit: number
  offset: number
  /** Of what to give the series of each dimension shown. */
  series: readonly Metric[]
  /** Whether the path asked for is one of the ranked; `kept` on the page wherever it stands. */
  self?: 'ranked' | 'kept'
}

export interface RankRow extends Ranked {
  series: Series[]
}

export interface Ranking {
  /** Unix milliseconds: the first bucket's start. */
  from: number
  /** Of the path asked for. */
  whole: { score: number; value: number; count: number }
  dimensions: RankRow[]
  /** The offset at which there is more. */
  next?: number
}

export function rank(reader: Readable, question: RankQuestion): Ranking | { problem: string } {
  const scope = scopeOf(reader, question)
  const root = keyOf(question.dimension)
  const whole = sidesOf(scope, root, reader.series(question.type, root, scope.span))
  const found = [...(question.self ? [whole] : []), ...below(scope, root)]
  if (found.length > MOST_RANKED)
    return { problem: `more than ${MOST_RANKED} dimensions lie so deep below; ask for fewer levels, or further down` }
  const { metric, threshold, limit, offset } = question
  const ranked = metric.under ? rankRatios(whole, found, threshold) : rankTotals(whole.top, totals(found), threshold)
  ranked.sort(comparison(question.sort))
  const page = ranked.slice(offset, offset + limit)
  if (question.self === 'kept' && !page.some(isAt(root))) page.push(...ranked.filter(isAt(root)))
  return {
    from: scope.span.from,
    whole: metric.under
      ? { score: ratioOf(whole), value: whole.top, count: whole.bottom }
      : { score: whole.top, value: whole.top, count: whole.top },
    dimensions: page.map((each) => ({ ...each, series: seriesAt(scope, each.dimension) })),
    ...(ranked.length > offset + limit && { next: offset + limit }),
  }
}

interface Scope {
  reader: Readable
  question: RankQuestion
  span: Span
  buckets: number[]
}

function scopeOf(reader: Readable, question: RankQuestion): Scope {
  const { interval, from, to, zones, level } = question
  const buckets = starts(interval, from, to, zones)
  const first = buckets[0] ?? from
  const end = next(interval, buckets.at(-1) ?? first, zones)
  const sketches = [question.metric, ...question.series].some(readsSketches)
  const span: Span = { interval, from: first, to: end, zones, sketches, ...(level && { level }) }
  return { reader, question, buckets, span }
}

/** The numbers of one dimension: numerator and denominator of a ratio, or a total as the first of them. */
interface Sides {
  path: Path
  top: number
  bottom: number
}

const totals = (sides: readonly Sides[]) => sides.map(({ path, top }) => ({ path, total: top }))

function sidesOf(scope: Scope, key: string, cells: Cells): Sides {
  const { metric } = scope.question
  const path = pathOf(key)
  const total = (each: Metric) => seriesFrom(scope, path, cells, each).total
  if (!metric.under) return { path, top: total(metric), bottom: 0 }
  const side = (over: Metric['over']): Metric => ({ text: metric.text, over, mode: 'plain' })
  return { path, top: total(side(metric.over)), bottom: total(side(metric.under)) }
}

/** Level by level, so that no more than one parent's children are in memory with their cells. */
function below(scope: Scope, root: string): Sides[] {
  const { reader, question, span } = scope
  const found: Sides[] = []
  let parents = [root]
  for (let depth = 0; depth < question.depth; depth++) {
    const keys: string[] = []
    for (const parent of parents) {
      for (const [key, cells] of reader.children(question.type, parent, span)) {
        // Asked one by one, a dimension's bare name has the visitors of its values.
        const whole = span.sketches && isUnion(key) ? reader.series(question.type, key, span) : cells
        found.push(sidesOf(scope, key, whole))
        keys.push(key)
      }
      if (found.length > MOST_RANKED) return found
    }
    parents = keys
  }
  return found
}

function comparison({ by, descending }: RankQuestion['sort']): (a: Ranked, b: Ranked) => number {
  const names = (a: Ranked, b: Ranked) => (keyOf(a.dimension) < keyOf(b.dimension) ? -1 : 1)
  if (by === 'name') return descending ? (a, b) => names(b, a) : names
  return descending ? (a, b) => b[by] - a[by] || names(a, b) : (a, b) => a[by] - b[by] || names(a, b)
}

const isAt =
  (key: string) =>
  ({ dimension }: Ranked): boolean =>
    keyOf(dimension) === key

function seriesAt(scope: Scope, dimension: Path): Series[] {
  const { reader, question, span } = scope
  if (question.series.length === 0) return []
  const cells = reader.series(question.type, keyOf(dimension), span)
  return question.series.map((metric) => seriesFrom(scope, dimension, cells, metric))
}

function seriesFrom({ question, span, buckets }: Scope, dimension: Path, cells: Cells, metric: Metric): Series {
  const { interval, zones } = question
  return seriesOf({ dimension, metric, cells, starts: buckets, end: span.to, zones, interval })
}
