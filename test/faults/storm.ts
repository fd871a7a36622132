/**
 * A storm: browsers send views through a network that fails, to a server that is killed, restarted and told to change its
 * number of Hails meanwhile. Each sends until it is acknowledged. What was sent and what is counted is told by page, so
 * that neither a lost view nor a doubled one can hide behind the other.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { alarmNow } from '../flow/alarm'
import { call, graph, makeSite } from '../flow/api'
import { heardNow } from '../flow/heard'
import type { Server } from '../flow/server'
import { Random } from '../random'
import { CHROME, deliver, PageLoad, siteKey } from '../visitor'
import { type Fate, FaultyProxy, type Weather } from './proxy'

const CLIENTS = 64
const VIEWS_A_LOAD = 12
const MOST_A_REQUEST = 6
const HOST = 'shop.example'
const PAGES = Array.from({ length: 40 }, (_, i) => `/page/${i}`)
const SEED = 4
const HOUR = 3_600_000
const PATIENCE_MS = 120_000
/** A fifth of all requests fails, half of those after the server has taken it. */
const STORM: Weather = { lost: 0.06, torn: 0.04, busy: 0.03, limited: 0.02, dead: 0.02, cut: 0.02, slow: 0.03 }
/** How many Hails the site begins with, and ends with. */
const SHARDS = [2, 5] as const
/** Which kill brings the change, and which ends the server gently instead. */
const CHANGE_AT = 5
const GENTLE_AT = 7

/** Views by page. */
export type Views = ReadonlyMap<string, number>

export interface Weathered {
  site: number
  sent: Views
  acknowledged: number
  /** Tries beyond the first of each request. */
  repeats: number
  fates: Partial<Record<Fate, number>>
}

export async function weather(
  server: Server,
  { events, kills }: { events: number; kills: number },
): Promise<Weathered> {
  const { site } = await makeSite(server, { shards: SHARDS[0] })
  const key = await siteKey(server.origin, site)
  const proxy = await new FaultyProxy(() => server.origin, { seed: SEED }).open()
  proxy.weather = STORM

  const sent = new Map<string, number>()
  let begun = 0
  let acknowledged = 0
  let repeats = 0

  /** One browser after the other: each a page load of some views, one or a few a request. */
  async function client(seed: number): Promise<void> {
    const random = new Random(seed)
    // Each is a visitor of its own: nobody believes one of so many views.
    const headers = { 'User-Agent': CHROME.replace('142', String(100 + (seed % CLIENTS))) }
    while (begun < events) {
      const load = new PageLoad(key)
      // Some clocks are fast: what they send lies beyond the change of shards from its first moment.
      const ahead = random.chance(0.25) ? 2 * HOUR : 0
      let left = Math.min(random.whole(1, VIEWS_A_LOAD), events - begun)
      begun += left
      while (left > 0) {
        const size = Math.min(random.whole(1, MOST_A_REQUEST), left)
        left -= size
        const envelopes = Array.from({ length: size }, () => {
          const page = random.favour(PAGES)
          sent.set(page, (sent.get(page) ?? 0) + 1)
          return load.view(`${HOST}${page}`, { at: Date.now() + ahead })
        })
        const tries = await deliver(() => proxy.address(), envelopes, { patienceMs: PATIENCE_MS, headers })
        repeats += tries - 1
        acknowledged += size
      }
    }
  }

  async function killer(): Promise<void> {
    const random = new Random(SEED)
    for (let kill = 0; kill < kills; kill++) {
      while (acknowledged < (events * (kill + 1)) / (kills + 1)) await pause(2)
      await pause(random.next() * 80)
      if (kill === CHANGE_AT - 1) await call(server, 'PATCH', `/api/sites/${site}`, { shards: SHARDS[1] })
      await (kill === GENTLE_AT ? server.stop() : server.kill('SIGKILL'))
      if (kill === CHANGE_AT) heardNow(server.dataFolder)
      if (random.chance(0.5)) alarmAll(server)
      await pause(random.next() * 200)
      await server.restart()
    }
  }

  try {
    await Promise.all([killer(), ...Array.from({ length: CLIENTS }, (_, i) => client(SEED * 1000 + i))])
    return { site, sent, acknowledged, repeats, fates: proxy.counts() }
  } finally {
    await proxy.close()
  }
}

/** All that its objects mean to do later is due when it starts again. */
function alarmAll({ dataFolder }: Server): void {
  for (const objects of ['graupel-hail', 'graupel-whale'] as const) alarmNow(dataFolder, objects)
}

/** One kill more, and all that waits for later is done at once. */
export async function killAndWake(server: Server): Promise<void> {
  await server.kill('SIGKILL')
  alarmAll(server)
  await server.restart()
}

/** What the site counts, by page. */
export async function countedOf(server: Server, site: number): Promise<Views> {
  const query = { dimension: JSON.stringify(['page', HOST]), depth: '1', limit: '100' }
  const { series, partial } = await graph(server, site, query)
  if (partial) throw new Error('the answer is partial')
  const pages = series.filter(({ dimension }) => dimension.length > 2)
  return new Map(pages.map(({ dimension, total }) => [dimension[2]!, total]))
}

/** How many of the views are not counted, and how many more than were sent are. */
export function compare(sent: Views, counted: Views): { lost: number; doubled: number } {
  let [lost, doubled] = [0, 0]
  for (const page of new Set([...sent.keys(), ...counted.keys()])) {
    const more = (counted.get(page) ?? 0) - (sent.get(page) ?? 0)
    if (more < 0) lost -= more
    else doubled += more
  }
  return { lost, doubled }
}
