import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { decode, encode, extentOf, NewerChunk } from '../../../worker/rollup/archive'
import { expand, keyOf, typesOf } from '../../../worker/rollup/dimension'
import { value } from '../../../worker/rollup/cell'
import { Fragment } from '../../../worker/rollup/fragment'
import { Matches } from '../../../worker/rollup/matches'
import { type Match, scan, type Search } from '../../../worker/rollup/scan'
import type { Filter } from '../../../worker/rollup/where'
import { visits } from './visits'

const START = Date.UTC(2026, 10, 21, 9)
const MINUTE = 60_000
const EVER = { from: START - 1e9, to: START + 1e9 }

interface Found {
  at: number
  keys: string[]
  metrics: Record<string, number>
  gauges: Record<string, number>
  visitor: number | undefined
}

const paired = (names: readonly string[], numbers: readonly number[]) =>
  Object.fromEntries(names.map((name, i) => [name, numbers[i]!]))

function found(chunks: readonly Uint8Array[], search: Search): Found[] {
  const all: Found[] = []
  const take = ({ at, keys, names, values, gauges, measured, visitor }: Match) =>
    all.push({
      at,
      keys: keys.toSorted(),
      metrics: paired(names, values),
      gauges: paired(gauges, measured),
      visitor,
    })
  for (const chunk of chunks) scan(chunk, search, take)
  return all
}

/** The slowest way there is: each event on its own, by what it expands to. */
function naively(events: readonly Event[], { type, path, depth, filter, from, to }: Search): Found[] {
  return events.flatMap((event) => {
    const paths = expand(event.dimensions)
    const counted = new Set(paths.map(keyOf))
    const metrics = { hits: 1, ...event.metrics }
    const keys = paths
      .filter((each) => path.every((name, i) => each[i] === name) && each.length <= path.length + depth)
      .map(keyOf)
    const isIn = event.at >= from && event.at < to && typesOf(event.type).includes(type)
    if (!isIn || !keys.length || (filter && !holds(filter, counted, metrics))) return []
    const { at, gauges = {}, visitor } = event
    return [{ at, keys: keys.toSorted(), metrics, gauges, visitor }]
  })
}

function holds(filter: Filter, counted: Set<string>, metrics: Record<string, number>): boolean {
  switch (filter.kind) {
    case 'all':
      return filter.of.every((each) => holds(each, counted, metrics))
    case 'any':
      return filter.of.some((each) => holds(each, counted, metrics))
    case 'not':
      return !holds(filter.filter, counted, metrics)
    case 'path':
      return counted.has(keyOf(filter.path))
    case 'metric': {
      const [a, b] = [metrics[filter.name] ?? 0, filter.than]
      return { gt: a > b, gte: a >= b, lt: a < b, lte: a <= b, eq: a === b }[filter.is]
    }
  }
}

// Few names, so that filters meet what they ask for.
const name = fc.constantFrom('a', 'b', 'c', '__proto__', '5')
const { dimensions } = fc.letrec<{ dimensions: Dimensions }>((tie) => ({
  dimensions: fc.oneof(
    { maxDepth: 3 },
    name,
    fc.constantFrom(5, true, false, null, ''),
    fc.array(name, { maxLength: 3 }),
    fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 3 }),
    fc.array(tie('dimensions'), { maxLength: 2 }),
    fc.dictionary(fc.oneof(name, fc.constant('')), tie('dimensions'), { maxKeys: 3 }),
  ),
}))
const numbers = fc.dictionary(fc.constantFrom('hits', 'dollars', 'x'), fc.integer({ min: -2, max: 2 }), { maxKeys: 3 })
const measured = fc.dictionary(fc.constantFrom('queue', 'x'), fc.integer({ min: -2, max: 2 }), {
  minKeys: 1,
  maxKeys: 2,
})
const event: fc.Arbitrary<Event> = fc.record(
  {
    at: fc.integer({ min: START, max: START + MINUTE }),
    type: fc.constantFrom('pageview', 'request', 'request.sql', 'requests'),
    dimensions,
    metrics: numbers,
    gauges: measured,
    visitor: fc.integer({ min: 0, max: 9 }),
  },
  { requiredKeys: ['at', 'type', 'dimensions', 'metrics'] },
)
const path = fc.array(name, { maxLength: 3 })
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('path' as const), path: fc.array(name, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('metric' as const),
      name: fc.constantFrom('hits', 'dollars', 'nowhere'),
      is: fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq'),
      than: fc.integer({ min: -2, max: 2 }),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({ kind: fc.constantFrom('all', 'any'), of: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
  ),
}))
const search: fc.Arbitrary<Search> = fc.record(
  {
    type: fc.constantFrom('request', 'request.sql', 'pageview'),
    path,
    depth: fc.integer({ min: 0, max: 3 }),
    filter,
    from: fc.constantFrom(EVER.from, START + MINUTE / 3),
    to: fc.constantFrom(EVER.to, START + MINUTE / 2),
  },
  { requiredKeys: ['type', 'path', 'depth', 'from', 'to'] },
)

test('finds what asking each event on its own finds', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), search, (events, asked) => {
      expect(found(encode(events), asked)).toEqual(naively(events, asked))
    }),
    { numRuns: 2_000 },
  )
})

describe('among visits', () => {
  const events = visits(5_000, { start: START, perSecond: 10 })
  const chunks = encode(events)
  const raw = chunks.flatMap((chunk) => [...decode(chunk)])
  const path = (...names: string[]): Filter => ({ kind: 'path', path: names })

  test.each<[string, Omit<Search, 'type' | 'from' | 'to'>]>([
    ['everything', { path: [], depth: 0 }],
    ['the countries but one', { path: ['country'], depth: 1, filter: { kind: 'not', filter: path('country', 'SE') } }],
    ['pages of one country', { path: ['page', 'shop.example'], depth: 1, filter: path('country', 'SE') }],
    [
      'long reads by phone from a campaign',
      {
        path: ['device', 'mobile'],
        depth: 0,
        filter: { kind: 'all', of: [path('campaign'), { kind: 'metric', name: 'seconds', is: 'gt', than: 30 }] },
      },
    ],
    [
      'phones, or long reads on whatever else',
      {
        path: [],
        depth: 1,
        filter: {
          kind: 'any',
          of: [path('device', 'mobile'), { kind: 'metric', name: 'seconds', is: 'gt', than: 30 }],
        },
      },
    ],
  ])('finds %s', (_, asked) => {
    const matches = found(chunks, { type: 'pageview', ...EVER, ...asked })
    expect(matches.length).toBeGreaterThan(0)
    expect(matches).toEqual(naively(raw, { type: 'pageview', ...EVER, ...asked }))
  })

  test('finds nothing of another type, another time, another name', () => {
    const asked: Search = { type: 'pageview', path: [], depth: 0, ...EVER }
    const { first, last } = extentOf(chunks[0]!)
    expect(found(chunks, { ...asked, type: 'page' })).toEqual([])
    expect(found(chunks, { ...asked, to: first })).toEqual([])
    expect(found(chunks, { ...asked, to: first + 1 }).every(({ at }) => at === first)).toBe(true)
    expect(found(chunks, { ...asked, from: last, to: last })).toEqual([])
    expect(found(chunks, { ...asked, from: last + 1 })).toEqual([])
    expect(found(chunks, { ...asked, path: ['nowhere'] })).toEqual([])
    expect(found(chunks, { ...asked, filter: path('country', 'Atlantis') })).toEqual([])
  })
})

test('refuses a chunk of a newer release', () => {
  const chunk = encode(visits(1, { start: START, perSecond: 1 }))[0]!
  chunk[0] = 2
  expect(() => found([chunk], { type: 'pageview', path: [], depth: 0, ...EVER })).toThrow(NewerChunk)
})

test('sums matches as a fragment does', () => {
  const unit = 10_000
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), path, fc.nat(2), (events, asked, depth) => {
      const fragment = new Fragment()
      for (const each of events) fragment.add(each)
      const matches = new Matches((at) => Math.floor(at / unit) * unit)
      for (const chunk of encode(events)) {
        scan(chunk, { type: 'request', path: asked, depth, ...EVER }, (match) => matches.take(match))
      }
      let cells = 0
      for (const { type, path: key, start, cell } of fragment.cells()) {
        const names = key === '' ? [] : key.split('\x1f')
        const isAsked = asked.every((each, i) => names[i] === each) && names.length <= asked.length + depth
        if (type !== 'request' || !isAsked) continue
        cells++
        const same = matches.series.get(key)?.get(start)
        for (const metric of cell.names) expect(value(same, metric)).toBe(value(cell, metric))
        expect(same?.names.toSorted()).toEqual(cell.names.toSorted())
        expect(same?.gauges).toEqual(cell.gauges)
        expect(same?.visitors?.encode()).toEqual(cell.visitors?.encode())
      }
      expect(matches.size).toBe(cells)
    }),
    { numRuns: 500 },
  )
})
