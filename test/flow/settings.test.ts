/** Two changes of a site at once: each is kept, since what one does not name it does not change. */
import { expect, test } from 'vitest'
import { call, makeSite } from './api'
import { startServer } from './server'

test('keeps both of two changes that are made at once', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  for (let round = 0; round < 8; round++) {
    const k = 2 + round
    await Promise.all([
      call(server, 'PATCH', `/api/sites/${site}`, { shards: k }),
      call(server, 'PATCH', `/api/sites/${site}`, { name: `name ${round}` }),
      call(server, 'PATCH', `/api/sites/${site}`, { keep: { raw: 10 + round } }),
    ])
    const { body } = await call<{ name: string; keep: { raw: number }; shards: { k: number }[] }>(
      server,
      'GET',
      `/api/sites/${site}`,
    )
    expect([body.name, body.keep.raw, body.shards.at(-1)!.k]).toEqual([`name ${round}`, 10 + round, k])
  }
})
