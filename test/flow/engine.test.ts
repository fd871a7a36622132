/** The counting engine as an owner's program and page see it: gauges, visitors, combinations, several sites, resets, settings. */
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../sdk/wire/query'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, graph, makeSite, total } from './api'
import { type Server, startServer } from './server'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

interface Refused {
  detail: string
  field?: string
}

async function count(server: Server, site: number, events: object[], token?: string): Promise<void> {
  for (let i = 0; i < events.length; i += 1_000) {
    const { status, body } = await call<Refused>(
      server,
      'POST',
      `/count?site=${site}`,
      events.slice(i, i + 1_000),
      token,
    )
    if (status !== 200) throw new Error(`not counted: ${status} ${JSON.stringify(body)}`)
  }
}

const all = { interval: 'all', period: 'all' }

describe('gauges', () => {
  test('say the last by event time, whatever came last; of one moment what came last', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const at = Date.now() - 1_000
    const heat = (value: number, when: number) => ({
      type: 'pageview',
      at: when,
      metrics: { hits: 0 },
      gauges: { heat: value },
    })
    await count(server, site, [heat(5, at)])
    await count(server, site, [heat(3, at)])
    await count(server, site, [heat(40, at - 500)])
    for (const restarted of [false, true]) {
      if (restarted) await server.restart()
      const asked = ['heat', 'min(heat)', 'max(heat)', 'mean(heat)']
      const { series } = await graph(server, site, { metric: JSON.stringify(asked), ...all })
      expect(series.map(({ total: each }) => each)).toEqual([3, 3, 40, 16])
      expect(await total(server, site)).toBe(0)
    }
  })
})

describe('visitors', () => {
  const visits = (ids: string[], at: number, page = '/a') =>
    ids.map((visitor) => ({ type: 'pageview', at, visitor, dimensions: { page, shelf: page } }))
  const people = (from: number, many: number) => Array.from({ length: many }, (_, i) => `person ${from + i}`)

  test('whom a site names are counted once over any time, and their sessions by half hours', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    // Noon, so that no midnight lies between a visit and its next.
    const yesterday = Math.floor(Date.now() / DAY) * DAY - DAY / 2
    await count(server, site, visits(people(0, 30), yesterday - DAY))
    await count(server, site, visits(people(20, 30), yesterday, '/b'))
    await count(server, site, visits(people(20, 5), yesterday + 10 * 60_000, '/b'))
    const month = { interval: 'all', period: 'all', metric: 'visitors' }
    const [root] = (await graph(server, site, month)).series
    expect(root).toMatchObject({ metric: 'visitors', total: 50 })
    expect(root).not.toHaveProperty('±')
    const days = await graph(server, site, { period: '7d', interval: 'day', metric: 'visitors' })
    expect(days.series[0]).toMatchObject({ total: 50 })
    expect(days.series[0]!.points.map(([, value]) => value).filter(Boolean)).toEqual([30, 30])
    const pages = await graph(server, site, { ...month, dimension: 'page', depth: '1', sort: 'visitors' })
    expect(pages.series.map(({ total: each }) => each)).toEqual([50, 30, 30])
    expect(await total(server, site, 'sessions', [], all)).toBe(60)
  })

  test('beyond a thousand are estimated, and the answer says how well', { timeout: 60_000 }, async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    await count(server, site, visits(people(0, 1_000), Date.now()))
    expect((await graph(server, site, { ...all, metric: 'visitors' })).series[0]).toMatchObject({ total: 1_000 })
    await count(server, site, visits(people(500, 2_500), Date.now()))
    const [root] = (await graph(server, site, { ...all, metric: 'visitors' })).series
    expect(root!['±']).toBeGreaterThan(0.005)
    expect(Math.abs(root!.total - 3_000) / 3_000).toBeLessThan(5 * root!['±']!)
  })

  test('of the script are told apart by address and agent, for a day', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const key = await siteKey(server.origin, site)
    const see = async (agent: string, page: string, at = Date.now()) =>
      expect(await send(server.origin, [new PageLoad(key).view(page, { at })], { 'User-Agent': agent })).toBe(204)
    await see(CHROME, 'shop.example/a')
    await see(CHROME, 'shop.example/b')
    await see(FIREFOX, 'shop.example/a')
    const metric = { metric: 'visitors' }
    const day = { ...metric, period: 'today', interval: 'day' }
    expect((await graph(server, site, day)).series[0]).toMatchObject({ metric: 'visitors', total: 2 })
    const page = (path: string) => ({ dimension: JSON.stringify(['page', 'shop.example', path]) })
    expect((await graph(server, site, { ...day, ...page('/a') })).series[0]).toMatchObject({ total: 2 })
    expect((await graph(server, site, { ...day, ...page('/b') })).series[0]).toMatchObject({ total: 1 })
    const month = { ...metric, period: 'mtd', interval: 'month' }
    expect((await graph(server, site, { ...month, ...page('/a') })).series[0]).toMatchObject({
      metric: 'daily_visitors',
      total: 2,
    })
    // Nothing that tells them apart leaves the server.
    const { body } = await call<{ events: object[] }>(server, 'GET', `/spy?site=${site}`)
    expect(JSON.stringify(body)).not.toMatch(/"visitor"|daily/)
    await server.restart()
    expect((await graph(server, site, day)).series[0]).toMatchObject({ total: 2 })
  })
})

test('counts combinations that a site asks for, as nested paths', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { cross: [['country', 'device']] })
  const from = (country: string, device: string) => ({
    type: 'pageview',
    dimensions: { country: { [country]: 'x' }, device },
  })
  await count(server, site, [from('SE', 'phone'), from('SE', 'phone'), from('SE', 'desktop'), from('DE', 'phone')])
  await count(server, site, [{ type: 'pageview', dimensions: { country: 'SE' } }])
  const hits = (...path: string[]) => total(server, site, 'hits', ['country*device', ...path])
  expect([await hits(), await hits('SE'), await hits('SE', 'phone'), await hits('DE', 'desktop')]).toEqual([4, 3, 2, 0])
})

test('sums several sites for the admin, ratios too', async () => {
  const server = await startServer()
  const [one, two] = [await makeSite(server), await makeSite(server)]
  const sale = (dollars: number, page: string) => ({
    type: 'pageview',
    metrics: { dollars },
    dimensions: { page },
    visitor: 'same',
  })
  await count(server, one.site, [sale(10, 'a'), sale(20, 'b')])
  await count(server, two.site, [sale(30, 'a'), sale(0, 'a')])
  const asked = { site: 'all', metric: JSON.stringify(['hits', 'dollars', 'dollars/hits', 'visitors']), ...all }
  const query = new URLSearchParams({ type: 'pageview', ...asked })
  const { status, body } = await call<Graph>(server, 'GET', `/graph?${query}`)
  expect(status).toBe(200)
  expect(new Set(body.sites)).toEqual(new Set([one.site, two.site]))
  // To each site the same person is somebody else.
  expect(body.series.map(({ total: each }) => each)).toEqual([4, 60, 15, 2])
  query.set('dimension', 'page')
  query.set('depth', '1')
  query.set('metric', 'dollars/hits')
  const pages = await call<Graph>(server, 'GET', `/graph?${query}`)
  const by = Object.fromEntries(pages.body.series.map(({ dimension, total: each }) => [dimension.join(), each]))
  expect(by).toEqual({ page: 15, 'page,a': 40 / 3, 'page,b': 20 })
  expect((await call(server, 'GET', `/graph?${query}`, undefined, one.keys.read)).status).toBe(403)
})

describe('POST /reset', () => {
  test('takes out what is named, at once, and says what it was', async () => {
    const server = await startServer()
    const { site, keys } = await makeSite(server)
    const sale = { type: 'shop.sale', metrics: { dollars: 5 }, dimensions: { page: 'a' }, visitor: 'ann' }
    await count(server, site, [sale, { ...sale, visitor: 'bob' }, { type: 'shop', visitor: 'ann' }])
    const reset = (scope: object, token?: string) => call<Refused>(server, 'POST', `/reset?site=${site}`, scope, token)
    const hits = (type: string) => total(server, site, 'hits', [], { ...all, type })
    const spied = async () => (await call<{ events: object[] }>(server, 'GET', `/spy?site=${site}`)).body

    expect(await reset({ visitor: 'ann' })).toMatchObject({ status: 200, body: { site, reset: { visitor: 'ann' } } })
    expect([await hits('shop'), await hits('shop.sale')]).toEqual([3, 2])
    expect(JSON.stringify(await spied()).match(/"shop/g)).toHaveLength(1)
    expect((await reset({ type: 'shop.sale' })).status).toBe(200)
    expect([await hits('shop'), await hits('shop.sale')]).toEqual([3, 0])
    await server.restart()
    expect([await hits('shop'), await hits('shop.sale')]).toEqual([3, 0])

    for (const scope of [{}, { visitor: 'ann', type: 'shop' }, { kind: 'shop' }, { type: 7 }]) {
      expect([scope, (await reset(scope)).status]).toEqual([scope, 400])
    }
    expect((await reset({ type: 'shop' }, keys.write)).status).toBe(403)
  })
})

describe('settings', () => {
  test.each<[string, unknown]>([
    ['cross', [['country']]],
    ['cross', [['country', 'country']]],
    ['cross', [['country', 'de*vice']]],
    ['cross', 'country*device'],
    ['metrics', { hits: { plus: ['dollars'] } }],
    ['metrics', { profit: { minus: ['cost'] } }],
    ['metrics', ['profit']],
    ['keep', { raw: 401 }],
    ['keep', { raw: 1.5 }],
    ['keep', { hours: 1 }],
    ['keep', { months: 3 }],
    ['keep', 30],
  ])('refuse %s %j, and say where', async (field, value) => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const { status, body } = await call<Refused>(server, 'PATCH', `/api/sites/${site}`, { [field]: value })
    expect(status).toBe(400)
    expect(body.detail).toContain(field === 'keep' && typeof value === 'object' ? Object.keys(value!)[0] : '')
  })

  test('are kept, and change what is answered', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const settings = { metrics: { profit: { plus: ['dollars'], minus: ['cost'] } }, keep: { raw: 2 } }
    const { status, body } = await call<object>(server, 'PATCH', `/api/sites/${site}`, settings)
    expect([status, body]).toMatchObject([200, { ...settings, keep: { raw: 2, hours: 93, days: 800 } }])
    await count(server, site, [{ type: 'pageview', metrics: { dollars: 9, cost: 4 } }])
    expect(await total(server, site, 'profit')).toBe(5)
  })
})

describe('where', () => {
  test('counts the raw events that match, as far back as they are kept', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const from = (country: string, dollars: number) => ({
      type: 'pageview',
      dimensions: { country },
      metrics: { dollars },
    })
    await count(server, site, [from('SE', 5), from('SE', 50), from('DE', 50)])
    const where = JSON.stringify({ country: 'SE', metric: { dollars: { gt: 10 } } })
    const answer = await graph(server, site, { where })
    expect([answer.source, answer.series[0]!.total]).toEqual(['raw', 1])

    const ask = async (query: Record<string, string>) => {
      const text = new URLSearchParams({ site: String(site), type: 'pageview', where, ...query })
      return call<Refused>(server, 'GET', `/graph?${text}`)
    }
    expect(await ask({ period: '90d' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('keep.raw') },
    })
    expect((await ask({ where: '{"country":' })).status).toBe(400)
    await call(server, 'PATCH', `/api/sites/${site}`, { keep: { raw: 0 } })
    expect(await ask({ period: '24h' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('keep.raw') },
    })
  })
})

test('deletes a site with all that was counted', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  await count(server, site, [{ type: 'pageview' }])
  expect((await call(server, 'DELETE', `/api/sites/${site}`)).status).toBe(204)
  expect((await call(server, 'GET', `/graph?site=${site}`)).status).toBe(404)
  expect((await call(server, 'POST', `/count?site=${site}`, { type: 'pageview' })).status).toBe(404)
  expect((await call(server, 'DELETE', `/api/sites/${site}`)).status).toBe(404)
})
