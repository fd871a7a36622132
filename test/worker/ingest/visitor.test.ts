import { expect, test } from 'vitest'
import type { Event } from '../../../sdk/wire/event'
import { visitorOf, withVisitor } from '../../../worker/ingest/visitor'

const keyOf = (secret: number) =>
  crypto.subtle.importKey('raw', new Uint8Array(32).fill(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

test('is a whole number of 40 bits, spread over all of them', async () => {
  const key = await keyOf(1)
  const visitors = await Promise.all(Array.from({ length: 400 }, (_, i) => visitorOf(key, 7, `10.0.0.${i}`, 'agent')))
  expect(new Set(visitors).size).toBe(visitors.length)
  for (const visitor of visitors) {
    expect(Number.isSafeInteger(visitor)).toBe(true)
    expect(visitor).toBeGreaterThanOrEqual(0)
    expect(visitor).toBeLessThan(2 ** 40)
  }
  expect(Math.max(...visitors)).toBeGreaterThan(0.95 * 2 ** 40)
  expect(new Set(visitors.map((visitor) => visitor % 256)).size).toBeGreaterThan(150)
})

test('is the same for the same words and key, and another for any other', async () => {
  const key = await keyOf(1)
  const visitor = await visitorOf(key, 7, '10.0.0.1', 'agent')
  expect(await visitorOf(await keyOf(1), 7, '10.0.0.1', 'agent')).toBe(visitor)
  const others = await Promise.all([
    visitorOf(await keyOf(2), 7, '10.0.0.1', 'agent'),
    visitorOf(key, 8, '10.0.0.1', 'agent'),
    visitorOf(key, 7, '10.0.0.2', 'agent'),
    visitorOf(key, 7, '10.0.0.1', 'another'),
    visitorOf(key, 7, '10.0.0.1agent'),
    visitorOf(key, 7, '10.0.0.1', 'agent', ''),
  ])
  expect(new Set([visitor, ...others]).size).toBe(others.length + 1)
})

test('stands in what a visitor did, not in what is told besides', () => {
  const event = (metrics: Event['metrics']): Event => ({ at: 0, type: 't', dimensions: null, metrics })
  const [view, rest] = withVisitor([event({}), event({ hits: 0, seconds: 3 })], 9)
  expect(view).toEqual({ ...event({}), visitor: 9, daily: true })
  expect(rest).toEqual(event({ hits: 0, seconds: 3 }))
})
