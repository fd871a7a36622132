/** A reset takes what was counted before it, and nothing that came after it was answered. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { madeSite, query, view } from '../objects'
import { asked } from './asked'

const entry = (type: string) => ({
  ...place(undefined, Date.now()),
  text: JSON.stringify([{ at: Date.now(), type, dimensions: {}, metrics: { hits: 1 } }]),
})
type Made = Awaited<ReturnType<typeof madeSite>>
async function totalOf({ whale, site }: Made, type: string, dimension: string[] = []): Promise<number> {
  const [series] = await asked(whale(), site, { type, dimension })
  return series?.total ?? 0
}

test('a reset that is done says so, while another one has only begun', async () => {
  const { hail, whale } = await madeSite()
  await hail().append([entry('x'), entry('y')])
  await hail().merge()
  await runInDurableObject(whale(), (_, { storage }) => {
    for (let i = 0; i < 8; i++)
      storage.sql.exec(
        `INSERT INTO event (start, until, merged, events, bytes) SELECT start, until, merged, events, bytes FROM event`,
      )
  })
  const first = whale()
    .reset({ type: 'x' })
    .then(
      () => 'done',
      (error: Error) => error.message,
    )
  await scheduler.wait(50)
  const second = whale()
    .reset({ type: 'y' })
    .then(
      () => 'done',
      (error: Error) => error.message,
    )
  expect(await first).toBe('done')
  expect(await second).toBe('done')
})

test('a reset comes again to a Whale restored to a state before it, also when the log is gone', async () => {
  const made = await madeSite()
  const { hail, whale } = made
  await hail().append([entry('x'), entry('x')])
  await hail().merge()
  await whale().close()
  const tables = ['cell', 'type', 'path', 'fragment', 'event', 'shard', 'state', 'reset']
  const backup = new Map<string, Record<string, SqlStorageValue>[]>()
  for (const table of tables) backup.set(table, await query(whale(), `SELECT * FROM ${table}`))
  await whale().reset({ type: 'x' })
  expect(await totalOf(made, 'x')).toBe(0)
  // Hours later the Hail's log of then is dropped, as it is with any later merge.
  await runInDurableObject(hail(), (_, { storage }) => {
    const { name } = storage.sql.exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`).one()
    const hour = Number(name.slice(4)) - 3
    storage.sql.exec(`UPDATE ${name} SET position = position - ?`, 3 * 3_600_000 * 1024)
    storage.sql.exec(`ALTER TABLE ${name} RENAME TO log_${hour}`)
    storage.sql.exec(`UPDATE place SET filed = filed - ?1, merged = merged - ?1`, 3 * 3_600_000 * 1024)
    storage.sql.exec(`UPDATE reset SET position = position - ?`, 3 * 3_600_000 * 1024)
  })
  await runInDurableObject(whale(), (_, { storage }) => {
    storage.sql.exec(`UPDATE shard SET cursor = cursor - ?`, 3 * 3_600_000 * 1024)
  })
  await evictDurableObject(hail())
  await evictDurableObject(whale())
  await hail().append([view(1)])
  await hail().merge()
  expect(await query(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)).toHaveLength(1)
  await evictDurableObject(hail())
  // The Whale comes back from a backup of before the reset.
  await runInDurableObject(whale(), (_, { storage }) => {
    for (const table of tables) {
      storage.sql.exec(`DELETE FROM ${table}`)
      for (const row of backup.get(table)!)
        storage.sql.exec(
          `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
            .map(() => '?')
            .join()})`,
          ...Object.values(row),
        )
    }
    storage.sql.exec(`UPDATE shard SET cursor = cursor - ?`, 3 * 3_600_000 * 1024)
  })
  await evictDurableObject(whale())
  await hail().append([view(2)])
  await hail().merge()
  await hail().merge()
  expect(await totalOf(made, 'x')).toBe(0)
})
