/**
 * The metric language: a name, a ratio `a/b`, a running total `m:+`, the last value carried on `m:_`, and constants.
 * A ratio is a/b in each bucket and sum/sum in totals, 0 where b is 0. A parsed metric is plain data: it travels in
 * questions from one object to another.
 */
import { type Cell, empty, merge, value } from './cell'
import { type Buckets, daysInMonths, isUnit, lengths, type Unit } from './length'

/** One side of a ratio: metrics added and taken away, or a constant. */
type Term =
  | { kind: 'sum'; plus: readonly string[]; minus: readonly string[] }
  | { kind: 'number'; number: number }
  | { kind: 'length'; unit: Unit }
  | { kind: 'count' }
  | { kind: 'daysInMonth' }

type Mode = 'plain' | 'running' | 'carried'

export interface Metric {
  /** As asked. */
  text: string
  over: Term
  under?: Term
  mode: Mode
}

/** By bucket, and over all of them. */
interface Values {
  values: number[]
  total: number
}

const sum = (plus: readonly string[], minus: readonly string[] = []): Term => ({ kind: 'sum', plus, minus })

/** Metrics that are made of others. */
const derived: Record<string, { over: Term; under: Term }> = {
  bounce_rate: { over: sum(['sessions'], ['engaged']), under: sum(['sessions']) },
  pages_per_session: { over: sum(['hits']), under: sum(['sessions']) },
  seconds_per_session: { over: sum(['seconds']), under: sum(['sessions']) },
}

const MODES: Record<string, Mode> = {
  '+': 'running',
  sum: 'running',
  add: 'running',
  cumulative: 'running',
  _: 'carried',
  set: 'carried',
  last: 'carried',
  level: 'carried',
  count: 'plain',
}

/** A metric's name is at most 256 bytes; a ratio has two of them. */
const MOST_CHARACTERS = 520
const NUMBER = /^-?(\d+\.?\d*|\.\d+)$/

export function parseMetric(text: string): Metric | { problem: string } {
  const problem = { problem: `"${text.slice(0, 80)}" is not a metric: write a name, a/b, name:+ or name:_` }
  if (text.length > MOST_CHARACTERS) return { problem: `a metric is at most ${MOST_CHARACTERS} characters` }
  const [ratio = '', suffix = 'count', ...rest] = text.split(':')
  const mode = Object.hasOwn(MODES, suffix) ? MODES[suffix] : undefined
  if (!mode || rest.length > 0) return problem
  if (Object.hasOwn(derived, ratio)) return { text, mode, ...derived[ratio]! }
  const sides = ratio.split('/')
  const [over, under] = sides.map(termOf)
  if (!over || sides.length > 2 || sides.includes('')) return problem
  return { text, mode, over, ...(under && { under }) }
}

function termOf(name: string): Term {
  if (NUMBER.test(name)) return { kind: 'number', number: Number(name) }
  if (isUnit(name)) return { kind: 'length', unit: name }
  if (name === '_count') return { kind: 'count' }
  if (name === '_days_in_month') return { kind: 'daysInMonth' }
  return sum([name])
}

/** A bucket without events has no cell. */
export function evaluate(
  { over, under, mode }: Metric,
  cells: readonly (Cell | undefined)[],
  buckets: Buckets,
): { points: number[]; total: number } {
  const above = valuesOf(over, cells, buckets)
  const below = under && valuesOf(under, cells, buckets)
  const plain = below ? above.values.map((each, i) => divided(each, below.values[i]!)) : above.values
  const points = MODE[mode](plain)
  if (mode === 'carried') return { points, total: points.at(-1) ?? 0 }
  return { points, total: below ? divided(above.total, below.total) : above.total }
}

function valuesOf(term: Term, cells: readonly (Cell | undefined)[], buckets: Buckets): Values {
  const same = (each: number, total: number): Values => ({ values: cells.map(() => each), total })
  switch (term.kind) {
    case 'sum': {
      const whole = empty()
      for (const cell of cells) if (cell) merge(whole, cell)
      return { values: cells.map((cell) => sumOf(term, cell)), total: sumOf(term, whole) }
    }
    case 'number':
      return same(term.number, term.number)
    case 'count':
      return same(1, cells.length)
    case 'length': {
      const values = lengths(term.unit, buckets)
      return { values, total: values.reduce((total, each) => total + each, 0) }
    }
    case 'daysInMonth':
      return daysInMonths(buckets)
  }
}

function sumOf({ plus, minus }: Extract<Term, { kind: 'sum' }>, cell: Cell | undefined): number {
  let total = 0
  for (const name of plus) total += value(cell, name)
  for (const name of minus) total -= value(cell, name)
  return total
}

const divided = (a: number, b: number): number => (b === 0 ? 0 : a / b)

const MODE: Record<Mode, (values: readonly number[]) => number[]> = {
  plain: (values) => [...values],
  running: (values) => {
    let total = 0
    return values.map((each) => (total += each))
  },
  carried: (values) => {
    let last = 0
    return values.map((each) => (last = each || last))
  },
}
