import { expect, test } from 'vitest'
import { idOf, idOfBeacon } from '../../../worker/ingest/id'
import { hailsFor, shardOf } from '../../../worker/ingest/shard'

const random = (seed: number) =>
  Uint8Array.from({ length: 32 }, (_, i) => (Math.imul(seed + 1, 2654435761) >>> (i % 25)) + i)

test('keeps all envelopes of a page load together', () => {
  const epk = random(7)
  const shards = new Set(Array.from({ length: 50 }, (_, seq) => shardOf(idOfBeacon(epk, seq), 8)))
  expect(shards.size).toBe(1)
})

test.each([2, 3, 5, 8, 16])('spreads ids evenly over %i', async (k) => {
  const counts = new Array<number>(k).fill(0)
  for (let i = 0; i < 4_000; i++) counts[shardOf(await idOf('count', `order-${i}`), k)]! += 1
  for (const count of counts) expect(Math.abs(count - 4_000 / k)).toBeLessThan(5 * Math.sqrt(4_000 / k))
})

test('is 0 where there is one', () => {
  expect(shardOf('abcdefghij', 1)).toBe(0)
  expect(shardOf('', 4)).toBe(shardOf('', 4))
})

const DAY = 86_400_000
const CHANGED = [
  { from: 0, k: 1 },
  { from: 20 * DAY, k: 4, heard: 19.9 * DAY },
  { from: 21 * DAY, k: 7, heard: 20.9 * DAY },
]
const ID = 'abcdefghij'
const of = (k: number) => shardOf(ID, k)

test.each([
  ['before the change', 19, 22, of(1), []],
  ['at the change, where a clock may have run ahead', 20, 22, of(4), [of(1)]],
  ['after two changes', 22, 22, of(7), [of(4), of(1)]],
  ['when no clock can have run so far ahead', 28.5, 28.5, of(7), [of(4)]],
  ['long after', 40, 40, of(7), []],
  ['of a change that not everybody has heard of', 25, 19.8, of(1), []],
])('finds the Hail of an event %s, and those it may have come to before', (_, ts, now, shard, elsewhere) => {
  const others = new Set(elsewhere.filter((each) => each !== shard))
  expect(hailsFor(ID, CHANGED, { ts: ts * DAY, now: now * DAY })).toEqual({ shard, elsewhere: [...others] })
})

test('is one where the settings say nothing', () => {
  expect(hailsFor(ID, [], { ts: 5, now: 6 })).toEqual({ shard: 0, elsewhere: [] })
})

test('gives names of equal text in two spaces two ids of ten bytes', async () => {
  const [a, b] = [await idOf('count', 'x'), await idOf('pixel/p', 'x')]
  expect(a).toHaveLength(10)
  expect(a).not.toBe(b)
  expect([...a].every((character) => character.charCodeAt(0) < 256)).toBe(true)
})
