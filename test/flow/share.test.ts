/** What the bearer of a share asks must be bounded like everything else: an embed is public. */
import { expect, test } from 'vitest'
import { call, makeSite } from './api'
import { startServer } from './server'

test('tells a share that so many points are too many, and stays small', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const events = Array.from({ length: 60 }, (_, i) => ({ type: 'x', dimensions: { page: `/${i}` } }))
  expect((await call(server, 'POST', '/count', events, keys.write)).status).toBe(200)
  const { body } = await call<{ share: string }>(server, 'POST', `/api/sites/${site}/shares`, {
    type: 'x',
    dimension: ['page'],
    metrics: ['hits'],
  })
  const now = Date.now()
  const query = new URLSearchParams({
    share: body.share,
    type: 'x',
    dimension: '["page"]',
    metric: 'hits',
    interval: 'minute',
    from: String(now - 9_900 * 60_000),
    to: String(now),
  })
  for (const path of ['/rank?points=1&limit=60&', '/plotpoints?depth=1&limit=60&']) {
    const response = await fetch(`${server.origin}${path}${query}`).catch(() => undefined)
    expect.soft(response?.status).toBe(400)
  }
})

test('a share with sixteen metrics cannot end the server', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const events = Array.from({ length: 250 }, (_, i) => ({ type: 'x', dimensions: { page: `/${i}` } }))
  expect((await call(server, 'POST', '/count', events, keys.write)).status).toBe(200)
  const { body } = await call<{ share: string }>(server, 'POST', `/api/sites/${site}/shares`, { type: 'x' })
  const now = Date.now()
  const metric = Array.from({ length: 16 }, (_, i) => `m${i}`).join()
  const query = new URLSearchParams({
    share: body.share,
    type: 'x',
    dimension: '["page"]',
    metric,
    interval: 'minute',
    from: String(now - 9_900 * 60_000),
    to: String(now),
    depth: '1',
    limit: '250',
  })
  const asked = fetch(`${server.origin}/plotpoints?${query}`).then(
    ({ status }) => status,
    () => 0,
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  const health = await fetch(`${server.origin}/healthz`).then(
    ({ status }) => status,
    () => 0,
  )
  const status = await asked
  expect([status, health]).toEqual([400, 200])
})

test('opens by the URL that it was answered with', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  await call(server, 'POST', '/count', { type: 'x', dimensions: { page: '/a' }, gauges: { ms: 7 } }, keys.write)
  for (const scope of [{ type: 'x' }, { type: 'x', dimension: ['page'], metrics: ['max(ms)', 'hits'] }]) {
    const { body } = await call<{ url: string }>(server, 'POST', `/api/sites/${site}/shares`, scope)
    expect((await fetch(body.url)).status).toBe(200)
  }
})
