/**
 * Answers a cube's query from cells: a series of values for each measure and each group, sparse. Of a gauge they are
 * what was measured in the bucket; a counter's bucket is one number, whichever way it is asked for.
 */
import { type Cell, value } from '../rollup/cell'
import { keyOf, pathOf } from '../rollup/dimension'
import { floor, next } from '../rollup/interval'
import type { Filter } from '../rollup/where'
import type { Question } from './question'
import type { Cells } from './pending'
import type { Level, Plan } from './plan'
import type { Readable, Span } from './reader'

/** Some 10 MB as JSON: more is an export, not an answer. */
const MOST_VALUES = 100_000

export const MEASURES = ['SUM', 'MIN', 'MAX', 'LATEST'] as const
export type Measure = (typeof MEASURES)[number]

export interface CubeQuestion extends Pick<Question, 'type' | 'interval' | 'zones'> {
  /** Unix milliseconds. A bucket is in if it starts at `from` or later, and before `to`. */
  from: number
  to: number
  /** What to give of each metric; of all that were seen, where there are none. */
  measurements: readonly (readonly [name: string, measure: Measure])[] | 'seen'
  plan: Plan
  /** Which raw events to count instead. */
  where?: Filter
  /** Values of a series at the most, the oldest first. */
  limit: number
}

export interface CubeSeries {
  measureName: string
  /** Of the dimensions grouped by. */
  dimensionValues: Record<string, string>
  /** Unix seconds. */
  timeValues: { timestamp: number; value: number }[]
}

export function cube(reader: Readable, question: CubeQuestion): { results: CubeSeries[] } | { problem: string } {
  const span = spanOf(question)
  const results: CubeSeries[] = []
  let values = 0
  for (const { dimensionValues, cells } of groups({ reader, type: question.type, span }, question.plan)) {
    const ordered = [...cells].sort(([a], [b]) => a - b)
    for (const [measureName, measure] of measurementsOf(question, cells)) {
      const timeValues = ordered
        .flatMap(([start, cell]) => {
          const found = measured(cell, measureName, measure)
          return found === undefined ? [] : [{ timestamp: start / 1000, value: found }]
        })
        .slice(0, question.limit)
      if (timeValues.length) results.push({ measureName, dimensionValues, timeValues })
      values += timeValues.length
    }
    if (values > MOST_VALUES)
      return { problem: `is more than ${MOST_VALUES} values; filter more, group by less, or take a longer resolution` }
  }
  return { results }
}

/** Buckets that begin within the range; a first one that only ends there is out. */
export function spanOf({ interval, from, to, zones }: CubeQuestion): Span {
  const first = floor(interval, from, zones)
  const last = floor(interval, to, zones)
  return {
    interval,
    zones,
    from: first < from ? next(interval, first, zones) : first,
    to: last < to ? next(interval, last, zones) : last,
  }
}

interface Scope {
  reader: Readable
  type: string
  span: Span
}

interface Group {
  dimensionValues: Record<string, string>
  cells: Cells
}

function* groups(scope: Scope, { prefix, levels }: Plan): Generator<Group> {
  const { reader, type, span } = scope
  const [level, ...deeper] = levels
  if (!level) {
    yield { dimensionValues: {}, cells: reader.series(type, keyOf(prefix), span) }
    return
  }
  if (level.value !== undefined) {
    yield* named(level, level.value, groups(scope, { prefix: [...prefix, level.value], levels: deeper }))
    return
  }
  const children = [...reader.children(type, keyOf(prefix), span)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, cells] of children) {
    const path = pathOf(key)
    const below = deeper.length ? groups(scope, { prefix: path, levels: deeper }) : [{ dimensionValues: {}, cells }]
    yield* named(level, path.at(-1)!, below)
  }
}

function* named({ name, isGrouped }: Level, found: string, below: Iterable<Group>): Generator<Group> {
  for (const { dimensionValues, cells } of below) {
    // By entries, so that a dimension may be called `__proto__`.
    const own = isGrouped ? [[name, found]] : []
    yield { dimensionValues: Object.fromEntries([...own, ...Object.entries(dimensionValues)]), cells }
  }
}

function measurementsOf(
  { measurements }: CubeQuestion,
  cells: Cells,
): readonly (readonly [name: string, measure: Measure])[] {
  if (measurements !== 'seen') return measurements
  const seen = new Set<string>()
  for (const { names, gauges } of cells.values()) {
    for (const name of names) seen.add(name)
    for (const name of gauges?.keys() ?? []) seen.add(name)
  }
  return [...seen].sort().map((name) => [name, 'SUM'])
}

/** Undefined where the bucket has no such metric. */
function measured(cell: Cell, name: string, measure: Measure): number | undefined {
  const gauge = cell.gauges?.get(name)
  if (!gauge) return cell.names.includes(name) ? value(cell, name) : undefined
  return { SUM: gauge.sum + gauge.carry, MIN: gauge.least, MAX: gauge.greatest, LATEST: gauge.last }[measure]
}
