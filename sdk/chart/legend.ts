/** Which colour is which series: names in rows above the lines. */
import type { Graph, Series } from '../wire/query'
import { fitted, widthOf } from './text'

export interface Entry {
  index: number
  text: string
  /** From the left edge of the drawing; rows count from 0. */
  x: number
  row: number
}

/** The swatch and the gaps around it. */
export const SWATCH = 20
const GAP = 14
/** Beyond these rows the lines would have no room: the rest goes unnamed. */
const MOST_ROWS = 3

/** What differs between the series names them: the path, the metric, or both. */
export function namesOf({ series }: Graph, labels: readonly string[] = []): string[] {
  const metrics = new Set(series.map(({ metric }) => metric)).size > 1
  const paths = new Set(series.map(({ dimension }) => JSON.stringify(dimension))).size > 1
  return series.map(
    (each, i) =>
      labels[i] ?? [...(paths || !metrics ? [pathText(each)] : []), ...(metrics ? [each.metric] : [])].join(' · '),
  )
}

const pathText = ({ dimension }: Series): string => (dimension.length ? dimension.join(' › ') : 'all')

interface Room {
  fontSize: number
  left: number
  right: number
  mostRows: number
}

export function legend(names: readonly string[], { fontSize, left, right, mostRows }: Room): Entry[] {
  const entries: Entry[] = []
  let x = left
  let row = 0
  for (const [index, name] of names.entries()) {
    const text = fitted(name, fontSize, right - left - SWATCH)
    const width = SWATCH + widthOf(text, fontSize)
    if (x > left && x + width > right) {
      x = left
      row += 1
    }
    if (row >= Math.min(mostRows, MOST_ROWS)) break
    entries.push({ index, text, x, row })
    x += width + GAP
  }
  return entries
}
