/** Events as a Readable, summed the plain way: what a question is tried on without storage. */
import type { Event } from '../../../sdk/wire/event'
import { Fragment } from '../../../worker/rollup/fragment'
import { keyOf, pathOf } from '../../../worker/rollup/dimension'
import { floor } from '../../../worker/rollup/interval'
import { type Cells, mergeAt } from '../../../worker/whale/pending'
import type { Readable } from '../../../worker/whale/reader'

export const NOON = Date.parse('2026-03-10T12:00:00Z')
export const HOUR = 3_600_000
export const UTC = [{ from: 0, zone: 'UTC' }]

export function event(
  dimensions: Event['dimensions'],
  metrics: Event['metrics'] = {},
  more: Partial<Event> = {},
): Event {
  return { at: NOON, type: 'sale', dimensions, metrics, ...more }
}

export function holding(events: readonly Event[]): Readable {
  const fragment = new Fragment()
  for (const each of events) fragment.add(each)
  const placed = [...fragment.cells()]
  const series: Readable['series'] = (type, path, { interval, from, to, zones }) => {
    const cells: Cells = new Map()
    for (const each of placed) {
      if (each.type !== type || each.path !== path || each.start < from || each.start >= to) continue
      mergeAt(cells, floor(interval, each.start, zones), each.cell)
    }
    return cells
  }
  return {
    series,
    children: (type, parent, span) => {
      const depth = pathOf(parent).length
      const keys = placed
        .map(({ path }) => path)
        .filter((path) => pathOf(path).length === depth + 1 && keyOf(pathOf(path).slice(0, -1)) === parent)
      const found = [...new Set(keys)].map((key) => [key, series(type, key, span)] as const)
      return new Map(found.filter(([, cells]) => cells.size > 0))
    },
  }
}
