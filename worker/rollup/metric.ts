/**
 * The metric language: a name, `max(name)` and its like, a ratio `a/b`, a running total `m:+`, the last value carried on
 * `m:_`, constants, and derived metrics by their name. A ratio is a/b in each bucket and sum/sum in totals, 0 where b is
 * 0. A parsed metric is plain data: it travels in questions from one object to another.
 */
import type { Cell } from './cell'
import { type Derived, derived } from './derived'
import type { Buckets } from './length'
import { FUNCTIONS, type Term, termOf, valuesOf } from './term'

export type { Derived } from './derived'

type Mode = 'plain' | 'running' | 'carried'

export interface Metric {
  /** As asked. */
  text: string
  over: Term
  under?: Term
  mode: Mode
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
const MOST_CHARACTERS = 540

/** `more` are the site's own derived metrics; those of this house come first. */
export function parseMetric(text: string, more: Record<string, Derived> = {}): Metric | { problem: string } {
  if (text.length > MOST_CHARACTERS) return { problem: `a metric is at most ${MOST_CHARACTERS} characters` }
  const problem = {
    problem: `"${text.slice(0, 80)}" is not a metric: write a name, a/b, name:+, name:_, or ${FUNCTIONS.join(', ')} of one, as in max(name)`,
  }
  const [ratio = '', suffix = 'count', ...rest] = text.split(':')
  const mode = Object.hasOwn(MODES, suffix) ? MODES[suffix] : undefined
  if (!mode || rest.length > 0) return problem
  const sides = ratio.split('/')
  if (sides.length > 2) return problem
  const [over, under] = sides.map((name, i) => sideOf(name, i === 0 ? countedTermOf : termOf, more))
  if (!over || (sides.length === 2 && !under)) return problem
  if (!under) return { text, mode, ...over }
  if (over.under || under.under) return { problem: `"${text.slice(0, 80)}" divides what is a ratio already` }
  return { text, mode, over: over.over, under: under.over }
}

/** The script counts the seconds that pages are read, and they are asked for by that name; what is divided by seconds is divided by time. */
const countedTermOf: typeof termOf = (name) => (name === 'seconds' ? { kind: 'read', name, as: 'plain' } : termOf(name))

function sideOf(
  name: string,
  termOf: (name: string) => Term | undefined,
  more: Record<string, Derived>,
): Pick<Metric, 'over' | 'under'> | undefined {
  const known = [derived, more].find((table) => Object.hasOwn(table, name))?.[name]
  const over = known ? sumOf(known) : termOf(name)
  const under = known?.per && sumOf(known.per)
  return over && { over, ...(under && { under }) }
}

function sumOf({ plus, minus = [] }: Omit<Derived, 'per'>): Term {
  return { kind: 'sum', plus: plus.flatMap(partOf), minus: minus.flatMap(partOf) }
}

/** `seconds` and its like are counted metrics here. What is no term counts nothing; who stores definitions asks `derivedOf`. */
function partOf(name: string): Term[] {
  const term = termOf(name)
  if (term?.kind === 'length') return [{ kind: 'read', name, as: 'plain' }]
  return term ? [term] : []
}

export interface Evaluated {
  points: number[]
  total: number
  /** The relative standard error of the total; 0 where nothing is estimated. */
  error: number
}

/** A bucket without events has no cell. */
export function evaluate(
  { over, under, mode }: Metric,
  cells: readonly (Cell | undefined)[],
  buckets: Buckets,
): Evaluated {
  const above = valuesOf(over, cells, buckets)
  const below = under && valuesOf(under, cells, buckets)
  const plain = below ? above.values.map((each, i) => divided(each, below.values[i]!)) : above.values
  const points = MODE[mode](plain)
  const error = Math.max(above.error, below?.error ?? 0)
  if (mode === 'carried') return { points, total: points.at(-1) ?? 0, error }
  return { points, total: below ? divided(above.total, below.total) : above.total, error }
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

/** Whether the total is the same from one bucket as from many. */
export const isSum = ({ over, under, mode }: Metric): boolean =>
  mode !== 'carried' && isSumOf(over) && (under === undefined || isSumOf(under))

function isSumOf(term: Term): boolean {
  if (term.kind === 'sum') return term.plus.every(isSumOf) && term.minus.every(isSumOf)
  return term.kind === 'number' || (term.kind === 'read' && term.as === 'plain')
}
