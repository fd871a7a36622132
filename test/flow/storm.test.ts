import { expect, onTestFinished, test } from 'vitest'
import { setTimeout as pause } from 'node:timers/promises'
import { FaultyProxy, type Weather } from '../faults/proxy'
import { Random } from '../random'
import { CHROME, deliver, PageLoad, siteKey } from '../visitor'
import { alarmNow } from './alarm'
import { call, graph, makeSite, statusOf, total } from './api'
import { heardNow } from './heard'
import { startServer } from './server'

const EVENTS = 100_000
const KILLS = 10
const CLIENTS = 64
const VIEWS_A_LOAD = 12
const MOST_A_REQUEST = 6
const PAGES = Array.from({ length: 40 }, (_, i) => `/page/${i}`)
const SEED = 4
const HOUR = 3_600_000
const PATIENCE_MS = 120_000
/** A fifth of all requests fails, half of those after the server has taken it. */
const STORM: Weather = { lost: 0.06, torn: 0.04, busy: 0.03, limited: 0.02, dead: 0.02, cut: 0.02, slow: 0.03 }
/** Which kill brings the change of the number of Hails, and which ends it gently instead. */
const CHANGE_AT = 5
const GENTLE_AT = 7

test('loses and doubles none of 100,000 events in a storm of faults, kills, restarts and a change of shards', {
  timeout: 300_000,
}, async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { shards: 2 })
  const key = await siteKey(server.origin, site)
  const proxy = await new FaultyProxy(() => server.origin, { seed: SEED }).open()
  onTestFinished(() => proxy.close())
  proxy.weather = STORM

  const sent = new Map<string, number>()
  let begun = 0
  let acknowledged = 0
  let repeats = 0
  let kills = 0

  /** One browser after the other: each a page load of some views, one or a few a request. */
  async function client(seed: number): Promise<void> {
    const random = new Random(seed)
    // Each is a visitor of its own: nobody believes one of so many views.
    const headers = { 'User-Agent': CHROME.replace('142', String(100 + (seed % CLIENTS))) }
    while (begun < EVENTS) {
      const load = new PageLoad(key)
      // Some clocks are fast: what they send lies beyond the change of shards from its first moment.
      const ahead = random.chance(0.25) ? 2 * HOUR : 0
      let left = Math.min(random.whole(1, VIEWS_A_LOAD), EVENTS - begun)
      begun += left
      while (left > 0) {
        const size = Math.min(random.whole(1, MOST_A_REQUEST), left)
        left -= size
        const envelopes = Array.from({ length: size }, () => {
          const page = random.favour(PAGES)
          sent.set(page, (sent.get(page) ?? 0) + 1)
          return load.view(`shop.example${page}`, { at: Date.now() + ahead })
        })
        const tries = await deliver(() => proxy.address(), envelopes, { patienceMs: PATIENCE_MS, headers })
        repeats += tries - 1
        acknowledged += size
      }
    }
  }

  async function killer(): Promise<void> {
    const random = new Random(SEED)
    for (; kills < KILLS; kills++) {
      while (acknowledged < (EVENTS * (kills + 1)) / (KILLS + 1)) await pause(2)
      await pause(random.next() * 80)
      if (kills === CHANGE_AT - 1) await call(server, 'PATCH', `/api/sites/${site}`, { shards: 5 })
      await (kills === GENTLE_AT ? server.stop() : server.kill('SIGKILL'))
      if (kills === CHANGE_AT) heardNow(server.dataFolder)
      if (random.chance(0.5))
        for (const name of ['graupel-hail', 'graupel-whale'] as const) alarmNow(server.dataFolder, name)
      await pause(random.next() * 200)
      await server.restart()
    }
  }

  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, (_, i) => client(SEED * 1000 + i))])

  const expectExact = async () => {
    expect(await total(server, site)).toBe(EVENTS)
    const query = { dimension: '["page","shop.example"]', depth: '1', limit: '100' }
    const { series, partial } = await graph(server, site, query)
    expect(partial).toBeUndefined()
    const byPage = series.filter(({ dimension }) => dimension.length > 2)
    expect(new Map(byPage.map(({ dimension, total: hits }) => [dimension[2], hits]))).toEqual(sent)
  }
  expect(acknowledged).toBe(EVENTS)
  expect(repeats).toBeGreaterThan(KILLS * CLIENTS)
  await expectExact()
  await server.kill('SIGKILL')
  for (const name of ['graupel-hail', 'graupel-whale'] as const) alarmNow(server.dataFolder, name)
  await server.restart()
  await expectExact()
  const { shards, gaps } = await statusOf(server, site)
  expect(gaps).toEqual([])
  expect(shards.filter(({ lastEvent }) => lastEvent)).toHaveLength(5)
})
