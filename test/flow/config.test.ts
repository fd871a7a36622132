/** What a script holds of its site, as JSON beside it: the same key, and the opt-outs that the site respects. */
import nacl from 'tweetnacl'
import { expect, test } from 'vitest'
import { type Config, siteKeyOf } from '../../sdk/wire/config'
import { epochOf } from '../../sdk/wire/envelope'
import { call, makeSite } from './api'
import { startServer } from './server'

const PREFIX = 4
const RESPECT = 5
const WRITTEN = 6

test('a site’s configuration lies beside its script, and is what the script holds', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { timezone: 'Asia/Kolkata', respect: ['gpc'] })
  const answer = await fetch(`${server.origin}/b/${site}.json`)
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  const config = (await answer.json()) as Config
  const key = siteKeyOf(config)
  expect(key).toMatchObject({ site, epoch: epochOf(Date.now()) })
  expect(Buffer.from(key.key).toString('base64url')).toBe(keys.public)
  expect(key.key).toHaveLength(nacl.box.publicKeyLength)
  expect(config.slice(3, WRITTEN)).toEqual([330 * 60_000, '/p/', 1])
  expect(Math.abs((config[WRITTEN]! as number) - Date.now())).toBeLessThan(10_000)
  const script = await (await fetch(`${server.origin}/b/${site}.js`)).text()
  expect(script).toContain(JSON.stringify(config.slice(0, WRITTEN)).slice(0, -1))
  expect((await fetch(`${server.origin}/b/none.json`)).status).toBe(404)
  expect(config[PREFIX]).toBe('/p/')
})

test.each([
  [['gpc', 'dnt'], 3],
  [['dnt'], 2],
  [[], 0],
  [1, 1],
])('respect may be said as %j, and is %d in the script', async (respect, bits) => {
  const server = await startServer()
  const { site } = await makeSite(server, { respect })
  const config = (await (await fetch(`${server.origin}/b/${site}.json`)).json()) as Config
  expect(config[RESPECT]).toBe(bits)
})

test.each([[['all']], ['gpc'], [4], [1.5], [[1]], [['constructor']]])('respect is not %j', async (respect) => {
  const server = await startServer()
  const { status, body } = await call<{ field: string }>(server, 'POST', '/api/sites', { name: 'shop', respect })
  expect([status, body.field]).toEqual([400, 'respect'])
})
