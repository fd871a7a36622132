/** A Whale's disk of the first release answers the same after this release has read it. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { decode } from '../../../worker/rollup/archive'
import { toText } from '../../../worker/rollup/cell'
import { hoursIn } from '../../../worker/rollup/hours'
import { startOfDate } from '../../../worker/rollup/interval'
import { madeSite, view } from '../objects'
import { asked, totalsBelow } from './asked'

const HOUR = 3_600_000

test('a first release’s disk, with hours of their own and raw events as text, is read as it was', async () => {
  const { hail, whale, site, total } = await madeSite('Asia/Kolkata')
  const now = Date.now()
  await hail().append(Array.from({ length: 60 }, (_, i) => view(i, { at: now - i * HOUR, page: `/${i % 3}` })))
  await hail().merge()
  await whale().close()
  await hail().append(Array.from({ length: 5 }, (_, i) => view(100 + i, { page: '/late' })))
  await hail().merge()
  const hours = async () =>
    (await asked(whale(), site, { interval: 'hour', from: now - 60 * HOUR, to: now + 1 }))[0]!.points.map(
      ([, value]) => value,
    )
  const before = [await hours(), await totalsBelow(whale(), site, ['page']), await total()]
  await runInDurableObject(whale(), (_, { storage: { sql } }) => {
    const rows = sql
      .exec<{ type: number; path: number; start: number; hours: ArrayBuffer }>(
        `SELECT type, path, start, hours FROM cell WHERE hours IS NOT NULL`,
      )
      .toArray()
    for (const { type, path, start, hours: bytes } of rows)
      for (const [hour, cell] of hoursIn(startOfDate(start, site.zones), new Uint8Array(bytes)))
        sql.exec(`INSERT INTO cell VALUES (1, ?, ?, ?, ?, NULL, NULL)`, type, path, hour / 1000, toText(cell))
    sql.exec(`ALTER TABLE cell DROP COLUMN hours`)
    sql.exec(`CREATE TABLE raw (id INTEGER PRIMARY KEY, last INTEGER, text TEXT)`)
    for (const { merged, bytes } of sql
      .exec<{ merged: number; bytes: ArrayBuffer }>(`SELECT merged, bytes FROM event ORDER BY id`)
      .toArray())
      sql.exec(
        `INSERT INTO raw (last, text) VALUES (?, ?)`,
        merged,
        JSON.stringify([[...decode(new Uint8Array(bytes))]]),
      )
    sql.exec(`DROP TABLE event`)
    for (const table of ['experiment', 'learnt', 'rewarded', 'note', 'roster', 'series', 'tracked', 'reset'])
      sql.exec(`DROP TABLE ${table}`)
    sql.exec(`ALTER TABLE fragment DROP COLUMN merged`)
    sql.exec(`ALTER TABLE state DROP COLUMN swept`)
    sql.exec(`ALTER TABLE state DROP COLUMN compacted`)
    sql.exec(`UPDATE state SET version = 1`)
  })
  await evictDurableObject(whale())
  expect([await hours(), await totalsBelow(whale(), site, ['page']), await total()]).toEqual(before)
  await hail().append([view(200, { page: '/0' })])
  await hail().merge()
  await whale().close()
  await evictDurableObject(whale())
  expect(await total()).toBe(66)
  expect((await hours()).reduce((sum, each) => sum + each, 0)).toBe(66)
})
