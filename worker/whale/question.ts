/** What is asked of the cells, in which time, and how much one question may make. */
import type { Path } from '../../sdk/wire/event'
import type { Comparison, Interval } from '../../sdk/wire/query'
import { overlayOf } from '../rollup/compare'
import { next, starts, type Zones } from '../rollup/interval'
import type { Metric } from '../rollup/metric'
import type { Filter } from '../rollup/where'
import type { LevelName } from './cells'

/** A question, already true: routes have parsed it. */
export interface Question {
  type: string
  dimension: Path
  metrics: readonly Metric[]
  interval: Interval
  from: number
  to: number
  /** When it is asked: which bucket is not over. */
  now: number
  timezone: string
  zones: Zones
  level?: LevelName
  /** How many levels of children to show. */
  depth: number
  /** The metric to sort children by, and whether the greatest comes first. */
  sort: { metric: Metric; descending: boolean }
  limit: number
  /** Children with less than this share of their parent's total, by the metric of `sort`, are summed as `…`. */
  threshold?: number
  /** Children that the limit cuts are summed as `…` too. */
  rest?: true
  compare?: Comparison
  /** Which raw events to count instead. */
  where?: Filter
}

/** Points in one answer, over all its series: some megabytes, where one message may have thirty-two. */
export const MOST_POINTS = 250_000

/** Thrown from deep within, and told to whoever asked. */
export class TooMuch extends Error {}

/** Which time is read: the buckets asked and those they are compared with, as stretches that do not touch each other. */
export function spansOf({ interval, from, to, zones, compare }: Question): { from: number; to: number }[] {
  const buckets = starts(interval, from, to, zones)
  const first = buckets[0] ?? from
  const asked = { from: first, to: next(interval, buckets.at(-1) ?? first, zones) }
  const overlay = compare && overlayOf(compare, interval, buckets, zones)
  const earlier = overlay && { from: overlay.starts[0] ?? first, to: overlay.end }
  if (!earlier) return [asked]
  return earlier.to >= asked.from
    ? [{ from: Math.min(earlier.from, asked.from), to: Math.max(earlier.to, asked.to) }]
    : [earlier, asked]
}
