/** Questions and answers as JSON: what `/graph` takes and gives, and what a chart draws. */
import type { Path } from './event'

export const INTERVALS = ['10s', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'all'] as const
export type Interval = (typeof INTERVALS)[number]

/** [bucket start in unix milliseconds, value] */
export type Point = [start: number, value: number]

export interface Series {
  /** The path; the root is `[]`. */
  dimension: Path
  /** The metric as asked: `hits`, `dollars/hits`, `hits:+`, `bounce_rate`. */
  metric: string
  /** The sum over the range; of a ratio, sum/sum. */
  total: number
  /** Dense and oldest first: one point a bucket, gaps are 0. */
  points: Point[]
}

export interface Graph {
  site: number
  type: string
  interval: Interval
  timezone: string
  /** Unix milliseconds; `from` is the first bucket's start, `to` is exclusive. */
  from: number
  to: number
  /** A shard did not answer in time: its newest events are missing here, not lost. */
  partial?: true
  series: Series[]
}
