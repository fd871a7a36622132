/**
 * The arithmetic under every answer: however events were split into fragments, sent through bytes, shared out among
 * shards and merged, the numbers are those of a recount; and days, weeks, months, quarters and years that are summed
 * from hours hold what a calendar that knows nothing of hours puts into them.
 */
import fc from 'fast-check'
import type { Temporal } from 'temporal-polyfill/implementation'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../../sdk/wire/event'
import { value } from '../../../worker/rollup/cell'
import { decode, encode, Fragment } from '../../../worker/rollup/fragment'
import { floor, type Zones } from '../../../worker/rollup/interval'
import { DAY_INTERVALS, type DayInterval, firstDate, zoned, ZONES } from '../../calendar'
import { pathsOf } from '../../naive'

const START = Date.UTC(2026, 10, 21, 9)
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** An event and when it arrived. */
interface Arrived {
  event: Event
  arrived: number
}

const name = fc.constantFrom('a', 'b', 'SE', '…', 'é', '😀')
const number = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.constantFrom(0.1, -0.1, 1e15, -1e15),
)
const event: fc.Arbitrary<Event> = fc.record(
  {
    // Few, so that many are of one moment.
    at: fc.constantFrom(0, 1, 9_999, 10_000, 50_000).map((ms) => START + ms),
    type: fc.constantFrom('pageview', 'sale', 'sale.web'),
    dimensions: fc.oneof(
      fc.record({ page: fc.dictionary(name, name, { maxKeys: 1 }), country: name }),
      fc.record({ country: fc.constantFrom('SE', 'US') }),
      fc.array(name, { maxLength: 3 }),
    ),
    metrics: fc.oneof(fc.constant({}), fc.record({ dollars: number }), fc.record({ hits: fc.nat({ max: 5 }) })),
    gauges: fc.record({ load: number, heap: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] }),
    // Few, so that they meet again, and the ends of what a hash can be.
    visitor: fc.oneof(fc.nat({ max: 30 }), fc.constantFrom(2 ** 40 - 1, 2 ** 39, 2 ** 28)),
    daily: fc.constant(true as const),
  },
  { requiredKeys: ['at', 'type', 'dimensions', 'metrics'] },
)
const arrivals: fc.Arbitrary<Arrived[]> = fc.array(
  fc.record({ event, arrived: fc.integer({ min: START, max: START + 3 }) }),
  { maxLength: 40 },
)

/** All that a cell holds, by place. Sketches as their bytes: they are the same to the last bit, or they are not the same. */
interface Held {
  sums: Map<string, number>
  gauges: Map<string, { exact: number[]; sum: number }>
  sketches: Map<string, string>
}

function heldIn(fragment: Fragment): Held {
  const held: Held = { sums: new Map(), gauges: new Map(), sketches: new Map() }
  for (const { type, path, start, cell } of fragment.cells()) {
    const place = JSON.stringify([type, path, start])
    for (const metric of cell.names) held.sums.set(`${place} ${metric}`, value(cell, metric))
    for (const [gauge, { sum, carry, count, least, greatest, last, at, arrived }] of cell.gauges ?? []) {
      held.gauges.set(`${place} ${gauge}`, { exact: [count, least, greatest, last, at, arrived], sum: sum + carry })
    }
    if (cell.visitors) held.sketches.set(place, cell.visitors.encode().join())
  }
  return held
}

/** To 1e-12 of what was added up, cancelled or not; whole numbers are small enough to be exact. */
function expectSame(found: Held, wanted: Held, magnitude: number): void {
  const near = (a: number, b: number) =>
    a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)) || Math.abs(a - b) <= 1e-15 * magnitude
  expect([...found.sums.keys()].toSorted()).toEqual([...wanted.sums.keys()].toSorted())
  for (const [place, sum] of wanted.sums) {
    if (place.endsWith(' hits')) expect(found.sums.get(place)).toBe(sum)
    else expect([place, near(found.sums.get(place)!, sum)]).toEqual([place, true])
  }
  expect([...found.gauges.keys()].toSorted()).toEqual([...wanted.gauges.keys()].toSorted())
  for (const [place, { exact, sum }] of wanted.gauges) {
    expect([place, found.gauges.get(place)!.exact]).toEqual([place, exact])
    expect([place, near(found.gauges.get(place)!.sum, sum)]).toEqual([place, true])
  }
  expect(Object.fromEntries(found.sketches)).toEqual(Object.fromEntries(wanted.sketches))
}

const magnitudeOf = (all: readonly Arrived[]): number =>
  all.reduce(
    (sum, { event: { metrics, gauges } }) =>
      [...Object.values(metrics), ...Object.values(gauges ?? {})].reduce((inner, each) => inner + Math.abs(each), sum),
    1,
  )

function folded(all: readonly Arrived[]): Fragment {
  const fragment = new Fragment()
  for (const { event: each, arrived } of all) fragment.add(each, arrived)
  return fragment
}

/** Merges two of them, in either order, until one is left; what dice say goes through bytes. */
function mergedAtRandom(fragments: readonly Fragment[], dice: () => number): Fragment {
  const left = [...fragments]
  while (left.length > 1) {
    const [into] = left.splice(dice() % left.length, 1)
    const [from] = left.splice(dice() % left.length, 1)
    into!.merge(dice() % 2 ? decode(encode(from!)) : from!)
    left.push(dice() % 2 ? decode(encode(into!)) : into!)
  }
  return left[0] ?? new Fragment()
}

const diceOf = (stream: fc.Stream<number>) => (): number => stream.next().value!

describe('whatever the split, the shards and the order, it is the same:', () => {
  test('sums, gauges and sketches', () => {
    fc.assert(
      fc.property(
        arrivals,
        fc.infiniteStream(fc.nat({ max: 1_000 })),
        fc.integer({ min: 1, max: 8 }),
        (all, stream, shards) => {
          const dice = diceOf(stream)
          const slices: Arrived[][] = Array.from({ length: shards * 3 }, () => [])
          // Three slices a shard, and within a slice in an order of its own.
          for (const each of all) slices[(dice() % shards) * 3 + (dice() % 3)]!.splice(dice() % 5, 0, each)
          expectSame(heldIn(mergedAtRandom(slices.map(folded), dice)), heldIn(folded(all)), magnitudeOf(all))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a gauge is the last by its own time, then by arrival, then the greater', () => {
    fc.assert(
      fc.property(arrivals, fc.infiniteStream(fc.nat({ max: 1_000 })), (all, stream) => {
        const found = heldIn(
          mergedAtRandom(
            all.map((each) => folded([each])),
            diceOf(stream),
          ),
        ).gauges
        const measured = all.flatMap(({ event: { at, type, dimensions, gauges = {} }, arrived }) =>
          type.split('.').flatMap((_, i, words) =>
            pathsOf(dimensions).flatMap((path) =>
              Object.entries(gauges).map(([gauge, reading]) => {
                const start = Math.floor(at / 10_000) * 10_000
                const place = JSON.stringify([words.slice(0, i + 1).join('.'), path.join('\x1f'), start])
                return { place: `${place} ${gauge}`, reading, at, arrived }
              }),
            ),
          ),
        )
        const wanted = Map.groupBy(measured, ({ place }) => place)
        expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
        for (const [place, readings] of wanted) {
          const [last] = readings.toSorted((a, b) => b.at - a.at || b.arrived - a.arrived || b.reading - a.reading)
          const numbers = readings.map(({ reading }) => reading)
          const exact = [
            readings.length,
            Math.min(...numbers),
            Math.max(...numbers),
            last!.reading,
            last!.at,
            last!.arrived,
          ]
          // Of a value neither sign of nothing is the greater.
          expect([place, found.get(place)!.exact.map((each) => each + 0)]).toEqual([
            place,
            exact.map((each) => each + 0),
          ])
        }
      }),
    )
  })

  test('a sketch counts each visitor once where the set is small, and keeps its bytes where it is large', () => {
    const crowd = (from: number, count: number): Arrived[] =>
      Array.from({ length: count }, (_, i) => ({
        arrived: START,
        event: {
          at: START,
          type: 'a',
          dimensions: { country: 'SE' },
          metrics: {},
          visitor: ((from + i) * 11_400_714_819) % 2 ** 40,
        },
      }))
    const sketchOf = (fragment: Fragment, path: string) =>
      [...fragment.cells()].find((placed) => placed.path === path)!.cell.visitors!
    const small = mergedAtRandom([folded(crowd(0, 700)), folded(crowd(300, 700))], () => 1)
    expect([sketchOf(small, '').count(), sketchOf(small, 'country\x1fSE').count()]).toEqual([1_000, 1_000])
    const whole = folded(crowd(0, 30_000))
    const split = [0, 5_000, 12_000, 29_000].map((from) => folded(crowd(from, Math.min(18_000, 30_000 - from))))
    for (const dice of [0, 1, 2, 3]) {
      let turn = dice
      const merged = mergedAtRandom(
        split.map((each) => decode(encode(each))),
        () => turn++ * 7,
      )
      for (const path of ['', 'country\x1fSE']) {
        expect(sketchOf(merged, path).encode()).toEqual(sketchOf(whole, path).encode())
      }
    }
  })
})

const FROM = Date.UTC(2011, 0)
const TO = Date.UTC(2027, 0)
/** A leap day, the turns of years whose first week began in the year before, and a date that was left out in Samoa. */
const DATES = ['2024-02-29', '2012-02-29', '2021-01-01', '2023-01-01', '2026-01-01', '2024-12-30', '2011-12-30']

/** Times around which a calendar goes wrong, if it does. */
function trying(zone: string): number[] {
  const all = DATES.map((date) => Date.parse(date))
  for (let ms = FROM; ms < TO; ms += DAY) {
    if (zoned(ms, zone).offsetNanoseconds !== zoned(ms + DAY, zone).offsetNanoseconds) all.push(ms, ms + DAY / 2)
  }
  return all
}

const momentNear = (times: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: FROM, max: TO }),
    fc.tuple(fc.constantFrom(...times), fc.integer({ min: -DAY, max: DAY })).map(([time, by]) => time + by),
    fc.tuple(fc.constantFrom(...times), fc.integer({ min: -96, max: 96 })).map(([time, by]) => time + (by * HOUR) / 4),
  )

/** The way that a number takes: from ten seconds to its hour, from hours to days and months, from those to the rest. */
function summedUp(interval: DayInterval, ms: number, zones: Zones): number {
  const hour = floor('hour', Math.floor(ms / 10_000) * 10_000, zones)
  const [day, month] = [floor('day', hour, zones), floor('month', hour, zones)]
  const from = { day: hour, week: day, month: hour, quarter: month, year: month }[interval]
  return floor(interval, from, zones)
}

/** Both put the same events together, and each of ours begins where it should. */
function expectSameGroups(moments: readonly number[], zones: Zones, dateOf: (ms: number) => Temporal.PlainDate): void {
  for (const interval of DAY_INTERVALS) {
    const ours = Map.groupBy(moments, (ms) => summedUp(interval, ms, zones))
    const naive = Map.groupBy(moments, (ms) => firstDate(interval, dateOf(ms)))
    const groups = (by: Map<unknown, number[]>) =>
      [...by.values()].map((each) => each.toSorted((a, b) => a - b).join()).toSorted()
    expect([interval, groups(ours)]).toEqual([interval, groups(naive)])
    for (const [start, [first]] of ours) {
      expect(start).toBeLessThanOrEqual(first!)
      expect(firstDate(interval, dateOf(start))).toBe(firstDate(interval, dateOf(first!)))
    }
  }
}

test.each(ZONES)('days, weeks, months, quarters and years of %s are those of its calendar', (zone) => {
  const moments = fc.array(momentNear(trying(zone)), { minLength: 1, maxLength: 60 })
  const zones = [{ from: 0, zone }]
  fc.assert(
    fc.property(moments, (all) => expectSameGroups(all, zones, (ms) => zoned(ms, zone).toPlainDate())),
    { numRuns: 60 },
  )
})

test('a site that moved counts by its old calendar before and by its new one after, and has no date twice', () => {
  const history = fc.record({
    old: fc.constantFrom(...ZONES),
    young: fc.constantFrom(...ZONES),
    // A new zone counts from a whole hour.
    seam: fc.integer({ min: FROM / HOUR, max: TO / HOUR }).map((hours) => hours * HOUR),
  })
  const by = fc.array(fc.integer({ min: -8 * DAY, max: 8 * DAY }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(history, by, ({ old, young, seam }, offsets) => {
      const zones = [
        { from: 0, zone: old },
        { from: seam, zone: young },
      ]
      const last = zoned(seam - 1, old).toPlainDate()
      const dateOf = (ms: number) => {
        const date = zoned(ms, ms < seam ? old : young).toPlainDate()
        return ms >= seam && date.toString() < last.toString() ? last : date
      }
      expectSameGroups(
        offsets.map((offset) => seam + offset),
        zones,
        dateOf,
      )
    }),
    { numRuns: 400 },
  )
})
