/**
 * The metric language: a name, a ratio `a/b`, a running total `m:+`, the last value carried on `m:_`, and constants.
 * A ratio is a/b in each bucket and sum/sum in totals, 0 where b is 0. Named derived metrics are data.
 */
import { type Cell, valueOf } from './cell'

const SECOND = 1_000
const DAY = 86_400 * SECOND

/** One side of a ratio: metrics added and taken away, or a constant of the bucket. */
type Term =
  | { kind: 'sum'; plus: readonly string[]; minus: readonly string[] }
  | { kind: 'constant'; of(facts: BucketFacts): number; total(facts: readonly BucketFacts[]): number }

type Mode = 'plain' | 'running' | 'carried'

export interface Metric {
  /** As asked. */
  text: string
  over: Term
  under?: Term
  mode: Mode
}

interface BucketFacts {
  start: number
  end: number
}

/** Metrics that are made of others. */
const derived: Record<string, { over: Term; under: Term }> = {
  bounce_rate: { over: { kind: 'sum', plus: ['sessions'], minus: ['engaged'] }, under: sum('sessions') },
  pages_per_session: { over: sum('hits'), under: sum('sessions') },
  seconds_per_session: { over: sum('seconds'), under: sum('sessions') },
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

const UNITS: Record<string, number> = {
  seconds: SECOND,
  minutes: 60 * SECOND,
  hours: 3_600 * SECOND,
  days: DAY,
  weeks: 7 * DAY,
  months: (365.2425 / 12) * DAY,
  years: 365.2425 * DAY,
}

function sum(...plus: string[]): Term {
  return { kind: 'sum', plus, minus: [] }
}

const summed = (of: (facts: BucketFacts) => number): Term => ({
  kind: 'constant',
  of,
  total: (facts) => facts.reduce((total, each) => total + of(each), 0),
})

export function parseMetric(text: string): Metric | { problem: string } {
  const problem = { problem: `"${text}" is not a metric: write a name, a/b, name:+ or name:_` }
  if (text.length > MOST_CHARACTERS) return { problem: `a metric is at most ${MOST_CHARACTERS} characters` }
  const [ratio = '', mode = 'count', ...rest] = text.split(':')
  const known = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined
  if (!known || rest.length || !ratio) return problem
  if (Object.hasOwn(derived, ratio)) return { text, mode: known, ...derived[ratio]! }
  const sides = ratio.split('/')
  if (sides.length > 2 || sides.some((side) => !side)) return problem
  const [over, under] = sides.map(termOf)
  return { text, mode: known, over: over!, ...(under && { under }) }
}

const MOST_CHARACTERS = 256

function termOf(name: string): Term {
  if (/^-?\d+(\.\d+)?$/.test(name)) {
    const value = Number(name)
    return { kind: 'constant', of: () => value, total: () => value }
  }
  if (Object.hasOwn(UNITS, name)) return summed(({ start, end }) => (end - start) / UNITS[name]!)
  if (name === '_count') return { kind: 'constant', of: () => 1, total: (facts) => facts.length }
  if (name === '_days_in_month') return summed(({ start }) => daysInMonth(start))
  return sum(name)
}

/** Of the month in which the bucket begins; half a day on, so that no zone's midnight falls into the month before. */
function daysInMonth(start: number): number {
  const day = new Date(start + DAY / 2)
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()
}

/** Values by bucket, and over all of them. A bucket without events is undefined; `end` is the last one's end. */
export function evaluate(
  { over, under, mode }: Metric,
  cells: readonly (Cell | undefined)[],
  starts: readonly number[],
  end: number,
): { values: number[]; total: number } {
  const facts = starts.map((start, i) => ({ start, end: starts[i + 1] ?? end }))
  const side = (term: Term) => ({
    values: cells.map((cell, i) => (term.kind === 'sum' ? sumOf(term, cell) : term.of(facts[i]!))),
    total: term.kind === 'sum' ? precise(cells.map((cell) => sumOf(term, cell))) : term.total(facts),
  })
  const above = side(over)
  const below = under && side(under)
  const values = below ? above.values.map((value, i) => divided(value, below.values[i]!)) : above.values
  const total = below ? divided(above.total, below.total) : above.total
  return { values: MODE_OF_VALUES[mode](values), total: mode === 'carried' ? (carried(values).at(-1) ?? 0) : total }
}

const sumOf = ({ plus, minus }: Extract<Term, { kind: 'sum' }>, cell: Cell | undefined): number =>
  plus.reduce((total, name) => total + valueOf(cell, name), 0) -
  minus.reduce((total, name) => total + valueOf(cell, name), 0)

const divided = (a: number, b: number): number => (b === 0 ? 0 : a / b)

const precise = (values: number[]): number => {
  let value = 0
  let carry = 0
  for (const each of values) {
    const next = value + each
    carry += Math.abs(value) >= Math.abs(each) ? value - next + each : each - next + value
    value = next
  }
  return value + carry
}

function running(values: readonly number[]): number[] {
  let total = 0
  return values.map((value) => (total += value))
}

function carried(values: readonly number[]): number[] {
  let last = 0
  return values.map((value) => (last = value || last))
}

const MODE_OF_VALUES: Record<Mode, (values: number[]) => number[]> = {
  plain: (values) => values,
  running,
  carried,
}

/** Named metrics that are made of others, for listings. */
export const DERIVED = Object.keys(derived)
