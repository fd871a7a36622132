import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { breaks, madeSite, query, rows, view, views } from '../objects'

test('shows an acknowledged event in the next answer, before any merge', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 3))
  expect(await total()).toBe(3)
  expect((await whale().status()).shards).toEqual([])
})

test('counts a replay once while it waits, when it is committed, merged, filed, and after each is evicted', async () => {
  const { hail, whale, total } = await madeSite()
  const receipts = await Promise.all(Array.from({ length: 20 }, () => hail().append([view(1)])))
  expect(receipts.filter(({ duplicates }) => !duplicates[0])).toHaveLength(1)

  await evictDurableObject(hail())
  expect(await hail().append([view(1)])).toEqual({ duplicates: [true] })
  await hail().merge()
  expect(await hail().append([view(1)])).toEqual({ duplicates: [true] })
  await evictDurableObject(hail())
  expect(await hail().append([view(1), view(2), view(2)])).toEqual({ duplicates: [true, false, true] })
  await evictDurableObject(whale())
  expect(await total()).toBe(2)
})

test('merges by its alarm, and sets one only when a slice opens', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append([view(1)])
  expect(await runDurableObjectAlarm(hail())).toBe(true)
  expect((await whale().status()).shards).toMatchObject([{ shard: 0, events: 1 }])
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  expect(await runDurableObjectAlarm(hail())).toBe(false)
  expect(await total()).toBe(1)
})

test('acknowledges nothing and remembers nothing of a commit that failed', async () => {
  const { hail, total } = await madeSite()
  await hail().append([view(1)])
  const [log] = await query<{ name: string }>(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
  const mend = await breaks(hail(), `INSERT ON ${log!.name}`)
  const results = await Promise.allSettled([
    hail().append([view(2)]),
    hail().append([view(2)]),
    hail().append([view(3)]),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await mend()
  expect(await total()).toBe(1)
  expect(await hail().append([view(2), view(3)])).toEqual({ duplicates: [false, false] })
  expect(await total()).toBe(3)
})

test('keeps acknowledging while the whale is away, and is exact afterwards', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 10))
  await hail().merge()
  const mend = await breaks(whale(), 'INSERT ON fragment')
  await hail().append(views(10, 10))
  await hail().merge()
  await evictDurableObject(hail())
  await hail().append(views(20, 10))
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 20 })
  await mend()
  expect(await total()).toBe(30)
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  expect(await total()).toBe(30)
})

test('is exact after a crash between the whale’s commit and learning of it', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 5))
  const mend = await breaks(hail(), 'UPDATE ON place')
  await hail().merge()
  expect((await whale().status()).shards).toMatchObject([{ events: 5 }])
  expect(await total()).toBe(5)
  await mend()
  await evictDurableObject(hail())
  await hail().append(views(5, 5))
  expect(await total()).toBe(10)
  await hail().merge()
  expect((await whale().status()).shards).toMatchObject([{ events: 10 }])
  expect(await hail().append(views(0, 10))).toEqual({ duplicates: new Array(10).fill(true) })
  expect(await total()).toBe(10)
})

test('merges a long log in slices, and readers see all of it at every moment', { timeout: 60_000 }, async () => {
  const { hail, total } = await madeSite()
  await hail().append([view(0)])
  const mend = await breaks(hail(), 'UPDATE ON place')
  for (let from = 0; from < 12_000; from += 1_000) await hail().append(views(from, 1_000))
  await mend()
  expect(await total()).toBe(12_000)
  await hail().merge()
  expect(await hail().status()).toMatchObject({ waiting: 0 })
  expect(await total()).toBe(12_000)
  expect(await hail().append([view(3), view(11_999)])).toEqual({ duplicates: [true, true] })
})

test('files an id under its raw time, so that a late replay finds it', async () => {
  const { hail, total } = await madeSite()
  const old = Date.now() - 70 * 3_600_000
  await hail().append([view(1, { at: old })])
  await hail().merge()
  await evictDurableObject(hail())
  expect(await hail().append([view(1, { at: old })])).toEqual({ duplicates: [true] })
  expect(await total()).toBe(1)
  expect(await rows(hail(), 'ids')).toBe(1)
})

test('makes no table for a reader', async () => {
  const { hail, whale, total } = await madeSite()
  expect(await total()).toBe(0)
  for (const stub of [hail(), whale()]) expect(await rows(stub, 'sqlite_master')).toBe(0)
})
