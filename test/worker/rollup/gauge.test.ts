import fc from 'fast-check'
import { expect, test } from 'vitest'
import { add, empty, fromText, measure, merge, toText } from '../../../worker/rollup/cell'
import { fromNumbers, type Gauge, gaugeOf, mergeGauge, toNumbers } from '../../../worker/rollup/gauge'

const merged = (gauges: readonly Gauge[]): Gauge => {
  const [first, ...others] = gauges
  const into = { ...first! }
  for (const other of others) mergeGauge(into, other)
  return into
}

test.each<[string, [value: number, at: number, arrived: number][], number]>([
  [
    'the last by event time',
    [
      [5, 10, 100],
      [3, 20, 101],
    ],
    3,
  ],
  [
    'the last by event time that came first',
    [
      [3, 20, 100],
      [5, 10, 101],
    ],
    3,
  ],
  [
    'of one moment the one that came later',
    [
      [5, 10, 100],
      [3, 10, 101],
    ],
    3,
  ],
  [
    'of one moment and one arrival the greater',
    [
      [3, 10, 100],
      [5, 10, 100],
    ],
    5,
  ],
  [
    'a negative one too',
    [
      [5, 10, 100],
      [-3, 11, 100],
    ],
    -3,
  ],
])('%s stands', (_, values, last) => {
  expect(merged(values.map((each) => gaugeOf(...each))).last).toBe(last)
  expect(merged(values.toReversed().map((each) => gaugeOf(...each))).last).toBe(last)
})

test('says the same for any order and any split', () => {
  const whole = fc.integer({ min: -5, max: 5 })
  const value = fc.tuple(whole, whole, whole).map(([each, at, arrived]) => gaugeOf(each, at, arrived))
  const values = fc.array(value, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(), (gauges, turn, split) => {
      const all = merged(gauges)
      const at = turn % gauges.length
      const turned = [...gauges.slice(at), ...gauges.slice(0, at)].toReversed()
      const parts = [turned.slice(0, split % turned.length), turned.slice(split % turned.length)]
      expect(merged(parts.filter((part) => part.length).map(merged))).toEqual(all)
      const numbers = gauges.map(({ last }) => last)
      expect(all).toMatchObject({ least: Math.min(...numbers), greatest: Math.max(...numbers), count: gauges.length })
      expect(all.sum + all.carry).toBe(numbers.reduce((sum, each) => sum + each, 0))
    }),
  )
})

test('is the same after it was a row', () => {
  const gauge = merged([gaugeOf(0.1, 10, 100.25), gaugeOf(1e17, 9, 100), gaugeOf(-1e17, 8, 100)])
  expect(fromNumbers(toNumbers(gauge))).toEqual(gauge)
  const cell = empty()
  add(cell, 'hits', 2)
  measure(cell, 'heat', 21.5, 10, 100)
  const back = fromText(toText(cell))
  expect(back).toEqual(cell)
  merge(back, cell)
  expect(back.gauges?.get('heat')).toMatchObject({ count: 2, sum: 43, last: 21.5 })
  expect(cell.gauges?.get('heat')).toMatchObject({ count: 1 })
})
