import { expect, test } from 'vitest'
import { parseCounts } from '../../../worker/ingest/count'

const NOW = Date.UTC(2026, 10, 25)
const chain = (depth: number): unknown => (depth === 0 ? {} : { x: chain(depth - 1) })
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, {}]))

test.each([
  ['eight names below each other', { dimensions: chain(8) }],
  ['a list of eight', { dimensions: Array(8).fill('x') }],
  ['ready paths of eight', { dimensions: [Array(8).fill('x'), ['y']] }],
  ['sixty-three paths and the root', { dimensions: many(63) }],
  ['a name of 256 bytes', { dimensions: { ['é'.repeat(128)]: 1 } }],
  ['a type of eight words', { type: 'a.b.c.d.e.f.g.h' }],
  ['a metric of 256 bytes', { metrics: { ['x'.repeat(256)]: 1 } }],
])('takes %s', async (_, event) => {
  expect(await parseCounts(event, { now: NOW })).toHaveProperty('items')
})

test.each([
  ['nine names below each other', { dimensions: chain(9) }, 'dimensions', 'deeper than 8'],
  ['a list of nine', { dimensions: Array(9).fill('x') }, 'dimensions', 'deeper than 8'],
  ['a ready path of nine', { dimensions: [Array(9).fill('x')] }, 'dimensions', 'deeper than 8'],
  ['lists in lists without end', { dimensions: nested(100_000) }, 'dimensions', 'deeper than 8'],
  ['sixty-four paths and the root', { dimensions: many(64) }, 'dimensions', 'more than 64 paths'],
  ['a name of 258 bytes', { dimensions: { ['é'.repeat(129)]: 1 } }, 'dimensions', 'longer than 256 bytes'],
  ['a leaf of 257 bytes', { dimensions: { a: 'x'.repeat(257) } }, 'dimensions', 'longer than 256 bytes'],
  ['a type of nine words', { type: 'a.b.c.d.e.f.g.h.i' }, 'type', 'more than 8 words'],
  ['a metric of 257 bytes', { metrics: { ['x'.repeat(257)]: 1 } }, 'metrics', 'longer than 256 bytes'],
  ['a gauge of 257 bytes', { gauges: { ['x'.repeat(257)]: 1 } }, 'gauges', 'longer than 256 bytes'],
  ['an infinite metric', { metrics: { dollars: Number.POSITIVE_INFINITY } }, 'metrics.dollars', 'finite'],
  ['a gauge that is no number', { gauges: { celsius: Number.NaN } }, 'gauges.celsius', 'finite'],
])('refuses %s, and says where and by which limit', async (_, event, field, message) => {
  expect(await parseCounts(event, { now: NOW })).toEqual({
    problem: { field, message: expect.stringContaining(message) },
  })
})
