import { expect, test } from 'vitest'
import type { Event } from '../../../sdk/wire/event'
import { value } from '../../../worker/rollup/cell'
import { keyOf } from '../../../worker/rollup/dimension'
import { Fragment } from '../../../worker/rollup/fragment'
import type { Interval } from '../../../sdk/wire/query'
import { FragmentReader } from '../../../worker/whale/fragment-reader'
import type { Cells } from '../../../worker/whale/pending'

const START = Date.UTC(2026, 10, 21)
const MINUTE = 60_000

const event = (minutes: number, dimensions: Event['dimensions'], visitor?: number): Event => ({
  at: START + minutes * MINUTE,
  type: 'sale.online',
  dimensions,
  metrics: {},
  ...(visitor !== undefined && { visitor: visitor * 5_000_000 }),
})

function readerOf(...events: Event[]): FragmentReader {
  const fragment = new Fragment()
  for (const each of events) fragment.add(each)
  return new FragmentReader(fragment)
}

const span = (interval: Interval, from = 0, to = 24 * 60, sketches = false) => ({
  interval,
  from: START + from * MINUTE,
  to: START + to * MINUTE,
  zones: [{ from: 0, zone: 'Asia/Kolkata' }],
  sketches,
})

const hits = (cells: Cells) => [...cells].map(([start, cell]) => [(start - START) / MINUTE, value(cell, 'hits')])

test('sums its cells into the interval asked, in the zone asked, within the span', () => {
  const reader = readerOf(event(1, null), event(29, null), event(31, null), event(200, null))
  expect(hits(reader.series('sale', '', span('minute')))).toEqual([
    [1, 1],
    [29, 1],
    [31, 1],
    [200, 1],
  ])
  expect(hits(reader.series('sale.online', '', span('hour', -30)))).toEqual([
    [-30, 2],
    [30, 1],
    [150, 1],
  ])
  expect(hits(reader.series('sale', '', span('minute', 29, 31)))).toEqual([[29, 1]])
  expect(reader.series('nothing', '', span('day')).size).toBe(0)
})

test('has the children of a path, and of the root, that were there within the span', () => {
  const reader = readerOf(event(1, { shop: { a: 'x' } }), event(100, { shop: 'b', country: 'SE' }))
  const keys = (parent: string, from?: number, to?: number) => [
    ...reader.children('sale', parent, span('day', from, to)).keys(),
  ]
  expect(keys('')).toEqual(['country', 'shop'])
  expect(keys('shop')).toEqual([keyOf(['shop', 'a']), keyOf(['shop', 'b'])])
  expect(keys('shop', 50)).toEqual([keyOf(['shop', 'b'])])
  expect(keys(keyOf(['shop', 'a']))).toEqual([keyOf(['shop', 'a', 'x'])])
  expect(keys('elsewhere')).toEqual([])
})

test('has the visitors of a dimension together, where they are asked for', () => {
  const reader = readerOf(
    event(1, { country: 'SE' }, 1),
    event(2, { country: 'DE' }, 1),
    event(3, { country: 'DE' }, 2),
  )
  const visitors = (sketches: boolean) =>
    [...reader.series('sale', 'country', span('day', -330, 24 * 60, sketches)).values()].map((cell) =>
      cell.visitors?.count(),
    )
  expect(visitors(true)).toEqual([2])
  expect(visitors(false)).toEqual([undefined])
})

test('answers twice the same', () => {
  const reader = readerOf(event(1, { country: 'SE' }, 1), event(2, { country: 'DE' }, 2))
  const ask = () => hits(reader.series('sale', 'country', span('day', -330, 24 * 60, true)))
  expect(ask()).toEqual(ask())
})
