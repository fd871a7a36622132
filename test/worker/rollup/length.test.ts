import { expect, test } from 'vitest'
import { lengths, type Unit } from '../../../worker/rollup/length'

const START = Date.UTC(2026, 10, 25, 0, 0)
const zones = [{ from: 0, zone: 'UTC' }]

test.each<[Unit, number, number]>([
  ['hours', 60_000, 1 / 60],
  ['hours', 10_000, 1 / 360],
  ['minutes', 10_000, 1 / 6],
  ['days', 3_600_000, 1 / 24],
  ['days', 60_000, 1 / 1_440],
  ['weeks', 60_000, 1 / 10_080],
])('in %s, a bucket of %i ms is as long as it is, to ten digits', (unit, ms, length) => {
  const starts = Array.from({ length: 5 }, (_, i) => START + 777 * 60_000 + i * ms)
  const end = starts[4]! + ms
  for (const found of lengths(unit, { starts, end, zones })) expect(Math.abs(found / length - 1)).toBeLessThan(1e-10)
})
