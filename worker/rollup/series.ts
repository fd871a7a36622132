/** A series: one path and metric over buckets, dense, oldest first; a bucket without events is 0. */
import type { Path } from '../../sdk/wire/event'
import type { Point, Series } from '../../sdk/wire/query'
import type { Cell } from './cell'
import { evaluate, type Metric } from './metric'

export interface Parts {
  dimension: Path
  metric: Metric
  /** By bucket start. */
  cells: ReadonlyMap<number, Cell>
  starts: readonly number[]
  /** Where the last bucket ends. */
  end: number
}

export function seriesOf({ dimension, metric, cells, starts, end }: Parts): Series {
  const { values, total } = evaluate(
    metric,
    starts.map((start) => cells.get(start)),
    starts,
    end,
  )
  return { dimension, metric: metric.text, total, points: starts.map((start, i): Point => [start, values[i]!]) }
}
