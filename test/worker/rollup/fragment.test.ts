import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { add, type Cell, empty, value } from '../../../worker/rollup/cell'
import { expand, keyOf, pathOf, typesOf } from '../../../worker/rollup/dimension'
import {
  cellsIn,
  childrenIn,
  decode,
  encode,
  extentIn,
  Fragment,
  NewerPart,
  seriesIn,
} from '../../../worker/rollup/fragment'

const START = Date.UTC(2026, 10, 21, 9)

const fragmentOf = (events: readonly Event[]): Fragment => {
  const fragment = new Fragment()
  for (const event of events) fragment.add(event)
  return fragment
}

/** Every number by place, each place once. */
function numbers(cells: Iterable<{ type: string; path: string; start: number; cell: Cell }>): Map<string, number> {
  const all = new Map<string, number>()
  for (const { type, path, start, cell } of cells) {
    for (const name of cell.names) {
      const place = JSON.stringify([type, path, start, name])
      all.set(place, (all.get(place) ?? 0) + value(cell, name))
    }
  }
  return all
}

/** What should come out, by the slowest way there is: exact sums of whole thousandths. */
function recount(events: readonly Event[]): Map<string, number> {
  const all = new Map<string, bigint>()
  for (const { at, type, dimensions, metrics } of events) {
    for (const [name, number] of Object.entries({ hits: 1, ...metrics })) {
      if (number === 0) continue
      for (const each of typesOf(type)) {
        for (const path of expand(dimensions)) {
          const place = JSON.stringify([each, keyOf(path), Math.floor(at / 10_000) * 10_000, name])
          all.set(place, (all.get(place) ?? 0n) + BigInt(Math.round(number * 1000)))
        }
      }
    }
  }
  return new Map([...all].map(([place, thousandths]) => [place, Number(thousandths) / 1000]))
}

function expectSame(found: Map<string, number>, wanted: Map<string, number>): void {
  expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
  for (const [place, number] of wanted) {
    const other = found.get(place)!
    if (Number.isInteger(number) && place.endsWith('"hits"]')) expect(other).toBe(number)
    else expect(Math.abs(other - number)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(number)))
  }
}

// Beyond U+FFFF, UTF-16 and UTF-8 sort differently; a space sorts right after the separator.
const name = fc.constantFrom('a', 'b', 'SE', 'a b', 'é', '\ufffd', '😀', '日本', 'a'.repeat(70), '__proto__')
const dimensions: fc.Arbitrary<Dimensions> = fc.oneof(
  fc.dictionary(name, fc.oneof(name, fc.dictionary(name, name, { maxKeys: 3 })), { maxKeys: 4 }),
  fc.array(name, { maxLength: 4 }),
  fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 3 }),
)
const thousandths = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((count) => count / 1000)
const event: fc.Arbitrary<Event> = fc.record({
  at: fc.integer({ min: START, max: START + 90_000 }),
  type: fc.constantFrom('pageview', 'request', 'request.sql', 'request.sql.read'),
  dimensions,
  metrics: fc.oneof(
    fc.constant({}),
    fc.record({ dollars: thousandths }),
    fc.record({ hits: fc.integer({ min: 0, max: 3 }), seconds: fc.nat() }),
  ),
})
const events = fc.array(event, { maxLength: 40 })

describe('a fragment', () => {
  test('counts an event at every prefix of its type and every path', () => {
    const fragment = fragmentOf([{ at: START + 12_345, type: 'a.b', dimensions: { x: 1 }, metrics: { dollars: 2.5 } }])
    expect(fragment.size).toBe(6)
    expect([...fragment.cells()].map(({ type, path, start }) => [type, path, start - START])).toEqual([
      ['a', '', 10_000],
      ['a', 'x', 10_000],
      ['a', 'x\x1f1', 10_000],
      ['a.b', '', 10_000],
      ['a.b', 'x', 10_000],
      ['a.b', 'x\x1f1', 10_000],
    ])
  })

  test.each([
    ['one hit unless told', {}, { hits: 1 }],
    ['one hit beside other metrics', { dollars: 3 }, { hits: 1, dollars: 3 }],
    ['the hits it is told', { hits: 7 }, { hits: 7 }],
    ['no hit where told', { hits: 0, dollars: 3 }, { dollars: 3 }],
    ['no zero', { dollars: 0 }, { hits: 1 }],
    ['negative and fractional numbers', { dollars: -2000, share: 0.5 }, { hits: 1, dollars: -2000, share: 0.5 }],
  ])('counts %s', (_, metrics, counted) => {
    const [placed] = fragmentOf([{ at: START, type: 'a', dimensions: null, metrics }]).cells()
    expect(Object.fromEntries(placed!.cell.names.map((each) => [each, value(placed!.cell, each)]))).toEqual(counted)
  })

  test('holds nothing of an event that adds nothing', () => {
    expect(fragmentOf([{ at: START, type: 'a', dimensions: 'x', metrics: { hits: 0 } }]).size).toBe(0)
    expect(encode(new Fragment())).toEqual([])
  })

  test('agrees with a naive recount, for any events', () => {
    fc.assert(fc.property(events, (all) => expectSame(numbers(fragmentOf(all).cells()), recount(all))))
  })

  test('is the same for any split, order and way through bytes', () => {
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.nat({ max: 3 })), fc.boolean(), (all, dice, reversed) => {
        const slices: Event[][] = [[], [], [], []]
        for (const each of all) slices[dice.next().value]!.push(each)
        const whole = new Fragment()
        for (const slice of reversed ? slices.toReversed() : slices) {
          const fragment = fragmentOf(reversed ? slice.toReversed() : slice)
          whole.merge(dice.next().value % 2 ? decode(encode(fragment)) : fragment)
        }
        expectSame(numbers(whole.cells()), recount(all))
      }),
    )
  })

  test('sums floats to 1e-12 whatever the order', () => {
    const any = fc.array(fc.double({ noNaN: true, min: 1e-3, max: 1e12 }), { minLength: 1, maxLength: 300 })
    const of = (values: readonly number[]) =>
      fragmentOf(values.map((dollars) => ({ at: START, type: 'a', dimensions: null, metrics: { dollars } })))
    const total = (fragment: Fragment) => value([...fragment.cells()][0]!.cell, 'dollars')
    fc.assert(
      fc.property(any, (values) => {
        const merged = new Fragment()
        for (const each of values) merged.merge(of([each]))
        const [forth, back] = [total(of(values)), total(of(values.toSorted((a, b) => b - a)))]
        for (const other of [back, total(merged)]) expect(Math.abs(forth - other) / forth).toBeLessThan(1e-12)
      }),
    )
  })
})

describe('a part', () => {
  const partsOf = (all: readonly Event[]) => encode(fragmentOf(all))

  test('comes back as it was, in order', () => {
    fc.assert(
      fc.property(events, (all) => {
        const fragment = fragmentOf(all)
        const back = decode(encode(fragment))
        expect([...back.cells()]).toEqual([...fragment.cells()])
        expect(back.size).toBe(fragment.size)
        expect(encode(back)).toEqual(encode(fragment))
      }),
    )
  })

  test('finds each series, and none that is not there', () => {
    fc.assert(
      fc.property(events, (all) => {
        const [part] = partsOf(all)
        if (!part) return
        const series = Map.groupBy(cellsIn(part), ({ type, path }) => JSON.stringify([type, path]))
        for (const [place, cells] of series) {
          const [type, path]: [string, string] = JSON.parse(place)
          expect(seriesIn(part, type, path)).toEqual(cells.map(({ start, cell }) => ({ start, cell })))
        }
        for (const path of ['zz', 'a\x1f', '\x1f', '\x00', 'a\x1fnone'])
          expect(seriesIn(part, 'pageview', path)).toEqual([])
        expect(seriesIn(part, 'other', '')).toEqual([])
      }),
    )
  })

  test('finds the children of every parent', () => {
    fc.assert(
      fc.property(events, (all) => {
        const [part] = partsOf(all)
        if (!part) return
        const placed = [...cellsIn(part)]
        const parents = new Set(
          placed.flatMap(({ path }) => pathOf(path).map((_, i) => keyOf(pathOf(path).slice(0, i)))),
        )
        for (const type of new Set(placed.map((each) => each.type))) {
          for (const parent of [...parents, 'none', '']) {
            const depth = pathOf(parent).length + 1
            const wanted = placed
              .filter((each) => each.type === type && pathOf(each.path).length === depth)
              .map(({ path }) => path)
              .filter((path) => keyOf(pathOf(path).slice(0, -1)) === parent)
            expect(childrenIn(part, type, parent).toSorted()).toEqual([...new Set(wanted)].toSorted())
          }
        }
      }),
    )
  })

  test('has parents that hold at least what their children hold', () => {
    const tree = fc.record({ country: fc.dictionary(name, name, { minKeys: 1, maxKeys: 1 }) })
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1 }), (trees) => {
        const [part] = partsOf(trees.map((each) => ({ at: START, type: 'a', dimensions: each, metrics: {} })))
        const hits = (path: string) =>
          seriesIn(part!, 'a', path).reduce((sum, { cell }) => sum + value(cell, 'hits'), 0)
        const below = (path: string) => childrenIn(part!, 'a', path).reduce((sum, child) => sum + hits(child), 0)
        expect(hits('')).toBe(trees.length)
        expect(below('country')).toBe(hits('country'))
        for (const child of childrenIn(part!, 'a', 'country')) expect(below(child)).toBe(hits(child))
      }),
    )
  })

  test('holds any number to the last bit', () => {
    const edges = [2 ** 51, 2 ** 51 + 1, -(2 ** 51), -(2 ** 51) - 1, 2 ** 53, -0.1, 5e-324, 1e308, 127, 128, -64, -65]
    const number = fc.oneof(
      fc.constantFrom(...edges),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
    )
    fc.assert(
      fc.property(
        number.filter((each) => each !== 0),
        (dollars) => {
          const [part] = partsOf([{ at: START, type: 'a', dimensions: null, metrics: { dollars } }])
          expect(value(seriesIn(part!, 'a', '')[0]!.cell, 'dollars')).toBe(dollars)
        },
      ),
    )
    const carried = new Fragment()
    for (const dollars of [1e16, 1, 1]) carried.add({ at: START, type: 'a', dimensions: null, metrics: { dollars } })
    carried.merge(decode(encode(carried)))
    expect(value([...carried.cells()][0]!.cell, 'dollars')).toBe(2e16 + 4)
  })

  test('never outgrows its row, whatever is long: many paths, one series, names', () => {
    const long: Event[] = Array.from({ length: 6000 }, (_, i) => ({
      at: START + i * 10_000,
      type: 'a',
      dimensions: { page: { [`${i}-${'x'.repeat(240)}`]: `y${i}` } },
      metrics: { [`m${i % 900}-${'é'.repeat(60)}`]: 1.5, seconds: i / 7 },
    }))
    const parts = partsOf(long)
    expect(parts.length).toBeGreaterThan(4)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(512 * 1024)
    expectSame(numbers(decode(parts).cells()), numbers(fragmentOf(long).cells()))
    const root = parts.flatMap((part) => seriesIn(part, 'a', ''))
    expect(root.map(({ start }) => start)).toEqual(long.map(({ at }) => at))
  })

  test('says between which starts it lies, before 1970 too', () => {
    const at = (ms: number): Event => ({ at: ms, type: 'a', dimensions: null, metrics: {} })
    expect(extentIn(partsOf([at(START + 31_000), at(START + 5)])[0]!)).toEqual([START, START + 30_000])
    expect(extentIn(partsOf([at(-15_000)])[0]!)).toEqual([-20_000, -20_000])
    expect([...cellsIn(partsOf([at(-15_000)])[0]!)][0]!.start).toBe(-20_000)
  })

  test('is read from the middle of a buffer', () => {
    const [part] = partsOf([{ at: START, type: 'a', dimensions: 'x', metrics: {} }])
    const within = new Uint8Array(part!.length + 20)
    within.set(part!, 7)
    expect(seriesIn(within.subarray(7, 7 + part!.length), 'a', 'x')).toHaveLength(1)
  })

  test('of a newer version is refused by name', () => {
    const [part] = partsOf([{ at: START, type: 'a', dimensions: null, metrics: {} }])
    part![0] = 3
    expect(() => [...cellsIn(part!)]).toThrow(NewerPart)
    expect(() => seriesIn(part!, 'a', '')).toThrow(/version 3/)
  })
})

test('adds carries like any other number', () => {
  const cell = empty()
  add(cell, 'x', 1, 1e-20)
  add(cell, 'x', 1, 1e-20)
  expect(cell.carries[0]).toBeCloseTo(2e-20, 30)
})
