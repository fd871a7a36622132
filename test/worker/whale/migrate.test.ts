/** A Whale and a Hail as the first release left them, woken by this one: nothing is lost, and no crash leaves half of it. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { encode, Fragment } from '../../../worker/rollup/fragment'
import { parseMetric } from '../../../worker/rollup/metric'
import { parseWhere } from '../../../worker/rollup/where'
import { breaks, madeSite, query, rows, view, views } from '../objects'

const HOUR = 3_600_000

type Made = Awaited<ReturnType<typeof madeSite>>

/** The first release's tables, as they were created. */
const TABLES = [
  `CREATE TABLE shard    (shard INTEGER PRIMARY KEY, cursor INTEGER, events INTEGER, last INTEGER)`,
  `CREATE TABLE gap      (shard INTEGER, start INTEGER, until INTEGER)`,
  `CREATE TABLE fragment (id INTEGER PRIMARY KEY, start INTEGER, until INTEGER, bytes BLOB)`,
  `CREATE TABLE raw      (id INTEGER PRIMARY KEY, last INTEGER, text TEXT)`,
  `CREATE TABLE type     (id INTEGER PRIMARY KEY, name TEXT)`,
  `CREATE TABLE path     (parent INTEGER, name TEXT, id INTEGER, PRIMARY KEY (parent, name)) WITHOUT ROWID`,
  `CREATE TABLE cell     (level INTEGER, type INTEGER, path INTEGER, start INTEGER, metrics TEXT, sketch BLOB,
                          PRIMARY KEY (level, type, path, start)) WITHOUT ROWID`,
  `CREATE TABLE state    (version INTEGER, closed INTEGER, paths INTEGER, calendar TEXT)`,
  `INSERT INTO state VALUES (1, 0, 0, NULL)`,
]

/** Its parts: what has no gauges and no sketches differs in the first byte only. */
function oldPart(pages: readonly string[], at: number): Uint8Array {
  const fragment = new Fragment()
  for (const page of pages)
    fragment.add({ at, type: 'pageview', dimensions: { page }, metrics: { hits: 1, dollars: 0.5 } })
  const [part] = encode(fragment)
  part![0] = 1
  return part!
}

/** Three events in cells, of which one hour, day and month; two pending; four raw, as text. */
async function old(): Promise<Made & { at: number }> {
  const made = await madeSite()
  const at = Date.now() - 2 * HOUR
  const hour = Math.floor(at / HOUR) * HOUR
  const date = new Date(hour).toISOString()
  const day = Number(date.slice(0, 10).replaceAll('-', ''))
  await runInDurableObject(made.whale(), (_, { storage: { sql } }) => {
    for (const table of TABLES) sql.exec(table)
    sql.exec(`INSERT INTO type VALUES (1, 'pageview')`)
    sql.exec(`INSERT INTO path VALUES (0, 'page', 1), (1, '/a', 2)`)
    for (const [level, start] of [
      [1, hour / 1000],
      [2, day],
      [3, Math.floor(day / 100)],
    ])
      for (const path of [0, 1, 2])
        sql.exec(`INSERT INTO cell VALUES (?, 1, ?, ?, '{"hits":3,"dollars":[1.5,0]}', NULL)`, level, path, start)
    const insert = `INSERT INTO fragment VALUES (?, ?, ?, ?)`
    sql.exec(insert, 7, at, at, oldPart(['/a', '/a', '/a'], at))
    sql.exec(insert, 8, at, at, oldPart(['/a', '/b'], at))
    const raw = (hits: number, page: string) => [{ at, type: 'pageview', dimensions: { page }, metrics: { hits } }]
    sql.exec(`INSERT INTO raw (last, text) VALUES (?, ?)`, at, JSON.stringify([raw(1, '/a'), raw(2, '/a')]))
    sql.exec(`INSERT INTO raw (last, text) VALUES (?, ?)`, at + 1, JSON.stringify([raw(1, '/a'), raw(1, '/b')]))
    sql.exec(`INSERT INTO shard VALUES (0, 5, 5, ?)`, at)
    const calendar = JSON.stringify({ zones: made.site.zones, shards: 1 })
    sql.exec(`UPDATE state SET closed = 7, paths = 2, calendar = ?`, calendar)
  })
  await runInDurableObject(made.hail(), (_, { storage: { sql } }) => {
    sql.exec(`CREATE TABLE place (filed INTEGER, merged INTEGER, dropped INTEGER)`)
    sql.exec(`INSERT INTO place VALUES (5, 5, 5)`)
    sql.exec(`CREATE TABLE ids (key INTEGER PRIMARY KEY, until INTEGER, rows BLOB)`)
  })
  for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
  return { ...made, at }
}

async function searched({ whale, site }: Made, page: string): Promise<number> {
  const metric = parseMetric('hits')
  const where = parseWhere(JSON.stringify({ page }))
  if ('problem' in metric || 'problem' in where) throw new Error('not a question')
  const now = Date.now()
  const answer = await whale().search({
    type: 'pageview',
    dimension: [],
    metrics: [metric],
    interval: 'hour',
    from: now - 20 * HOUR,
    to: now,
    now,
    timezone: 'UTC',
    zones: site.zones,
    depth: 0,
    sort: { metric, descending: true },
    limit: 10,
    where,
  })
  if ('problem' in answer) throw new Error(answer.problem)
  return answer.series[0]?.total ?? 0
}

const version = async ({ whale }: Made) =>
  (await query<{ version: number }>(whale(), `SELECT version FROM state`))[0]!.version

async function expectAll(made: Made) {
  expect([await made.total(), await made.total('dollars'), await made.total('hits', ['page', '/a'])]).toEqual([
    5, 2.5, 4,
  ])
}

test('answers as before, and raw events can be asked', async () => {
  const made = await old()
  await expectAll(made)
  expect(await version(made)).toBe(3)
  expect(await searched(made, '/a')).toBe(4)
  expect(await searched(made, '/b')).toBe(1)
  expect((await made.whale().spy({ wanted: '*', count: 10 })).events).toHaveLength(4)
  await evictDurableObject(made.whale())
  await expectAll(made)
})

test('counts on: merges, closes, and files', async () => {
  const made = await old()
  await made.hail().append([...views(0, 2), view(9, { page: '/b' })])
  expect(await made.total()).toBe(8)
  await made.hail().merge()
  await made.whale().close()
  for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
  expect([await made.total(), await made.total('hits', ['page', '/b'])]).toEqual([8, 2])
  expect(await made.hail().append([view(9, { page: '/b' })])).toEqual({ duplicates: [true] })
})

test('is not half-way after a crash, and is done the next time', async () => {
  const made = await old()
  const mend = await breaks(made.whale(), 'UPDATE OF version ON state')
  const [failed] = await Promise.allSettled([made.total()])
  expect(failed?.status).toBe('rejected')
  await evictDurableObject(made.whale())
  expect(await version(made)).toBe(1)
  expect(await rows(made.whale(), 'raw')).toBe(2)
  // Meanwhile nothing is lost: the Hail keeps it.
  await made.hail().append(views(0, 2))
  await made.hail().merge()
  expect(await made.hail().status()).toMatchObject({ waiting: 2 })
  await mend()
  expect(await made.total()).toBe(7)
  await made.hail().merge()
  expect([await made.total(), await version(made), await searched(made, '/a')]).toEqual([7, 3, 6])
})

test('takes what a newer Hail handed to an older Whale during a deploy', async () => {
  const made = await old()
  await made.hail().append([view(3)])
  const { raw } = await made.hail().raw(5)
  await runInDurableObject(made.whale(), (_, { storage: { sql } }) => {
    for (const chunk of raw) sql.exec(`INSERT INTO raw (last, text) VALUES (?, ?)`, Date.now(), chunk)
  })
  await expect(made.total()).resolves.toBe(6)
  expect(await rows(made.whale(), 'event')).toBe(3)
})
