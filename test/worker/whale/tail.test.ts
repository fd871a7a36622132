import { evictDurableObject } from 'cloudflare:test'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Whale } from '../../../worker/whale/whale'
import { changes, madeSite, view, views } from '../objects'

type Stub = Pick<DurableObjectStub, 'fetch'>

async function opened(whale: Stub, type = '*') {
  const url = `http://whale/tail?type=${encodeURIComponent(type)}`
  const { status, webSocket } = await whale.fetch(url, { headers: { Upgrade: 'websocket' } })
  expect(status).toBe(101)
  const socket = webSocket! // There is one with a 101.
  const heard: Record<string, unknown>[] = []
  let wake = () => {}
  socket.addEventListener('message', ({ data }) => {
    heard.push(JSON.parse(String(data)) as Record<string, unknown>)
    wake()
  })
  socket.accept()
  /** Resolves when so many messages came. */
  const hears = async (count: number) => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve))
    return heard
  }
  return { socket, heard, hears }
}

test('tells a socket each event as it is counted, and writes nothing for it', async () => {
  const { hail, whale } = await madeSite()
  await hail().append([view(0)])
  const before = await changes(whale())
  const { hears, heard } = await opened(whale())
  await hail().append([view(1, { page: '/b', hits: 3 })])
  await hears(1)
  expect(heard[0]).toEqual({
    at: expect.any(Number),
    type: 'pageview',
    dimensions: { page: '/b' },
    metrics: { hits: 3 },
  })
  expect(await changes(whale())).toBe(before)
})

test('tells it from the first event on of a Hail that just woke', async () => {
  const { hail, whale } = await madeSite()
  await hail().append([view(0)])
  const { hears } = await opened(whale())
  await evictDurableObject(hail())
  await hail().append([view(1)])
  expect(await hears(1)).toHaveLength(1)
})

test('tells it no replay, and what it asks for alone', async () => {
  const { hail, whale } = await madeSite()
  const all = await opened(whale())
  const other = await opened(whale(), 'order*')
  await hail().append([view(1), view(1)])
  await hail().append([view(1), view(2)])
  await all.hears(2)
  expect(all.heard).toHaveLength(2)
  expect(other.heard).toHaveLength(0)
  other.socket.send(JSON.stringify({ type: 'page*' }))
  expect((await other.hears(1))[0]).toEqual({ wanted: 'page*' })
  await hail().append([view(3)])
  expect((await other.hears(2))[1]).toMatchObject({ type: 'pageview' })
  other.socket.send('not JSON')
  expect((await other.hears(3))[2]).toHaveProperty('problem')
})

test('keeps what a socket wants while the object sleeps', async () => {
  const { hail, whale } = await madeSite()
  const { hears, heard } = await opened(whale(), 'order')
  await evictDurableObject(whale(), { webSockets: 'hibernate' })
  await hail().append([view(1)])
  await hail().append([{ ...view(2), text: '[{"at":1,"type":"order","dimensions":{},"metrics":{}}]' }])
  await hears(1)
  expect(heard.map(({ type }) => type)).toEqual(['order'])
})

test('drops what comes too fast, and says how much', async () => {
  const { hail, whale } = await madeSite()
  const { hears, heard } = await opened(whale())
  await hail().append(views(0, 1_000))
  await hears(201)
  const dropped = heard.reduce((sum, message) => sum + Number(message.dropped ?? 0), 0)
  expect(heard.filter(({ type }) => type === 'pageview')).toHaveLength(200)
  expect(dropped).toBe(800)
})

test('lets only so many open, and tells Hails to be silent when the last is closed', async () => {
  const { hail, whale } = await madeSite()
  const told = vi.spyOn(Whale.prototype, 'tell')
  onTestFinished(() => told.mockRestore())
  const sockets = await Promise.all(Array.from({ length: 20 }, () => opened(whale())))
  const refused = await whale().fetch('http://whale/tail', { headers: { Upgrade: 'websocket' } })
  expect(refused.status).toBe(429)
  await hail().append([view(1)])
  await Promise.all(sockets.map(({ hears }) => hears(1)))
  expect(told).toHaveBeenCalledTimes(1)
  for (const { socket } of sockets) socket.close(1000)
  await expect.poll(() => whale().tailed()).toBe(false)
  await hail().append([view(2)])
  await scheduler.wait(50)
  expect(told).toHaveBeenCalledTimes(1)
  const { hears } = await opened(whale())
  await hail().append([view(3)])
  expect(await hears(1)).toHaveLength(1)
})

test('closes its sockets when the site is deleted', async () => {
  const { whale } = await madeSite()
  const { socket } = await opened(whale())
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await whale().empty()
  expect(await closed).toBe(1001)
})
