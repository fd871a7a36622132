/** A sealed event sent twice as a browser would, and counted once. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { pageOf, probe } from '../../sdk/cli/probe'
import { Way } from '../faults/way'
import { call, graph, makeSite, statusOf, total } from './api'
import { type Server, startServer } from './server'

const asServer = ({ origin, admin }: Server) => ({ origin, shown: origin, token: admin })

test.each([
  [[], 'https://count.example'],
  [['shop.example'], 'https://shop.example'],
  [['*.shop.example:8443', 'other.example'], 'https://www.shop.example:8443'],
  [['http://*.shop.example'], 'http://www.shop.example'],
])('of origins %j a probe comes from %s', (origins, page) => {
  expect(pageOf(origins, 'https://count.example')).toBe(page)
})

test('counts one event once, though it was sent twice, and nothing else', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { name: 'shop', origins: ['*.shop.example'] })
  const probed = await probe(asServer(server), 'shop')
  expect(probed).toMatchObject({ site, counted: 1, page: 'https://www.shop.example' })
  expect(probed.headers.get('access-control-allow-origin')).toBe('*')
  expect(await total(server, site, 'hits', [], { type: 'doctor' })).toBe(1)
  const { body } = await call<{ events: unknown[] }>(server, 'GET', `/spy?site=${site}`)
  expect(body.events).toMatchObject([{ type: 'doctor', metrics: { hits: 1 } }])
  for (const metric of ['hits', 'sessions', 'visitors'])
    expect([metric, await total(server, site, metric)]).toEqual([metric, 0])
  expect((await statusOf(server, site)).refusals).toEqual([])
})

test('goes out twice as one text', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const asked: string[] = []
  const way = new Way(server.origin, { own: (path) => void asked.push(path) })
  onTestFinished(() => way.close())
  const { envelope } = await probe(asServer(server), site, { at: await way.open() })
  expect(asked.filter((path) => path.startsWith('/p/'))).toEqual([`/p/${envelope}`, `/p/${envelope}`])
})

test('tells its own event from those of others that probe at once, and leaves them all on the same paths', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const paths = async () => {
    const { series } = await graph(server, site, { type: 'doctor', depth: '8', limit: '1000', dimension: '_' })
    return series.length
  }
  expect((await probe(asServer(server), site)).counted).toBe(1)
  const first = await paths()
  // The sealing is one browser page's, and so has one page load at a time: others are other processes, here servers' own events.
  const others = Array.from({ length: 20 }, (_, i) =>
    call(server, 'POST', `/count?site=${site}`, { type: 'doctor', id: `other-${i}`, metrics: { reward: i / 20 } }),
  )
  const [{ counted }] = await Promise.all([probe(asServer(server), site), ...others])
  expect(counted).toBe(1)
  expect(await total(server, site, 'hits', [], { type: 'doctor' })).toBe(22)
  expect(await paths()).toBe(first)
})

test('counts under the site’s own prefixes', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { prefixes: { script: 'js', pixel: 'dots' } })
  expect((await probe(asServer(server), site)).counted).toBe(1)
})

test('says that nothing counted where the page is not the site’s', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { origins: ['shop.example'] })
  expect((await probe(asServer(server), site, { page: 'https://other.example' })).counted).toBe(0)
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'origin' }])
})

test('stops where the way of browsers leads to no Graupel', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const at = `http://127.0.0.1:${(other.address() as AddressInfo).port}` // It listens on a port, not on a pipe.
  await expect(probe(asServer(server), site, { at })).rejects.toThrow(
    `${at}/b/${site}.js is no script: it answered 200`,
  )
  await expect(probe(asServer(server), site, { at: 'http://127.0.0.1:9' })).rejects.toThrow(
    /^no answer from http:\/\/127\.0\.0\.1:9 \(.+\)$/,
  )
})
