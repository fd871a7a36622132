import { expect, test } from 'vitest'
import { PER_MINUTE, PER_SECOND, rate, topRates, UNIQUE, Windows } from '../../../worker/rollup/rate'

/** Half past a second, so that the current window is half full. */
const NOW = 1_800_000_000_500
const SECOND = 1_000

const windowsOf = (...events: [ago: number, value: number][]) => {
  const windows = new Windows()
  for (const [ago, value] of events) windows.add(NOW - ago, value)
  return windows
}

test.each([
  ['the current window', 0, 0],
  ['the end of the last complete one', 501, 1],
  ['the start of the last complete one', 1_500, 1],
  ['the start of the tenth', 10_500, 1],
  ['just before the tenth', 10_501, 0],
  ['a second ahead', -1_000, 0],
])('counts per second what lies in complete windows: %s', (_, ago, expected) => {
  expect(windowsOf([ago, 1]).sum(PER_SECOND.buffer, NOW)).toBe(expected)
})

test.each([
  ['the start of the last complete window', 1_500, 1],
  ['the start of the seventieth', 70_500, 1],
  ['just before the seventieth', 70_501, 0],
])('counts per minute over seventy: %s', (_, ago, expected) => {
  expect(windowsOf([ago, 1]).sum(PER_MINUTE.buffer, NOW)).toBe(expected)
})

test('divides by the units in the buffer: a steady 3 a second is 3 a second and 180 a minute', () => {
  const windows = windowsOf()
  for (let ago = 0; ago < 100; ago++) windows.add(NOW - ago * SECOND, 3)
  expect(rate(windows.sum(PER_SECOND.buffer, NOW), PER_SECOND)).toBe(3)
  expect(rate(windows.sum(PER_MINUTE.buffer, NOW), PER_MINUTE)).toBe(180)
})

test('holds whole windows also where now is the very start of one', () => {
  const windows = windowsOf()
  for (let ago = 0; ago < 100; ago++) windows.add(NOW - ago * SECOND, 3)
  // The window that began a second ago is over, and is not yet called so: it is not *before* a second ago.
  expect(rate(windows.sum(PER_SECOND.buffer, NOW + 500), PER_SECOND)).toBe(3)
})

test('is 0 where nothing came', () => {
  expect(rate(windowsOf().sum(PER_SECOND.buffer, NOW), PER_SECOND)).toBe(0)
  expect(topRates(new Map(), PER_SECOND)).toEqual([])
})

test('shows the ten busiest keys as rates, descending, names deciding between equals', () => {
  const sums = new Map<string, number>(Array.from({ length: 12 }, (_, i) => [`k${i}`, i * 10]))
  sums.set('twin', 110)
  const top = topRates(sums, PER_SECOND)
  expect(top.map(({ key }) => key)).toEqual(['k11', 'twin', 'k10', 'k9', 'k8', 'k7', 'k6', 'k5', 'k4', 'k3'])
  expect(top[0]).toEqual({ key: 'k11', rate: 11 })
})

test('says whether a key was seen, though its values cancel out', () => {
  const windows = windowsOf([5_000, 2], [6_000, -2])
  expect(windows.sum(PER_SECOND.buffer, NOW)).toBe(0)
  expect(windows.isSeen(UNIQUE, NOW)).toBe(true)
  expect(windows.isSeen(UNIQUE, NOW + 60_000)).toBe(false)
})

test('forgets windows that no rate looks at, and only those', () => {
  const windows = windowsOf([70_500, 1])
  expect(windows.forget(NOW)).toBe(false)
  expect(windows.sum(PER_MINUTE.buffer, NOW)).toBe(1)
  expect(windows.forget(NOW + 10_000)).toBe(true)
})
