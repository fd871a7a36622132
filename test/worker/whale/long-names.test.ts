/** What a browser may name must never keep a close from being done: a handful of beacons would stop all of a site's. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { withHits } from '../../../worker/ingest/metrics'
import { clip } from '../../../worker/ingest/tree'
import { madeSite, query, views } from '../objects'

/** Fifty sayings of a browser's `count()`, some 220 KB in all: fifty paths each, eight metrics with names of 250 quotes. */
const sayings = (at: number) =>
  Array.from({ length: 50 }, (_, i) => ({
    at,
    type: '_',
    dimensions: clip(Object.fromEntries(Array.from({ length: 50 }, (__, j) => [`d${i % 10}-${j}`, {}])), 50),
    metrics: withHits(Object.fromEntries(Array.from({ length: 8 }, (__, j) => ['"'.repeat(250) + i + '-' + j, 1]))),
  }))

test('closes what a few beacons brought, however their metrics are called', async () => {
  const { hail, whale } = await madeSite()
  const now = Date.now()
  await hail().append([
    ...sayings(now).map((event) => ({ ...place(now, now), text: JSON.stringify([event]) })),
    ...views(0, 3),
  ])
  await hail().merge()
  await whale().close()
  expect(await whale().status()).toMatchObject({ pendingPaths: 0 })
  expect((await query(whale(), 'SELECT count(*) AS n FROM cell'))[0]).not.toEqual({ n: 0 })
})
