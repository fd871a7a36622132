import { expect, test } from 'vitest'
import { idOf, idOfBeacon } from '../../../worker/ingest/id'
import { shardOf, shardsAt } from '../../../worker/ingest/shard'

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

test.each([
  ['before the first', 5, 2],
  ['at the first', 10, 2],
  ['between', 19, 2],
  ['at the change', 20, 4],
  ['after it', 99, 4],
])('takes the number in force %s', (_, ts, k) => {
  expect(
    shardsAt(
      [
        { from: 10, k: 2 },
        { from: 20, k: 4 },
      ],
      ts,
    ),
  ).toBe(k)
})

test('is one where the settings say nothing', () => {
  expect(shardsAt([], 5)).toBe(1)
})

test('gives names of equal text in two spaces two ids of ten bytes', async () => {
  const [a, b] = [await idOf('count', 'x'), await idOf('pixel/p', 'x')]
  expect(a).toHaveLength(10)
  expect(a).not.toBe(b)
  expect([...a].every((character) => character.charCodeAt(0) < 256)).toBe(true)
})
