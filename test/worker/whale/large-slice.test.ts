/** A slice must fit one message whatever it is made of: one that does not stays in the way of all that comes after it. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { clip } from '../../../worker/ingest/tree'
import { gaugesOf, withHits } from '../../../worker/ingest/metrics'
import { madeSite, view } from '../objects'

/** Seven chains of eight long names below each other: 14 KB of a browser's `count()`, in a type of three words. */
function chains(i: number, at: number) {
  const name = (depth: number, chain: number) => `${depth}-${chain}-${i}-`.padEnd(256, 'x')
  const chain = (depth: number, j: number): object => (depth === 8 ? {} : { [name(depth, j)]: chain(depth + 1, j) })
  const dimensions = Object.assign({}, ...Array.from({ length: 5 }, (_, j) => chain(0, j)))
  return { at, type: 'a.b.c', dimensions: clip(dimensions, 40), metrics: withHits({}) }
}

test('merges what browsers named at great length', async () => {
  const { hail, whale, total } = await madeSite()
  const now = Date.now()
  const text = (i: number) => JSON.stringify([chains(i, now)])
  expect(text(0).length).toBeLessThan(16_000)
  for (let i = 0; i < 320; i += 20)
    await hail().append(Array.from({ length: 20 }, (_, j) => ({ ...place(now, now), text: text(i + j) })))
  await hail().append([view(1)])
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  expect(await total()).toBe(1)
  expect((await whale().status()).shards).toMatchObject([{ events: 321 }])
})

test('merges an import with a dozen gauges', async () => {
  const { hail, total } = await madeSite()
  const now = Date.now()
  const event = (i: number) => ({
    at: now - i * 10_000,
    type: 'request.sql',
    dimensions: clip({ host: `h${i % 9}`, table: `t${i % 7}`, user: `u${i % 5}`, region: 'eu' }),
    metrics: withHits({}),
    gauges: gaugesOf(Object.fromEntries(Array.from({ length: 12 }, (_, j) => [`gauge_${j}`, i / 7 + j]))),
  })
  for (let i = 0; i < 5_000; i += 500)
    await hail().append(
      Array.from({ length: 500 }, (_, j) => ({ ...place(undefined, now), text: JSON.stringify([event(i + j)]) })),
    )
  await hail().append([view(1)])
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  expect(await total()).toBe(1)
})
