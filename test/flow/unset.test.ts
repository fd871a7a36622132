/** A Worker that was given no secrets, or none that will do: it says so, and neither invents a key nor lets anybody in. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, makeSite, total } from './api'
import { ADMIN, MASTER, openServer, type Server, startServer } from './server'

/** What may be reset, and what may be counted. */
const ORDERS = { site: 1, type: 'order' }

describe.each<[string, string | undefined, string]>([
  ['no master key', undefined, 'no master key: GRAUPEL_MASTER is not set'],
  ['an empty master key', '', 'no master key: GRAUPEL_MASTER is not set'],
  ['a damaged master key', `${MASTER}=`, 'no master key: master key 1 of 1: must read <kid>:<32 bytes in base64url>'],
])('a Worker with %s', (_, GRAUPEL_MASTER, detail) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'graupel-'))
  let server: Server
  beforeAll(async () => {
    server = await openServer({ dataFolder, env: { GRAUPEL_MASTER } })
  })
  afterAll(async () => {
    await server.end()
    rmSync(dataFolder, { recursive: true })
  })

  test.each([
    ['GET', '/healthz'],
    ['GET', '/status'],
    ['GET', '/'],
    ['GET', '/b/1.js'],
    ['GET', '/b/1.json'],
    ['GET', '/p/EQABAAAAAQ.gif'],
    ['POST', '/p/'],
    ['GET', '/count?type=order'],
    ['POST', '/count'],
    ['GET', '/graph?site=1'],
    ['GET', '/rank?site=1'],
    ['GET', '/spy'],
    ['GET', '/api/sites'],
    ['POST', '/api/sites'],
    ['POST', '/api/logins'],
    ['POST', '/reset'],
  ])('answers %s %s with 503', async (method, path) => {
    const body = method === 'POST' ? JSON.stringify(path === '/api/sites' ? { name: 'shop' } : ORDERS) : undefined
    const headers = { Authorization: `Bearer ${ADMIN}` }
    const answer = await fetch(server.origin + path, { method, headers, ...(body && { body }) })
    expect([answer.status, await answer.json()]).toMatchObject([503, { detail }])
    // Whoever sent an event keeps it.
    expect(answer.headers.get('retry-after')).toBe('5')
  })

  test('has made no object', () => {
    const kept = readdirSync(dataFolder, { recursive: true, encoding: 'utf8' })
    // The runtime's own, for alarms, is there before any.
    expect(kept.filter((name) => name.endsWith('.sqlite') && !name.endsWith('/metadata.sqlite'))).toEqual([])
  })
})

describe.each([undefined, ''])('a Worker whose admin token is %j', (GRAUPEL_ADMIN) => {
  test.each(['', 'undefined', 'null', ADMIN])('knows no "%s"', async (token) => {
    const server = await startServer({ env: { GRAUPEL_ADMIN } })
    expect((await fetch(`${server.origin}/healthz`)).status).toBe(200)
    for (const [method, path] of [
      ['GET', '/api/sites'],
      ['POST', '/api/sites'],
      ['POST', '/api/logins'],
      ['GET', '/status'],
      ['POST', '/reset'],
      ['PUT', '/api/forward'],
    ] as const) {
      const { status } = await call(server, method, path, method === 'GET' ? undefined : ORDERS, token)
      expect([method, path, status]).toEqual([method, path, 401])
    }
  })
})

test('a Worker without an admin token goes on counting for the sites it has', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  await server.stop()
  const bare = await startServer({ dataFolder: server.dataFolder, env: { GRAUPEL_ADMIN: undefined } })
  const { body } = await call(bare, 'POST', '/count', { type: 'order' }, keys.write)
  expect(body).toMatchObject({ accepted: 1 })
  expect(await total({ ...bare, admin: keys.read }, site, 'hits', [], { type: 'order' })).toBe(1)
})

test('an admin token that could be guessed opens nothing, which /healthz tells, and counting goes on', async () => {
  const server = await startServer()
  const { keys } = await makeSite(server)
  await server.stop()
  const env = { GRAUPEL_ADMIN: 'correct horse battery' }
  const weak = await startServer({ dataFolder: server.dataFolder, env })
  expect((await call(weak, 'GET', '/api/sites')).status).toBe(401)
  const { status, body } = await call<{ detail: string }>(weak, 'GET', '/healthz')
  expect([status, body.detail]).toEqual([503, expect.stringContaining('shorter than 24 characters')])
  const counted = await call(weak, 'POST', '/count', { type: 'order' }, keys.write)
  expect(counted.body).toMatchObject({ accepted: 1 })
})
