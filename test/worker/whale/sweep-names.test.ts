/** A name that was swept away and comes again in the same life of the Whale must be found again. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { madeSite, query, view } from '../objects'

const DAY = 86_400_000

test('a page counts again after its old days were swept and its months joined the rest', async () => {
  const { hail, whale, total } = await madeSite('UTC', { keep: { raw: 0, hours: 2, days: 35 } })
  const now = Date.now()
  // Days of one month, long ago: an import. Of 5,000 pages in a month four thousand join its rest; days keep them all.
  const date = new Date(now - 90 * DAY)
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 2)
  let number = 0
  for (let day = 0; day < 6; day++) {
    await hail().append(
      Array.from({ length: 900 }, () => view(number, { at: month + day * DAY, page: `/${number++}` })),
    )
    await hail().merge()
    await whale().close()
  }
  const names = () =>
    query<{ name: string }>(whale(), `SELECT name FROM path WHERE name LIKE '/%'`).then(
      (rows) => new Set(rows.map(({ name }) => name)),
    )
  const before = await names()
  await runInDurableObject(whale(), (_, { storage }) => {
    storage.sql.exec(`UPDATE state SET swept = 0`)
  })
  await runDurableObjectAlarm(whale())
  const after = await names()
  const [gone] = [...before].filter((name) => !after.has(name))
  expect(before.size).toBe(5_400)
  expect(gone).toBeDefined()
  await hail().append([view(90_000, { page: gone! })])
  await hail().merge()
  expect(await total('hits', ['page', gone!])).toBe(1)
  await whale().close()
  const found = await total('hits', ['page', gone!])
  await evictDurableObject(whale())
  expect([found, await total('hits', ['page', gone!])]).toEqual([1, 1])
})
