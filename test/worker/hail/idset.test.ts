import { expect, test } from 'vitest'
import { FULL, Rate, windowAt } from '../../../worker/hail/window'
import { has, ID_BYTES, withIds } from '../../../worker/hail/idset'

/** Ids spread over all byte values, the same on every run. */
const id = (seed: number) =>
  String.fromCharCode(...Array.from({ length: ID_BYTES }, (_, i) => Math.imul(seed + 1, 2_654_435_761 + i * 97) >>> 24))

test('knows every id it was given, in whatever portions, and no other', () => {
  const given = Array.from({ length: 3_000 }, (_, i) => id(i * 2))
  let rows: Uint8Array = new Uint8Array()
  for (let i = 0; i < given.length; i += 700) rows = withIds(rows, given.slice(i, i + 750))
  expect(rows.length).toBe(new Set(given).size * ID_BYTES)
  expect(given.every((each) => has(rows, each))).toBe(true)
  const others = Array.from({ length: 3_000 }, (_, i) => id(i * 2 + 1)).filter((each) => !given.includes(each))
  expect(others.some((each) => has(rows, each))).toBe(false)
})

test('gives the same bytes for any order of the same ids', () => {
  const ids = Array.from({ length: 200 }, (_, i) => id(i))
  const forwards = withIds(new Uint8Array(), ids)
  const backwards = ids.toReversed().reduce<Uint8Array>((rows, each) => withIds(rows, [each, each]), new Uint8Array())
  expect(backwards).toEqual(forwards)
})

test.each([
  [0, 0],
  [0.9, 0],
  [1, 25],
  [4, 100],
  [10, 250],
  [200, 250],
  [256, 125],
  [1_000, 32],
  [10_000, 5],
])('waits at %d events a second for %d ms', (rate, ms) => {
  expect(windowAt(rate)).toBe(ms)
})

test('estimates a steady rate and forgets a burst', () => {
  const rate = new Rate()
  for (let now = 0; now < 20_000; now += 20) rate.add(1, now)
  expect(rate.perSecond(20_000)).toBeGreaterThan(45)
  expect(rate.perSecond(20_000)).toBeLessThan(55)
  expect(rate.perSecond(60_000)).toBeLessThan(0.01)
  expect(FULL).toBeGreaterThan(1)
})
