/**
 * A Whale put back to yesterday, as from a backup of its files. What the Hails' logs still hold is folded again and
 * counted once; what they do not is named as a gap; and nothing is ever counted twice.
 */
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { alarmNow } from './alarm'
import { call, type Made, makeSite, statusOf, total } from './api'
import { type Server, startServer, temporaryFolder } from './server'

const TYPE = { type: 'sale' }

interface Counted {
  accepted: number
  duplicates: number
}

const sales = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...TYPE, id: `sale-${from + i}`, dimensions: { shop: `${i % 2}` } }))

async function sell(server: Server, { site, keys }: Made, from: number, count: number): Promise<Counted> {
  const { status, body } = await call<Counted>(server, 'POST', `/count?site=${site}`, sales(from, count), keys.write)
  expect(status).toBe(200)
  return body
}

/** The hour is over: its slices are merged, or what is pending goes into the cells. */
async function later(server: Server, site: number, objects: 'graupel-hail' | 'graupel-whale'): Promise<void> {
  await server.stop()
  alarmNow(server.dataFolder, objects)
  await server.restart()
  const left = async () => {
    const { shards } = await statusOf(server, site)
    const { body } = await call<{ pendingPaths: number }>(server, 'GET', `/status?site=${site}`)
    return objects === 'graupel-hail' ? shards.reduce((sum, { waiting }) => sum + waiting, 0) : body.pendingPaths
  }
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
}

const folderOf = ({ dataFolder }: Server, objects: string) => join(dataFolder, 'objects', objects)

/** Ten sales are in the backup, closed where asked; seven more are merged after it, and four are in the log only. */
async function restored(isClosed: boolean, before?: (server: Server) => void) {
  const server = await startServer()
  const made = await makeSite(server)
  await sell(server, made, 0, 10)
  await later(server, made.site, 'graupel-hail')
  if (isClosed) await later(server, made.site, 'graupel-whale')
  await server.stop()
  const [whale, backup] = [folderOf(server, 'graupel-whale'), join(temporaryFolder(), 'whale')]
  cpSync(whale, backup, { recursive: true })

  await server.restart()
  await sell(server, made, 10, 7)
  await later(server, made.site, 'graupel-hail')
  if (isClosed) await later(server, made.site, 'graupel-whale')
  await sell(server, made, 17, 4)
  expect(await total(server, made.site, 'hits', [], TYPE)).toBe(21)
  await server.stop()
  before?.(server)
  rmSync(whale, { recursive: true })
  cpSync(backup, whale, { recursive: true })
  await server.restart()
  return { server, made, hits: () => total(server, made.site, 'hits', [], TYPE) }
}

test.each([
  ['open', false],
  ['closed', true],
])('folds again what the log holds, and counts it once; hours %s', async (_, isClosed) => {
  const { server, made, hits } = await restored(isClosed)
  expect(await hits()).toBe(21)
  await later(server, made.site, 'graupel-hail')
  expect(await hits()).toBe(21)
  expect(await sell(server, made, 0, 25)).toMatchObject({ accepted: 4, duplicates: 21 })
  await later(server, made.site, 'graupel-hail')
  await later(server, made.site, 'graupel-whale')
  expect(await hits()).toBe(25)
  const status = await statusOf(server, made.site)
  expect([status.gaps, status.merged]).toMatchObject([[], [{ shard: 0, events: 25 }]])
})

/** What a Hail does an hour after a merge: its log goes, and it remembers up to where. */
function dropLogs(server: Server): void {
  const folder = folderOf(server, 'graupel-hail')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')) {
    const disk = new DatabaseSync(join(folder, file))
    const tables = disk.prepare(`SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`).all() as { name: string }[]
    for (const { name } of tables) {
      disk.exec(`UPDATE place SET dropped = max(dropped, merged)`)
      disk.exec(`DELETE FROM ${name} WHERE position <= (SELECT merged FROM place)`)
    }
    disk.close()
  }
}

test('names what no log holds any more as a gap, and counts what came after it', async () => {
  const { server, made, hits } = await restored(true, dropLogs)
  expect(await hits()).toBe(14)
  await later(server, made.site, 'graupel-hail')
  const { gaps, merged } = await statusOf(server, made.site)
  expect([gaps, merged]).toMatchObject([[{ shard: 0 }], [{ events: 14 }]])
  expect(await hits()).toBe(14)
  // Their ids are known, so that nobody takes a replay for the mending of a gap.
  expect(await sell(server, made, 0, 21)).toMatchObject({ accepted: 0, duplicates: 21 })
  await later(server, made.site, 'graupel-whale')
  expect(await hits()).toBe(14)
})
