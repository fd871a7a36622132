import { expect, test } from 'vitest'
import { call, makeSite } from './api'
import { startServer } from './server'

test('answers what is large, or says what of it is too much', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const events = Array.from({ length: 1_000 }, (_, i) => ({ type: 'sale', dimensions: { page: `/${i}` } }))
  expect((await call(server, 'POST', `/count?site=${site}`, events, keys.write)).status).toBe(200)
  const query = {
    site: String(site),
    type: 'sale',
    dimension: 'page',
    depth: '1',
    limit: '1000',
    metric: 'hits,hits:+',
  }
  // A thousand pages by two metrics at each of some two thousand hours, and of as many minutes.
  for (const range of ['interval=hour&period=90d', 'period=minute:24h']) {
    const text = `${new URLSearchParams(query)}&${range}`
    const { status } = await call(server, 'GET', `/graph?${text}`).catch(() => ({ status: 500 }))
    expect([range, [200, 400].includes(status)]).toEqual([range, true])
  }
})
