import { describe, expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { type Cell, value } from '../../../worker/rollup/cell'
import { expand, keyOf } from '../../../worker/rollup/dimension'
import { type Scope, VISITORS, withoutEvent, withoutPart, withoutPath } from '../../../worker/rollup/erase'
import { cellsIn, encode, Fragment } from '../../../worker/rollup/fragment'

const event = (more: Partial<Event> = {}): Event => ({
  at: 1_000,
  type: 'request.sql',
  dimensions: { country: { SE: 'north' }, device: 'phone' },
  metrics: { dollars: 2 },
  ...more,
})

describe('takes a path and what is below it out of dimensions', () => {
  test.each<[Dimensions, string[], Dimensions]>([
    [{ a: 'b', c: 'd' }, ['a'], { c: 'd' }],
    [{ a: 'b', c: 'd' }, ['a', 'b'], { a: null, c: 'd' }],
    [{ a: { b: 'c', d: 'e' } }, ['a', 'b'], { a: { d: 'e' } }],
    [{ a: { b: { c: 'd' } } }, ['a', 'b', 'c', 'd'], { a: { b: { c: null } } }],
    [{ a: 5 }, ['a', '5'], { a: null }],
    [{ a: true }, ['a', 'true'], { a: null }],
    ['a', ['a'], null],
    [['t', 'a', 'x'], ['t', 'a'], ['t']],
    [['t', 'a', 'x'], ['t'], []],
    [{ way: ['phone', 'x', 'deep'] }, ['way', 'phone', 'x'], { way: ['phone'] }],
    [
      [['t', 'a'], ['t', 'b'], ['u']],
      ['t', 'a'],
      [['t', 'b'], ['u']],
    ],
    [[['t', 'a'], ['t', 'b'], ['u']], ['t'], [['u']]],
    [[['t', 'a']], ['t', 'a'], null],
  ])('%j without %j', (dimensions, path, left) => {
    expect(withoutPath(dimensions, path)).toEqual(left)
    const [before, after] = [dimensions, withoutPath(dimensions, path)].map((each) => expand(each).map(keyOf))
    const root = keyOf(path)
    const staying = before!.filter((key) => key !== root && !key.startsWith(`${root}\x1f`))
    expect(after!.toSorted()).toEqual(staying.toSorted())
  })

  test.each<[Dimensions, string[]]>([
    [{ a: 'b' }, ['b']],
    [{ a: 'b' }, ['a', 'c']],
    [{ a: 'b' }, ['a', 'b', 'c']],
    [['t', 'a'], ['a']],
    [
      ['t', 'a'],
      ['t', 'a', 'x'],
    ],
    [[['t', 'a']], ['t', 'b']],
    [null, ['a']],
    [{ constructor: 'x' }, ['toString']],
  ])('%j has no %j, and stays the same object', (dimensions, path) => {
    expect(withoutPath(dimensions, path)).toBe(dimensions)
  })
})

describe('takes out of an event', () => {
  test.each<[string, Scope, Event | undefined]>([
    ['its type', { type: 'request' }, undefined],
    ['its type, of which the parent still counts it', { type: 'request.sql' }, event({ type: 'request' })],
    ['nothing of another type', { type: 'req' }, event()],
    ['nothing of a type below', { type: 'request.sql.read' }, event()],
    ['a path', { path: ['country'] }, event({ dimensions: { device: 'phone' } })],
    ['a path of its type', { type: 'request', path: ['device'] }, event({ dimensions: { country: { SE: 'north' } } })],
    ['no path of another type', { type: 'view', path: ['device'] }, event()],
    ['a metric', { metric: 'dollars' }, event({ metrics: {} })],
    ['hits, which it does not name', { metric: 'hits' }, event({ metrics: { dollars: 2, hits: 0 } })],
  ])('%s', (_, scope, left) => {
    expect(withoutEvent(event(), scope)).toEqual(left)
  })

  test('a gauge, and leaves the others', () => {
    const measured = event({ gauges: { heat: 20, rain: 1 } })
    expect(withoutEvent(measured, { metric: 'heat' })).toEqual(event({ gauges: { rain: 1 } }))
    expect(withoutEvent(event({ gauges: { heat: 20 } }), { metric: 'heat' })).toEqual(event())
  })

  test('who it was, where visitors go', () => {
    expect(withoutEvent(event({ visitor: 7, daily: true }), { metric: VISITORS })).toEqual(event())
    expect(withoutEvent(event({ visitor: 7, daily: true }), { metric: 'dollars' })).toEqual(
      event({ metrics: {}, visitor: 7, daily: true }),
    )
  })

  test('all of it where it is the visitor’s own, by the site’s own word for him', () => {
    expect(withoutEvent(event({ visitor: 7 }), { visitor: 7 })).toBeUndefined()
    for (const other of [event({ visitor: 8 }), event({ visitor: 7, daily: true }), event()]) {
      expect(withoutEvent(other, { visitor: 7 })).toBe(other)
    }
  })
})

/** What each scope leaves of a part must be what is counted of the events that it leaves. */
describe('takes the same out of a part as out of its events', () => {
  const events = [
    event({ visitor: 7, gauges: { heat: 20 } }),
    event({ type: 'request', metrics: {} }),
    event({ type: 'view.page', dimensions: { page: ['shop', '/a'] }, visitor: 9, daily: true }),
    event({
      type: 'view',
      dimensions: [
        ['t', 'a'],
        ['t', 'b'],
      ],
      metrics: { hits: 3 },
    }),
  ]
  const folded = (from: readonly Event[]): Uint8Array[] => {
    const fragment = new Fragment()
    for (const each of from) fragment.add(each)
    return encode(fragment)
  }
  const shown = (parts: readonly Uint8Array[]) =>
    parts.flatMap((part) => [...cellsIn(part)]).map(({ type, path, cell }) => [type, path, numbersOf(cell)])

  const numbersOf = (cell: Cell) => ({
    ...Object.fromEntries(cell.names.map((name) => [name, value(cell, name)])),
    gauges: [...(cell.gauges?.keys() ?? [])],
    visitors: cell.visitors?.count() ?? 0,
  })

  test.each<[Scope]>([
    [{ type: 'request' }],
    [{ type: 'request.sql' }],
    [{ type: 'view.page' }],
    [{ path: ['country', 'SE'] }],
    [{ path: ['t', 'a'] }],
    [{ type: 'request', path: ['device'] }],
    [{ metric: 'hits' }],
    [{ metric: 'dollars' }],
    [{ metric: 'heat' }],
    [{ type: 'view', metric: 'hits' }],
  ])('%j', (scope) => {
    const [part] = folded(events)
    const left = events.map((each) => withoutEvent(each, scope)).filter((each) => each !== undefined)
    const expected = shown(folded(left))
    const isSame = scope.type !== 'request' || scope.path === undefined
    if (isSame) expect(shown(withoutPart(part!, scope))).toEqual(expected)
    else expect(withoutPart(part!, scope)).not.toEqual([part])
  })

  test.each<[Scope]>([[{ type: 'nothing' }], [{ path: ['nowhere'] }], [{ metric: 'nothing' }], [{ visitor: 7 }]])(
    'nothing for %j: it is the part itself',
    (scope) => {
      const [part] = folded(events)
      expect(withoutPart(part!, scope)[0]).toBe(part)
    },
  )

  test('all of it, where nothing is left', () => {
    const [part] = folded([event()])
    expect(withoutPart(part!, { type: 'request' })).toEqual([])
  })
})
