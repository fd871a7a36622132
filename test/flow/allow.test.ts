import { expect, test } from 'vitest'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, statusOf, total } from './api'
import { startServer } from './server'

const PAGE = 'shop.example/a'

test('counts what a browser may send, leaves out the rest, and tells its owner', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { allow: { seats: [0, 100] } })
  const load = new PageLoad(await siteKey(server.origin, site))
  const signUp = () =>
    load.seal([Date.now(), PAGE, '', 1280, ['c', { plan: 'pro' }, { seats: 500, dollars: 9, reward: 3 }, 'signup']])
  const sum = (metric: string) => total(server, site, metric, [], { type: 'signup' })
  const first = signUp()
  for (let i = 0; i < 3; i++) expect(await send(server.origin, [first])).toBe(204)
  expect([await sum('hits'), await sum('seats'), await sum('reward'), await sum('dollars')]).toEqual([1, 100, 1, 0])
  const { refusals } = await statusOf(server, site)
  expect(refusals).toMatchObject([{ reason: 'metric', events: 1, mend: expect.stringContaining('allow') }])

  const { status, body } = await call<{ allow: unknown }>(server, 'PATCH', `/api/sites/${site}`, {
    allow: { seats: [0, 100], dollars: [0, 500] },
  })
  expect([status, body.allow]).toEqual([200, { seats: [0, 100], dollars: [0, 500] }])
  expect(await send(server.origin, [signUp()])).toBe(204)
  expect([await sum('hits'), await sum('dollars')]).toEqual([2, 9])
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'metric', events: 1 }])
})

test('counts of one who opted out what a pixel’s owner sealed, and nothing of who it was', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const { body } = await call<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, {
    type: 'order',
    metrics: { dollars: 5 },
  })
  const fetchPixel = async (headers: Record<string, string>) =>
    (await fetch(server.origin + new URL(body.url).pathname, { headers: { 'User-Agent': CHROME, ...headers } })).status
  const sum = (metric: string, dimension: string[] = []) => total(server, site, metric, dimension, { type: 'order' })
  for (const name of ['Sec-GPC', 'DNT']) expect(await fetchPixel({ [name]: '1' })).toBe(200)
  expect([await sum('dollars'), await sum('hits', ['browser', 'unknown']), await sum('hits', ['browser'])]).toEqual([
    10, 2, 2,
  ])

  await call(server, 'PATCH', `/api/sites/${site}`, { respect: 2 })
  expect(await fetchPixel({ 'Sec-GPC': '1' })).toBe(200)
  expect([await sum('dollars'), await sum('hits', ['browser', 'Chrome'])]).toEqual([15, 1])
})
