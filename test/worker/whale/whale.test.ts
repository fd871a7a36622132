import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { breaks, changes, madeSite, rows, view, views } from '../objects'

test('answers the same before and after a close, an eviction, and events that come late', async () => {
  const { hail, whale, total } = await madeSite('Asia/Kolkata')
  await hail().append(views(0, 4))
  await hail().merge()
  await whale().close()
  expect(await total()).toBe(4)
  await evictDurableObject(whale())
  expect(await total()).toBe(4)
  await hail().append([view(10, { at: Date.now() - 40 * 3_600_000, page: '/b' })])
  await hail().merge()
  expect(await total()).toBe(5)
  await whale().close()
  await whale().close()
  await evictDurableObject(whale())
  expect(await total()).toBe(5)
  expect(await total('hits', ['page', '/b'])).toBe(1)
})

test('closes by its alarm and sets none when nothing came', async () => {
  const { hail, whale } = await madeSite()
  await hail().append([view(1)])
  await hail().merge()
  expect(await runDurableObjectAlarm(whale())).toBe(true)
  expect(await whale().status()).toMatchObject({ pendingPaths: 0 })
  expect(await rows(whale(), 'cell')).toBeGreaterThan(0)
  // What it has will be too old one day, and nothing happens until then.
  const alarm = await runInDurableObject(whale(), (_, { storage }) => storage.getAlarm())
  expect(alarm! - Date.now()).toBeGreaterThan(20 * 3_600_000)
})

test('is exact after a close that broke half-way', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 6))
  await hail().merge()
  await whale().close()
  await hail().append(views(6, 6))
  await hail().merge()
  // Months are written last: by then hours and days of this close stand in the cells.
  const mend = await breaks(whale(), 'UPDATE OF closed ON state')
  await whale().close()
  expect(await total()).toBe(12)
  await evictDurableObject(whale())
  expect(await total()).toBe(12)
  await mend()
  await whale().close()
  await evictDurableObject(whale())
  expect(await total()).toBe(12)
})

test('takes a slice once, however often it is sent, and answers its cursor to one that does not fit', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 3))
  const peek = await hail().peek(0)
  const slice = { ...peek, shard: 0, raw: [] }
  expect(await whale().merge(slice)).toEqual({ cursor: peek.to })
  expect(await whale().merge(slice)).toEqual({ cursor: peek.to })
  await evictDurableObject(whale())
  expect(await whale().merge(slice)).toEqual({ cursor: peek.to })
  expect(await total()).toBe(3)
  await hail().merge()
  expect(await total()).toBe(3)
})

test('is exact after it was restored to an older state, as far as the log reaches', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 3))
  await hail().merge()
  const before = await runInDurableObject(whale(), (_, { storage }) => ({
    shard: storage.sql.exec('SELECT * FROM shard').toArray(),
    fragments: storage.sql.exec<{ id: number }>('SELECT max(id) AS id FROM fragment').one().id,
  }))
  await hail().append(views(3, 4))
  await hail().merge()
  expect(await total()).toBe(7)
  await runInDurableObject(whale(), (_, { storage }) => {
    storage.sql.exec('DELETE FROM fragment WHERE id > ?', before.fragments)
    storage.sql.exec('UPDATE shard SET cursor = ?, events = ?', before.shard[0]!.cursor!, before.shard[0]!.events!)
  })
  await evictDurableObject(whale())
  expect(await total()).toBe(7)
  await hail().append([view(20)])
  await hail().merge()
  await hail().merge()
  expect(await total()).toBe(8)
  expect((await whale().status()).shards).toMatchObject([{ events: 8 }])
})

test('writes no row when it is read', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 3))
  await hail().merge()
  await hail().append(views(3, 3))
  expect(await total()).toBe(6)
  const before = [await changes(hail()), await changes(whale())]
  for (let i = 0; i < 12; i++) expect(await total()).toBe(6)
  await whale().status()
  await hail().status()
  expect([await changes(hail()), await changes(whale())]).toEqual(before)
  await hail().append([view(9)])
  expect(await changes(hail())).toBeGreaterThan(before[0]!)
})

test('keeps names apart that JSON must escape', async () => {
  const { hail, whale, total } = await madeSite()
  const names = ['\\', '"', '\\"', '"\\', '"a', 'a"', '\\a']
  const metrics = Object.fromEntries(names.map((name, i) => [name, i + 1]))
  const events = names.map((name) => ({ at: Date.now(), type: 'pageview', dimensions: { page: name }, metrics }))
  await hail().append([{ bucket: 0, until: 0, text: JSON.stringify(events) }])
  for (const step of [() => hail().merge(), () => whale().close(), () => evictDurableObject(whale())]) {
    await step()
    for (const [i, name] of names.entries()) expect(await total(name, ['page', '"a'])).toBe(i + 1)
  }
})

test('writes no row in a storm of readers', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 5))
  await hail().merge()
  await hail().append(views(5, 5))
  expect(await total()).toBe(10)
  const before = [await changes(hail()), await changes(whale())]
  const until = Date.now() + 1_000
  let answers = 0
  const reader = async () => {
    while (Date.now() < until) {
      expect(await total()).toBe(10)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: 50 }, reader))
  expect(answers).toBeGreaterThanOrEqual(50)
  expect([await changes(hail()), await changes(whale())]).toEqual(before)
})

test('gives no answer of before, though it keeps answers', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append([view(1)])
  for (let sent = 1; sent < 6; sent++) {
    expect([await total(), await total()]).toEqual([sent, sent])
    if (sent % 2) await hail().merge()
    expect(await total()).toBe(sent)
    await whale().close()
    expect(await total()).toBe(sent)
    await hail().append([view(10 + sent)])
  }
  await whale().reset({ type: 'pageview' })
  expect(await total()).toBe(0)
})
