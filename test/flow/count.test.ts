import { expect, test } from 'vitest'
import { call, makeSite, total } from './api'
import { startServer } from './server'

test('who has no key is told so whatever he sends, and who has one what is wrong with it', async () => {
  const server = await startServer()
  const { keys } = await makeSite(server)
  const sent = (body: string, token: string) =>
    fetch(`${server.origin}/count`, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } })
  for (const body of ['', '{', '[]', '{"site":{"toString":1,"valueOf":1}}', '{"colour":1}']) {
    expect([body, (await sent(body, '')).status]).toEqual([body, 401])
  }
  expect((await sent('{', keys.write)).status).toBe(400)
  const { status, body } = await call(server, 'POST', '/count', { site: { toString: 1, valueOf: 1 } }, keys.write)
  expect([status, body]).toEqual([400, expect.objectContaining({ field: 'site' })])
})

test('counts nothing for a HEAD, which only looks', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const ask = (method: string) =>
    fetch(`${server.origin}/count?type=order`, { method, headers: { Authorization: `Bearer ${keys.write}` } })
  expect((await ask('HEAD')).status).toBe(405)
  expect(await total(server, site, 'hits', [], { type: 'order' })).toBe(0)
  expect((await ask('GET')).status).toBe(200)
  expect(await total(server, site, 'hits', [], { type: 'order' })).toBe(1)
})
