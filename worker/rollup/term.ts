/**
 * A term: one side of a ratio, or all of a metric. A name is read from cells; what was added up is summed, of what was
 * measured the last by event time stands. `min(x)`, `max(x)`, `mean(x)`, `last(x)` and `sum(x)` read a gauge's other
 * sides; of a sum they say in totals which bucket was the least, the greatest… A bucket without events is 0 and counts.
 */
import { add, addGauge, addVisitors, type Cell, empty, value } from './cell'
import type { Gauge } from './gauge'
import { type Buckets, daysInMonths, isUnit, lengths, type Unit } from './length'

export type Term =
  | { kind: 'read'; name: string; as: Reading }
  /** Distinct people, from the cells' sketches. Only `visitors` may be answered from something better. */
  | { kind: 'visitors'; name: 'visitors' | 'daily_visitors' }
  | { kind: 'sum'; plus: readonly Term[]; minus: readonly Term[] }
  | { kind: 'number'; number: number }
  | { kind: 'length'; unit: Unit }
  | { kind: 'count' }
  | { kind: 'daysInMonth' }

/** By bucket, and over all of them; the relative standard error of the total, where it is an estimate. */
export interface Values {
  values: number[]
  total: number
  error: number
}

/** A bucket without events has no cell. */
type Cells = readonly (Cell | undefined)[]

interface Rule {
  ofGauge(gauge: Gauge): number
  /** The total of a summed metric, from the sums of the buckets and of all. */
  over(values: readonly number[], sum: number): number
}

const sumOfGauge = ({ sum, carry }: Gauge): number => sum + carry

const readings = {
  plain: { ofGauge: ({ last }) => last, over: (_, sum) => sum },
  last: { ofGauge: ({ last }) => last, over: (values) => values.at(-1) ?? 0 },
  min: { ofGauge: ({ least }) => least, over: (values) => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0) },
  max: {
    ofGauge: ({ greatest }) => greatest,
    over: (values) => values.reduce((a, b) => Math.max(a, b), values[0] ?? 0),
  },
  mean: {
    ofGauge: (gauge) => sumOfGauge(gauge) / gauge.count,
    over: (values, sum) => (values.length ? sum / values.length : 0),
  },
  sum: { ofGauge: sumOfGauge, over: (_, sum) => sum },
} satisfies Record<string, Rule>

export type Reading = keyof typeof readings
const isReading = (name: string): name is Exclude<Reading, 'plain'> => Object.hasOwn(readings, name) && name !== 'plain'

export const FUNCTIONS = Object.keys(readings).filter(isReading)

const NUMBER = /^-?(\d+\.?\d*|\.\d+)$/
/** `visits (old)` is a name; what begins like a call must be one. */
const CALL = /^(\w+)\((.*)$/

/** What a name means; undefined where it has the form of a function that there is not. */
export function termOf(name: string): Term | undefined {
  if (NUMBER.test(name)) return { kind: 'number', number: Number(name) }
  if (isUnit(name)) return { kind: 'length', unit: name }
  if (name === '_count') return { kind: 'count' }
  if (name === '_days_in_month') return { kind: 'daysInMonth' }
  if (name === 'visitors' || name === 'daily_visitors') return { kind: 'visitors', name }
  const [, called, inner = ''] = CALL.exec(name) ?? []
  if (called === undefined) return name === '' ? undefined : { kind: 'read', name, as: 'plain' }
  if (!isReading(called) || inner.length < 2 || !inner.endsWith(')')) return undefined
  return { kind: 'read', name: inner.slice(0, -1), as: called }
}

export function valuesOf(term: Term, cells: Cells, buckets: Buckets): Values {
  const same = (each: number, total: number): Values => ({ values: cells.map(() => each), total, error: 0 })
  switch (term.kind) {
    case 'read':
      return valuesRead(term.name, readings[term.as], cells)
    case 'visitors':
      return visitors(cells)
    case 'sum':
      return sumOf(term, cells, buckets)
    case 'number':
      return same(term.number, term.number)
    case 'count':
      return same(1, cells.length)
    case 'length': {
      const values = lengths(term.unit, buckets)
      return { values, total: values.reduce((total, each) => total + each, 0), error: 0 }
    }
    case 'daysInMonth':
      return { ...daysInMonths(buckets), error: 0 }
  }
}

/** Where one cell holds a gauge of the name, the name is a gauge's: values added up under it as well are not shown. */
function valuesRead(name: string, rule: Rule, cells: Cells): Values {
  const whole = empty()
  for (const cell of cells) {
    const gauge = cell?.gauges?.get(name)
    if (gauge) addGauge(whole, name, gauge)
  }
  const gauge = whole.gauges?.get(name)
  if (gauge) {
    const of = (each: Gauge | undefined) => (each ? rule.ofGauge(each) : 0)
    return { values: cells.map((cell) => of(cell?.gauges?.get(name))), total: of(gauge), error: 0 }
  }
  for (const cell of cells) {
    const i = cell ? cell.names.indexOf(name) : -1
    if (i >= 0) add(whole, name, cell!.sums[i]!, cell!.carries[i]!)
  }
  const values = cells.map((cell) => value(cell, name))
  return { values, total: rule.over(values, value(whole, name)), error: 0 }
}

function visitors(cells: Cells): Values {
  const whole = empty()
  for (const cell of cells) if (cell?.visitors) addVisitors(whole, cell.visitors)
  return {
    values: cells.map((cell) => cell?.visitors?.count() ?? 0),
    total: whole.visitors?.count() ?? 0,
    error: whole.visitors?.error ?? 0,
  }
}

function sumOf({ plus, minus }: Extract<Term, { kind: 'sum' }>, cells: Cells, buckets: Buckets): Values {
  const sum: Values = { values: cells.map(() => 0), total: 0, error: 0 }
  const include = (term: Term, sign: 1 | -1) => {
    const { values, total, error } = valuesOf(term, cells, buckets)
    for (const [i, each] of values.entries()) sum.values[i]! += sign * each
    sum.total += sign * total
    sum.error = Math.max(sum.error, error)
  }
  for (const term of plus) include(term, 1)
  for (const term of minus) include(term, -1)
  return sum
}
