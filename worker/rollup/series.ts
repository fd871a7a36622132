/**
 * A series: one path and metric over buckets, dense, oldest first; a bucket without events is 0. Beside it, where asked,
 * the same of earlier buckets, aligned point by point.
 */
import type { Path } from '../../sdk/wire/event'
import type { Compared, Interval, Point, Series } from '../../sdk/wire/query'
import { type Cell, empty, merge } from './cell'
import type { Overlay } from './compare'
import { standing } from './distinct'
import { next, type Zones } from './interval'
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
  /** Of the buckets: decides what stands for `visitors`. */
  interval?: Interval
  compared?: Earlier
}

/** What the cells are compared with. */
export interface Earlier {
  overlay: Overlay
  cells: ReadonlyMap<number, Cell>
}

const UTC: Zones = [{ from: 0, zone: 'UTC' }]

export function seriesOf(parts: Parts): Series {
  const { dimension, cells, starts, end, zones = UTC, interval = 'day', compared } = parts
  const found = starts.map((start) => cells.get(start))
  // One meaning for both, or they could not be compared.
  const all = compared ? [...found, ...compared.cells.values()] : found
  const { metric, totalIs } = standing({ metric: parts.metric, path: dimension, interval, cells: all, starts, zones })
  const { points, total, error } = evaluate(metric, found, { starts, end, zones })
  return {
    dimension,
    metric: metric.text,
    total,
    ...(error > 0 && { '±': error }),
    ...(totalIs !== undefined && { totalIs }),
    points: paired(starts, points),
    ...(compared && { compare: earlier(metric, compared, { starts, interval, zones }) }),
  }
}

const paired = (starts: readonly number[], values: readonly number[]): Point[] =>
  starts.map((start, i): Point => [start, values[i]!])

/** The total is of all earlier buckets; points are of those that lie under one of the graph's own. */
function earlier(
  metric: Metric,
  { overlay, cells }: Earlier,
  { starts, interval, zones }: { starts: readonly number[]; interval: Interval; zones: Zones },
): Compared {
  const { under, end } = overlay
  const whole = evaluate(
    metric,
    overlay.starts.map((start) => cells.get(start)),
    { starts: overlay.starts, end, zones },
  )
  const range = { from: overlay.starts[0] ?? end, to: end, total: whole.total }
  if (isOneToOne(overlay)) return { ...range, points: paired(overlay.starts, whole.points) }
  const ends = under.map((list, i) =>
    list.length ? next(interval, list.at(-1)!, zones) : timeUnder(overlay, starts, i),
  )
  const begins = under.map((list, i) => list[0] ?? ends[i]!)
  const merged = under.map((list) => together(list.flatMap((start) => cells.get(start) ?? [])))
  const { points } = evaluate(metric, merged, { starts: begins, end, ends, zones })
  return { ...range, points: paired(begins, points) }
}

const isOneToOne = ({ starts, under }: Overlay): boolean =>
  under.length === starts.length && under.every(([start, ...more], i) => start === starts[i] && !more.length)

/** Where a bucket would lie that there was not: where its nearest neighbour's distance puts it. */
function timeUnder({ under, starts: [first = 0] }: Overlay, starts: readonly number[], i: number): number {
  for (let near = i - 1; near >= 0; near--) {
    const [start] = under[near]!
    if (start !== undefined) return start + starts[i]! - starts[near]!
  }
  return first
}

function together(cells: readonly Cell[]): Cell | undefined {
  if (cells.length < 2) return cells[0]
  const sum = empty()
  for (const cell of cells) merge(sum, cell)
  return sum
}
