import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Delay } from '../../../worker/decide/delay'

const WINDOW = 6400

test('while no reward was seen all are in', () => {
  const delay = new Delay(2, WINDOW)
  delay.decided(0, 1000)
  expect(delay.quantile(0.5, 1000)).toBeUndefined()
  expect(delay.shares([1, 0], 1000, null)).toEqual([1, 1])
})

test('decisions of just now are not judged by rewards that take longer', () => {
  const delay = new Delay(2, WINDOW)
  for (let i = 0; i < 100; i++) delay.rewarded(i * 32)
  for (let i = 0; i < 60; i++) delay.decided(0, 0)
  for (let i = 0; i < 40; i++) delay.decided(0, 100_000)
  delay.decided(1, 100_000)
  const [old, young] = delay.shares([100, 1], 100_000, null)
  // Of forty none is in, but for half a step.
  expect(old).toBeCloseTo(0.6, 1)
  expect(young).toBe(0.1)
  expect(delay.shares([100, 1], 101_650, null)[0]).toBeCloseTo(0.8, 0.9)
  expect(delay.shares([100, 1], 110_000, null)).toEqual([1, 1])
  expect(delay.quantile(0.5, 110_000)).toBeCloseTo(1600, -2)
  expect(delay.quantile(0.9, 110_000)).toBeCloseTo(2880, -2)
})

test('rewards that come at once are in at once, however long they may take', () => {
  const day = 86_400_000
  const delay = new Delay(2, day)
  for (let i = 0; i < 1000; i++) {
    delay.decided(i % 2, day + i * 60)
    if (i % 10 === 0) delay.rewarded(i % 300)
  }
  // A minute of decisions, and half a minute later.
  expect(delay.quantile(0.9, day + 90_000)).toBeLessThan(3_000)
  expect(delay.shares([500, 500], day + 90_000, null).every((share) => share > 0.99)).toBe(true)
})

test('young decisions of a steady stream wait for as long as rewards take', () => {
  const delay = new Delay(1, 86_400_000)
  const minute = 60_000
  for (let i = 0; i < 6000; i++) {
    delay.decided(0, i * 100)
    if (i < 5400 && i % 10 === 0) delay.rewarded(minute * ((i / 10) % 2))
  }
  // Ten minutes of them; rewards take none or one, so of the last minute half is open.
  const [share] = delay.shares([6000], 10 * minute, null)
  expect(share).toBeGreaterThan(0.9)
  expect(share).toBeLessThan(0.98)
})

const event = fc.record({ arm: fc.integer({ min: 0, max: 1 }), at: fc.integer({ min: 0, max: 20_000 }) })
const delayOf = (events: readonly { arm: number; at: number }[]) => {
  const delay = new Delay(2, WINDOW)
  for (const { arm, at } of events) {
    delay.decided(arm, at)
    delay.rewarded(at % 7000)
  }
  return delay
}

test('order, split and storage leave no trace', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(event), (a, b) => {
      const all = delayOf([...a, ...b]).encode()
      expect(delayOf([...b, ...a].toReversed()).encode()).toEqual(all)
      const parts = new Delay(2, WINDOW).decode(delayOf(b).encode())
      parts.merge(delayOf(a))
      expect(parts.encode()).toEqual(all)
    }),
  )
})

test('what it keeps is bounded by the window', () => {
  const delay = new Delay(2, WINDOW)
  for (let at = 0; at < 1_000_000; at += 10) delay.decided(0, at)
  expect(delay.encode().length).toBeLessThan(3000)
})
