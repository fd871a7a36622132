/** Questions and answers as JSON: what `/graph` takes and gives, and what a chart draws. */
import type { Path } from './event'

export const INTERVALS = ['10s', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'all'] as const
export type Interval = (typeof INTERVALS)[number]

/** [bucket start in unix milliseconds, value] */
export type Point = [start: number, value: number]

export const COMPARISONS = ['week', 'month', 'year', 'previous'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** The same numbers earlier: point by point under the series' own. */
export interface Compared {
  /** Unix milliseconds, whole buckets; `to` is exclusive. */
  from: number
  to: number
  total: number
  /** As many as the series has. An hour that was not there, since clocks were put forward, is 0. */
  points: Point[]
}

export interface Series {
  /** The path; the root is `[]`. The rest of its children stands under a parent as `…`. */
  dimension: Path
  /** The metric as asked: `hits`, `dollars/hits`, `hits:+`, `bounce_rate`; or `daily_visitors`, where `visitors` cannot be had. */
  metric: string
  /** The sum over the range; of a ratio, sum/sum; of a gauge, what its function says of the whole range. */
  total: number
  /** The relative standard error of the total, where it is an estimate: 0.008 is 0.8 %. Single points err by as much at most. */
  '±'?: number
  /** What `visitors` means in the total, where that is not the distinct people of the whole range: `daily_visitors` is a sum over days. */
  totalIs?: string
  /** Dense and oldest first: one point a bucket, gaps are 0. */
  points: Point[]
  compare?: Compared
}

export interface Graph {
  /** 0 where several sites are asked together. */
  site: number
  sites?: number[]
  type: string
  interval: Interval
  timezone: string
  /** Unix milliseconds; `from` is the first bucket's start, `to` is exclusive. */
  from: number
  to: number
  /** The bucket that is not over yet, by its start. */
  current?: number
  /** Buckets within which the site's zone changed, by their starts: they are longer or shorter than others. */
  seams?: number[]
  /** Counted anew from raw events, because a filter was asked for. */
  source?: 'raw'
  /** A shard did not answer in time: its newest events are missing here, not lost. */
  partial?: true
  series: Series[]
}
