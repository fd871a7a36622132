/** A reset reaches a Whale that is put back to a time before it: its Hails tell it, with the next slice. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Scope } from '../../../worker/rollup/erase'
import { asked, entry, everywhere, told } from './shop'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
})

test.each<[string, Scope, string[], string, number]>([
  ['a type', { type: 'shop.sale' }, ['shop.sale'], 'hits', 0],
  ['a type’s parent', { type: 'shop.sale' }, ['shop'], 'hits', 9],
  ['a path', { path: ['page', 'a'] }, ['shop', 'page', 'a', 'x'], 'hits', 0],
  ['hits', { metric: 'hits' }, ['shop'], 'hits', 0],
  ['a metric', { metric: 'dollars' }, ['shop'], 'dollars', 0],
  ['visitors', { metric: 'visitors' }, ['shop'], 'visitors', 0],
])('is told by the Hail to a Whale that is restored to before it: %s', async (_, scope, place, metric, left) => {
  const made = await everywhere()
  const { hail, whale } = made
  // Everything the Whale has, but for the last slice, which is not merged yet.
  const saved = await snapshot(whale())
  expect(await told(made, scope)).toBe(true)
  await restore(whale(), saved)
  await evictDurableObject(whale())
  // What it has now lies before the reset; with the next slice it hears of it.
  await hail().append([entry({ type: 'news' })])
  await hail().merge()
  await hail().merge()
  expect(await asked(made, place, metric)).toBe(left)
  await runDurableObjectAlarm(whale())
  expect((await whale().status()).resets).toEqual([])
  for (const stub of [whale(), hail()]) await evictDurableObject(stub)
  expect([await asked(made, place, metric), await asked(made, ['news'])]).toEqual([
    left,
    metric === 'hits' && !scope.metric ? 1 : 1,
  ])
})

test('is told to it though the log of that time is gone', async () => {
  const made = await everywhere()
  const saved = await snapshot(made.whale())
  expect(await told(made, { type: 'shop.sale' })).toBe(true)
  await runInDurableObject(made.hail(), (_, { storage: { sql } }) => {
    for (const { name } of sql
      .exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
      .toArray())
      sql.exec(`DROP TABLE ${name}`)
    sql.exec(`UPDATE place SET dropped = max(filed, merged)`)
  })
  await restore(made.whale(), saved)
  for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
  await made.hail().append([entry({ type: 'news' })])
  await made.hail().merge()
  await made.hail().merge()
  expect([await asked(made, ['shop.sale']), await asked(made, ['shop']), await asked(made, ['news'])]).toEqual([
    0, 6, 1,
  ])
})

type Saved = { table: string; rows: Record<string, SqlStorageValue>[] }[]

const TABLES = ['shard', 'gap', 'fragment', 'event', 'type', 'path', 'cell', 'reset', 'state']

const snapshot = (stub: DurableObjectStub<undefined>): Promise<Saved> =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    TABLES.map((table) => ({ table, rows: sql.exec(`SELECT * FROM ${table}`).toArray() })),
  )

const restore = (stub: DurableObjectStub<undefined>, saved: Saved): Promise<void> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    for (const { table, rows: all } of saved) {
      sql.exec(`DELETE FROM ${table}`)
      for (const row of all) {
        const marks = Object.keys(row).map(() => '?')
        sql.exec(`INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${marks.join()})`, ...Object.values(row))
      }
    }
  })
