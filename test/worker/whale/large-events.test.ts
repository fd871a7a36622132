/** What happens now must be told whole, however large the events are that anybody sends. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { clip } from '../../../worker/ingest/tree'
import { withHits } from '../../../worker/ingest/metrics'
import { madeSite } from '../objects'

/** Forty KB of ready paths, as one saying of a browser may hold. */
const large = (i: number) => ({
  at: Date.now(),
  type: 'x',
  dimensions: clip(
    Array.from({ length: 20 }, (_, j) => Array.from({ length: 8 }, (__, k) => `${i}-${j}-${k}é`.padEnd(250, 'x'))),
    40,
  ),
  metrics: withHits({}),
})

const filled = async () => {
  const made = await madeSite()
  const now = Date.now()
  const entry = (i: number) => ({ ...place(undefined, now), text: JSON.stringify([large(i)]) })
  const batches = Array.from({ length: 100 }, (_, b) => Array.from({ length: 10 }, (__, j) => entry(10 * b + j)))
  await Promise.all(batches.map((batch) => made.hail().append(batch)))
  return made
}

test('shows the last events, as many as fit a message, and says that there are more', async () => {
  const { hail, whale } = await filled()
  const waiting = await whale().spy({ wanted: '*', count: 1_000 })
  expect(waiting.partial).toBe(true)
  expect(waiting.events.length).toBeGreaterThan(100)
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  const merged = await whale().spy({ wanted: '*', count: 1_000 })
  expect(merged.partial).toBe(true)
  expect(merged.events.length).toBeGreaterThan(100)
})
