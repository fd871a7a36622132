/**
 * Ranks what lies below a path, one level or several, and shows a page of it: `/rank`, and with names or series alone
 * `/dimensions` and `/plotpoints`. Of each dimension it keeps a few numbers; only the page's cells are read again.
 */
import type { Path } from '../../sdk/wire/event'
import type { Series } from '../../sdk/wire/query'
import { keyOf, pathOf } from '../rollup/dimension'
import { readsSketches } from '../rollup/distinct'
import { next, rules, starts } from '../rollup/interval'
import { isSum, type Metric } from '../rollup/metric'
import { type Ranked, rankRatios, rankTotals, ratioOf } from '../rollup/rank'
import { seriesOf } from '../rollup/series'
import { isUnion } from '../rollup/visitors'
import { MOST_POINTS, type Question } from './question'
import type { Cells } from './pending'
import type { Readable, Span } from './reader'

/** All the live paths of a busy hour; more would take seconds, in which the object does nothing else. */
const MOST_RANKED = 20_000

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

/** Why it can't be had, and by which parameter. */
export interface Refused {
  field: string
  problem: string
}

export function rank(reader: Readable, question: RankQuestion): Ranking | Refused {
  const scope = scopeOf(reader, question)
  const root = keyOf(question.dimension)
  const whole = sidesOf(scope, root, reader.series(question.type, root, scope.totals.span))
  const found = [...(question.self ? [whole] : []), ...below(scope, root)]
  if (found.length > MOST_RANKED)
    return {
      field: 'depth',
      problem: `more than ${MOST_RANKED} dimensions lie so deep below; ask for fewer levels, or further down`,
    }
  const { metric, threshold, limit, offset } = question
  const ranked = metric.under ? rankRatios(whole, found, threshold) : rankTotals(whole.top, totals(found), threshold)
  ranked.sort(comparison(question.sort))
  const page = ranked.slice(offset, offset + limit)
  if (question.self === 'kept' && !page.some(isAt(root))) page.push(...ranked.filter(isAt(root)))
  const points = page.length * question.series.length * scope.series.buckets.length
  if (points > MOST_POINTS) {
    return {
      field: 'limit',
      problem: `makes more than ${MOST_POINTS} points in all; ask for fewer of them (limit) or a longer interval`,
    }
  }
  return {
    from: scope.series.span.from,
    whole: metric.under
      ? { score: ratioOf(whole), value: whole.top, count: whole.bottom }
      : { score: whole.top, value: whole.top, count: whole.top },
    dimensions: page.map((each) => ({ ...each, series: seriesAt(scope, each.dimension) })),
    ...(ranked.length > offset + limit && { next: offset + limit }),
  }
}

/** What is read, and the buckets it falls into. */
interface Frame {
  span: Span
  buckets: number[]
}

interface Scope {
  reader: Readable
  question: RankQuestion
  /** Of the series shown. */
  series: Frame
  /** Of the numbers ranked. */
  totals: Frame
}

function scopeOf(reader: Readable, question: RankQuestion): Scope {
  const { interval, from, to, zones, metric } = question
  const buckets = starts(interval, from, to, zones)
  const first = buckets[0] ?? from
  const end = next(interval, buckets.at(-1) ?? first, zones)
  const level = question.level ?? rules[interval].from
  const range = { from: first, to: end, zones }
  const spanOf = (metrics: readonly Metric[]): Span => ({
    ...range,
    interval,
    sketches: metrics.some(readsSketches),
    ...(question.level && { level: question.level }),
  })
  return {
    reader,
    question,
    series: { span: spanOf(question.series), buckets },
    // Sums need no buckets: read as one, a thousand children are a thousand cells, however long the range.
    totals:
      level !== 'fragment' && isSum(metric)
        ? { span: { ...range, interval: 'all', level }, buckets: [0] }
        : { span: spanOf([metric]), buckets },
  }
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
  const total = (each: Metric) => seriesFrom(scope.totals, path, cells, each).total
  if (!metric.under) return { path, top: total(metric), bottom: 0 }
  const side = (over: Metric['over']): Metric => ({ text: metric.text, over, mode: 'plain' })
  return { path, top: total(side(metric.over)), bottom: total(side(metric.under)) }
}

/** Level by level, so that no more than one parent's children are in memory with their cells. */
function below(scope: Scope, root: string): Sides[] {
  const { reader, question } = scope
  const { span } = scope.totals
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

function seriesAt({ reader, question, series: frame }: Scope, dimension: Path): Series[] {
  if (question.series.length === 0) return []
  const cells = reader.series(question.type, keyOf(dimension), frame.span)
  return question.series.map((metric) => seriesFrom(frame, dimension, cells, metric))
}

function seriesFrom({ span, buckets }: Frame, dimension: Path, cells: Cells, metric: Metric): Series {
  const { interval, zones, to: end } = span
  return seriesOf({ dimension, metric, cells, starts: buckets, end, zones, interval })
}
