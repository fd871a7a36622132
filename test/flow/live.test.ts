import { expect, test } from 'vitest'
import { call, type Made, makeSite } from './api'
import { openSocket, type Socket } from './socket'
import { type Server, startServer } from './server'

const countIn =
  (server: Server, { keys }: Made) =>
  (type: string, more: Record<string, unknown> = {}) =>
    call(server, 'POST', '/count', { type, ...more }, keys.write)

async function tail(server: Server, { keys }: Made, query = ''): Promise<Socket> {
  const answer = await openSocket(`${server.origin}/tail${query}`, {
    'Sec-WebSocket-Protocol': `graupel, ${keys.read}`,
  })
  if ('status' in answer) throw new Error(`no socket: ${answer.status} ${answer.body}`)
  expect(answer.socket.protocol).toBe('graupel')
  return answer.socket
}

test('tells who tails a site each event within two seconds, and nothing once the socket is closed', async () => {
  const server = await startServer()
  const made = await makeSite(server, { shards: 2 })
  const count = countIn(server, made)
  const socket = await tail(server, made)
  const orders = await tail(server, made, '?type=order*')

  await count('pageview', { dimensions: { page: '/a' }, metrics: { seconds: 3 }, visitor: 'anna' })
  expect(JSON.parse((await socket.hears(1))[0]!)).toEqual({
    at: expect.any(Number),
    type: 'pageview',
    dimensions: { page: '/a' },
    metrics: { hits: 1, seconds: 3, sessions: 1, sessions_by_time: 1 },
  })
  await count('order.book')
  await socket.hears(2)
  expect(JSON.parse((await orders.hears(1))[0]!)).toMatchObject({ type: 'order.book' })
  orders.say('{"type":"pageview"}')
  expect(JSON.parse((await orders.hears(2))[1]!)).toEqual({ wanted: 'pageview' })
  await count('pageview')
  expect(JSON.parse((await orders.hears(3))[2]!)).toMatchObject({ type: 'pageview' })
  socket.say('ping')
  expect((await socket.hears(4))[3]).toBe('pong')

  await socket.close()
  await count('order.book')
  await count('pageview')
  expect(await orders.hears(4)).toHaveLength(4)
  expect(socket.heard).toHaveLength(4)
})

test('opens a tail to a read key alone, never by a URL, and by cookie to its own pages alone', async () => {
  const server = await startServer()
  const made = await makeSite(server)
  const other = await makeSite(server)
  const status = async (headers: Record<string, string>, query = `?site=${made.site}`) => {
    const answer = await openSocket(`${server.origin}/tail${query}`, headers)
    return 'status' in answer ? answer.status : 101
  }
  const offering = (token: string) => ({ 'Sec-WebSocket-Protocol': `graupel, ${token}` })
  const forged = made.keys.read.replace(/.{4}$/, 'AAAA')
  expect(await status({})).toBe(401)
  expect(await status({}, `?site=${made.site}&token=${made.keys.read}`)).toBe(401)
  expect(await status(offering(forged))).toBe(401)
  expect(await status(offering(made.keys.write))).toBe(403)
  expect(await status(offering(other.keys.read))).toBe(403)
  expect(await status(offering(made.keys.read))).toBe(101)
  expect(await status({ Authorization: `Bearer ${made.keys.read}` })).toBe(101)
  expect((await call(server, 'GET', '/tail', undefined, made.keys.read)).status).toBe(400)

  const { code } = (await call<{ code: string }>(server, 'POST', '/api/logins')).body
  const opened = await fetch(`${server.origin}/login`, { method: 'POST', body: JSON.stringify({ code }) })
  const Cookie = opened.headers.get('set-cookie')!.split(';')[0]!
  expect(await status({ Cookie, Origin: server.origin })).toBe(101)
  expect(await status({ Cookie, Origin: 'https://thief.example' })).toBe(403)
  expect(await status({ Cookie })).toBe(403)
})

test('lets twenty tail a site, and gives the place of one that broke to another', async () => {
  const server = await startServer()
  const made = await makeSite(server)
  const sockets: Socket[] = []
  for (let i = 0; i < 20; i++) sockets.push(await tail(server, made))
  const refused = await openSocket(`${server.origin}/tail`, { Authorization: `Bearer ${made.keys.read}` })
  expect(refused).toMatchObject({ status: 429, body: expect.stringContaining('at most 20 tails') })
  sockets[0]!.cut()
  await sockets[1]!.close()
  const count = countIn(server, made)
  await count('pageview')
  await sockets[2]!.hears(1)
  await expect
    .poll(() =>
      tail(server, made).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  expect(await tail(server, made)).toBeDefined()
})

test('shows the last events and what they come to', async () => {
  const server = await startServer()
  const made = await makeSite(server)
  const count = countIn(server, made)
  const at = Date.now()
  for (const host of ['a', 'b', 'b']) {
    await count('request.sql', { dimensions: { host }, metrics: { ms: 20 }, visitor: 'anna', at: at - 2_000 })
  }
  await count('view', { at })
  interface Spied {
    events: { type: string; dimensions: unknown; visitor?: unknown }[]
  }
  const get = <Answer>(path: string, token = made.keys.read) => call<Answer>(server, 'GET', path, undefined, token)
  const { events } = (await get<Spied>('/spy')).body
  expect(events.map(({ type }) => type)).toEqual(['view', 'request.sql', 'request.sql', 'request.sql'])
  expect(JSON.stringify(events)).not.toContain('visitor')
  expect((await get<Spied>('/spy?type=request*&limit=2')).body.events).toHaveLength(2)
  expect((await get<Spied>('/spy?type=request')).body.events).toHaveLength(0)

  expect((await get('/live?type=request&dimension=host&metric=ms&by=host')).body).toMatchObject({
    type: 'request',
    perSecond: 6,
    top: [
      { dimension: ['host', 'b'], perSecond: 4 },
      { dimension: ['host', 'a'], perSecond: 2 },
    ],
    last: { a: 20, b: 20 },
    uniquePerMinute: 2,
  })

  expect((await get('/spy', made.keys.write)).status).toBe(403)
  expect((await get('/spy', 'nobody')).status).toBe(401)
  expect((await get<{ field: string }>('/spy?limit=1001')).body).toMatchObject({ status: 400, field: 'limit' })
  expect((await get<{ field: string }>('/spy?limits=1')).body).toMatchObject({ status: 400, field: 'limits' })
  expect((await get<{ field: string }>('/live?by=%5B1')).body).toMatchObject({ status: 400, field: 'by' })
})
