/** Graupels that forward to each other, and what a shop sends to the first of them. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { alarmNow } from './alarm'
import { call, type Made, makeSite, total } from './api'
import { type Options, type Server, startServer, temporaryFolder } from './server'

interface Mishap {
  at: number
  upstream: string
  message: string
}

/** A site at one of them. */
export interface At {
  server: Server
  made: Made
}

export interface Forwarding {
  upstreams: string[]
  upstream: number | Record<string, number> | null
  shards: { shard: number; cursor: number; inDoubt: number }[]
  waiting: number
  lagSeconds: number
  lastError: Mishap | null
  errors: Mishap[]
}

export const TYPE = { type: 'sale' }

export async function site(options: Options = {}, settings: Record<string, unknown> = {}): Promise<At> {
  const server = await startServer(options)
  return { server, made: await makeSite(server, settings) }
}

export const forwarder = (options: Options = {}): Promise<At> => site({ isOpen: true, ...options })

/** One key for all upstreams, or one for each. */
export async function link({ server, made }: At, upstream: string | Record<string, string> | null): Promise<void> {
  expect((await call(server, 'PATCH', `/api/sites/${made.site}`, { upstream })).status).toBe(200)
}

export async function forwardTo({ server }: At, ...upstreams: string[]): Promise<void> {
  expect((await call(server, 'PUT', '/api/forward', { upstreams })).status).toBe(200)
}

/** Numbered sales, `from` the first number on; each is worth its number, so that a sum tells which are missing. */
export async function sell({ server, made }: At, from: number, count: number): Promise<void> {
  const sales = Array.from({ length: count }, (_, i) => ({
    ...TYPE,
    id: `sale-${from + i}`,
    dimensions: { shop: `${(from + i) % 7}` },
    metrics: { worth: from + i },
  }))
  for (let i = 0; i < sales.length; i += 1_000) {
    const { status, body } = await call(server, 'POST', `/count`, sales.slice(i, i + 1_000), made.keys.write)
    expect([status, body]).toMatchObject([200, { refused: 0 }])
  }
}

export const forwardOf = async ({ server, made }: At): Promise<Forwarding> =>
  (await call<{ forward: Forwarding }>(server, 'GET', `/status?site=${made.site}`)).body.forward

/** Whatever waits is due at once: what a minute does, or an hour. */
export async function later({ server }: At): Promise<void> {
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
}

/** Until all of it has arrived, by minutes that pass. */
export async function arrived(at: At, minutes = 1): Promise<void> {
  await later(at)
  const waiting = async () => (await forwardOf(at)).waiting
  for (let minute = 1; minute < minutes && (await settled(waiting)) > 0; minute++) await later(at)
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0)
}

/** A number that does not change for a moment. */
async function settled(ask: () => Promise<number>): Promise<number> {
  for (let last = await ask(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const next = await ask()
    if (next === last) return next
    last = next
  }
}

/** Hits and worth, which differ where an event is missing and another doubled. */
export async function totals({ server, made }: At): Promise<[hits: number, worth: number]> {
  return [await total(server, made.site, 'hits', [], TYPE), await total(server, made.site, 'worth', [], TYPE)]
}

/** What totals must be of the first so many sales. */
export const exactly = (count: number): [hits: number, worth: number] => [count, (count * (count - 1)) / 2]

/** What an earlier day's backup of the whole data folder brings back. */
export async function backedUp({ server }: At): Promise<() => Promise<void>> {
  await server.stop()
  const [objects, copy] = [join(server.dataFolder, 'objects'), join(temporaryFolder(), 'objects')]
  cpSync(objects, copy, { recursive: true })
  await server.restart()
  return async () => {
    await server.kill('SIGKILL')
    rmSync(objects, { recursive: true })
    cpSync(copy, objects, { recursive: true })
    await server.restart()
  }
}
