/**
 * What the whole server process holds in memory, before and after a million acknowledged events of a site: most of them
 * from a program, by /count, the rest beacons. Nobody collects garbage on its behalf.
 */
import { join } from 'node:path'
import { makeSite, total } from '../flow/api'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor'
import { type Figure, say } from './figure'
import type { Load, Shot } from './load'
import { loaded } from './loaded'
import { memoryOf } from './process'
import { serveGraupel } from './serving'

const CONNECTIONS = 64
/** Of each round, multiples of the connections. */
const BATCHES = 15 * CONNECTIONS
const BATCH = 100
const VIEWS = 63 * CONNECTIONS
/** … of so many rounds: a million in all. */
const ROUNDS = 10
const VIEWS_A_LOAD = 12
const MIB = 2 ** 20

const PAGES = 200
const COUNTRIES = ['US', 'DE', 'GB', 'FR', 'SE', 'IN', 'BR', 'JP']

/** Of a shop's server: each with an id, a page and a country. */
const batches = (site: number, round: number): Shot[] =>
  Array.from({ length: BATCHES }, (_, i) => ({
    method: 'POST',
    path: `/count?site=${site}`,
    body: JSON.stringify(
      Array.from({ length: BATCH }, (__, j) => ({
        type: 'request',
        id: `${round} ${i} ${j}`,
        dimensions: { page: `/products/${(i + j) % PAGES}`, country: COUNTRIES[(i * j) % COUNTRIES.length] },
      })),
    ),
  }))

function views(key: SiteKey): Shot[] {
  const shots: Shot[] = []
  for (let load = new PageLoad(key); shots.length < VIEWS; ) {
    if (shots.length % VIEWS_A_LOAD === 0) load = new PageLoad(key)
    const envelope = load.view(`shop.example/products/${shots.length % PAGES}`, { referrer: 'www.google.com/' })
    shots.push({ method: 'GET', path: `/p/${envelope}` })
  }
  return shots
}

export async function measureMemory(scratch: string, bundle: string): Promise<{ figures: Figure[] }> {
  const server = await serveGraupel(bundle, join(scratch, 'memory'))
  try {
    const { site, keys } = await makeSite(server)
    const key = await siteKey(server.origin, site)
    const agent = { 'user-agent': CHROME }
    const write = { ...agent, 'content-type': 'application/json', authorization: `Bearer ${keys.write}` }
    const send = (shots: Shot[], headers: Load['headers']) =>
      loaded({ origin: server.origin, connections: CONNECTIONS, shots, amount: shots.length, headers })
    const start = memoryOf(server.pid).now
    const after: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await send(batches(site, round), write)
      await send(views(key), agent)
      after.push(memoryOf(server.pid).now)
      say(`memory: ${(((round + 1) * (BATCHES * BATCH + VIEWS)) / 1e6).toFixed(1)} M events, ${mib(after.at(-1)!)} MiB`)
    }
    const requests = await total(server, site, 'hits', [], { type: 'request' })
    const events = requests + (await total(server, site))
    if (events !== ROUNDS * (BATCHES * BATCH + VIEWS)) throw new Error(`${events} events are counted`)
    const { most } = memoryOf(server.pid)
    const unit = 'MiB'
    const note = `${mib(start)} at its start, ${mib(after[0]!)} after a tenth${most ? `, ${mib(most)} at the most` : ''}`
    const name = `the whole server process holds after ${(events / 1e6).toFixed(1)} M events`
    return { figures: [{ name, value: after.at(-1)! / MIB, unit, isStated: true, note }] }
  } finally {
    await server.stop()
  }
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(0)
