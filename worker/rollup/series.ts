/** A series: one path and metric over buckets, dense, oldest first; a bucket without events is 0. */
import type { Path } from '../../sdk/wire/event'
import type { Point, Series } from '../../sdk/wire/query'
import type { Cell } from './cell'
import type { Zones } from './interval'
import { evaluate, type Metric } from './metric'

export interface Parts {
  dimension: Path
  metric: Metric
  /** By bucket start. */
  cells: ReadonlyMap<number, Cell>
  starts: readonly number[]
  /** Where the last bucket ends. */
  end: number
  /** In which constants such as `days` are measured. */
  zones?: Zones
}

const UTC: Zones = [{ from: 0, zone: 'UTC' }]

export function seriesOf({ dimension, metric, cells, starts, end, zones = UTC }: Parts): Series {
  const found = starts.map((start) => cells.get(start))
  const { points, total } = evaluate(metric, found, { starts, end, zones })
  return { dimension, metric: metric.text, total, points: starts.map((start, i): Point => [start, points[i]!]) }
}
