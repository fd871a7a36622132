/**
 * A graph as CSV (RFC 4180): a row a point, times in UTC. Names come from strangers and spreadsheets run formulas, so a
 * text that begins like one is shown with an apostrophe before it.
 */
import type { Path } from '../../sdk/wire/event'
import type { Graph, Point, Series } from '../../sdk/wire/query'

const HEADER = ['start', 'dimension', 'metric', 'value']
const COMPARED = ['compare_start', 'compare_value']
const LINE_END = '\r\n'

const FORMULA = /^[=+\-@\t\r]/
const NUMBER = /^-?\d+(\.\d+)?$/
const NEEDS_QUOTES = /[",\r\n]/

type Value = string | number

export function csv({ series }: Graph): string {
  const isCompared = series.some(({ compare }) => compare)
  const rows = series.flatMap((each) => each.points.map((point, i) => rowOf(each, point, i)))
  return [[...HEADER, ...(isCompared ? COMPARED : [])], ...rows].map((row) => row.map(cell).join() + LINE_END).join('')
}

function rowOf({ dimension, metric, compare }: Series, [start, value]: Point, i: number): Value[] {
  const row = [timeText(start), dimensionText(dimension), metric, value]
  const under = compare?.points[i]
  return under ? [...row, timeText(under[0]), under[1]] : row
}

/** A plain number is one, whatever its sign and whoever chose it. */
function cell(value: Value): string {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const timeText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

/** `_` is the root, one name is itself, a longer path is a JSON list. */
const dimensionText = (path: Path): string =>
  path.length === 0 ? '_' : path.length === 1 ? path[0]! : JSON.stringify(path)
