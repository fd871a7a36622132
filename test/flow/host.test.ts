/** A header `Host` that names no host: what is counted is counted, and what needs an address says why it has none. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startServer } from './server'

test('a Host that is no host is told so, and nothing breaks of it', async () => {
  const { origin } = await startServer()
  const ask = async (path: string, Host: string): Promise<[status: number | undefined, body: unknown]> => {
    const asked = get(`${origin}${path}`, { headers: { Host } })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    return [response.statusCode, await json(response).catch(() => undefined)]
  }
  const told = { title: 'Bad request', detail: 'Host: names no host', field: 'Host' }
  for (const host of ['%zz', '[::1', 'a:99999999', '@'])
    for (const path of ['/nothing', '/b/1.json?q=%5B%5D', '/openapi.json'])
      expect([host, path, ...(await ask(path, host))]).toMatchObject([host, path, 400, told])
  expect((await ask('/p/abc', '%zz'))[0]).toBe(204)
  expect((await ask('/nothing', 'shop.example'))[0]).toBe(404)
})
