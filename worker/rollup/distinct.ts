/**
 * What stands for `visitors`. Distinct people come from sketches, and most sketches hold hashes salted by the day: the
 * same person is another one tomorrow. So above a day the answer is the exact count of first-of-the-week (month, year…)
 * flags, where the path describes an audience; elsewhere it is a sum over days, and is called so. Only where a site names
 * its visitors itself are sketches unions over any time.
 */
import type { Path } from '../../sdk/wire/event'
import type { Interval } from '../../sdk/wire/query'
import { type Cell, value } from './cell'
import { dateOf, type Zones } from './interval'
import type { Metric } from './metric'
import type { Term } from './term'

/** Dimensions whose value a person keeps over a session: first visits under them are that value's visitors. */
const AUDIENCE = new Set('country network language browser os device referrer source channel campaign'.split(' '))

/** The count of browsers that were there for the first time in such a bucket. */
const FIRSTS: Partial<Record<Interval, string>> = {
  week: 'visitors_week',
  month: 'visitors_month',
  quarter: 'visitors_quarter',
  year: 'visitors_year',
  all: 'visitors_ever',
}
const FIRST_OF_DAY = 'visitors_day'
const SUM_OF_DAYS = 'daily_visitors'

export interface Asked {
  metric: Metric
  path: Path
  interval: Interval
  cells: readonly (Cell | undefined)[]
  starts: readonly number[]
  zones: Zones
}

export interface Standing {
  metric: Metric
  /** What `visitors` means in the total, where that is not the distinct people of the whole range. */
  totalIs?: string
}

export function standing(asked: Asked): Standing {
  const { metric, starts, zones } = asked
  if (!asksVisitors(metric)) return { metric }
  const { first, name } = choose(asked)
  const chosen = first ? replaced(metric, { kind: 'read', name: first, as: 'plain' }) : metric
  if (name !== undefined) return named(chosen, name)
  // A sum over weeks of a week's visitors, or over days of a day's.
  if (first) return { metric: chosen, ...(starts.length > 1 && { totalIs: first }) }
  return { metric: chosen, ...(isDaily(asked.cells) && spansDays(starts, zones) && { totalIs: SUM_OF_DAYS }) }
}

const asksVisitors = ({ over, under }: Metric): boolean => [over, under].some((term) => term && holds(term))

/** Whether a metric is answered from sketches at all. */
export const readsSketches = ({ over, under }: Metric): boolean =>
  [over, under].some((term) => term && isSketched(term))

const isSketched = (term: Term): boolean =>
  term.kind === 'sum' ? [...term.plus, ...term.minus].some(isSketched) : term.kind === 'visitors'

/** The metric that is read in place of sketches, and the name under which it must be shown, if not as asked. */
function choose({ path, interval, cells }: Asked): { first?: string; name?: string } {
  const first = FIRSTS[interval]
  const isAudience = path.length === 0 || AUDIENCE.has(path[0]!)
  const counts = (metric: string) => isAudience && cells.some((cell) => value(cell, metric) !== 0)
  if (first) {
    if (counts(first)) return { first }
    return isDaily(cells) ? { name: SUM_OF_DAYS } : {}
  }
  if (cells.some((cell) => cell?.visitors) || !counts(FIRST_OF_DAY)) return {}
  return { first: FIRST_OF_DAY, ...(interval !== 'day' && { name: FIRST_OF_DAY }) }
}

const isDaily = (cells: readonly (Cell | undefined)[]): boolean => cells.some((cell) => cell?.visitors?.daily)

const spansDays = (starts: readonly number[], zones: Zones): boolean =>
  starts.length > 1 && dateOf(starts[0]!, zones) !== dateOf(starts.at(-1)!, zones)

/** In a derived metric's name there is nothing to replace: its total says it. */
function named(metric: Metric, name: string): Standing {
  const text = metric.text.replace(/(^|\/)visitors(?=$|[/:])/g, `$1${name}`)
  return text === metric.text ? { metric, totalIs: name } : { metric: { ...metric, text } }
}

const holds = (term: Term): boolean =>
  term.kind === 'sum' ? [...term.plus, ...term.minus].some(holds) : term.kind === 'visitors' && term.name === 'visitors'

function replaced({ over, under, ...rest }: Metric, by: Term): Metric {
  const swap = (term: Term): Term => {
    if (term.kind === 'sum') return { kind: 'sum', plus: term.plus.map(swap), minus: term.minus.map(swap) }
    return holds(term) ? by : term
  }
  return { ...rest, over: swap(over), ...(under && { under: swap(under) }) }
}
