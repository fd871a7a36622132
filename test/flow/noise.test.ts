import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { decode } from '../../sdk/wire/base64url'
import { type Noise, NoiseMaker, type Victim } from '../faults/noise'
import { Random } from '../random'
import { PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, total } from './api'
import { type Server, startServer } from './server'

const INPUTS = 100_000
/** Questions wait for a peek's turn, so many wait at once. */
const SENDERS = 200
const SEED = 11

async function victimOf(server: Server): Promise<Victim> {
  const { site, keys } = await makeSite(server, { static: true })
  const events = Array.from({ length: 200 }, (_, i) => ({
    type: i % 3 ? 'sale' : 'request.sql',
    at: Date.now() - i * 9_000_000,
    dimensions: { country: ['SE', 'US'][i % 2], page: { 'shop.example': `/${i % 7}` } },
    metrics: { dollars: i },
  }))
  expect((await call(server, 'POST', '/count', events, keys.write)).status).toBe(200)
  const { body } = await call<{ share: string }>(server, 'POST', `/api/sites/${site}/shares`, { type: 'pageview' })
  return {
    site,
    key: await siteKey(server.origin, site),
    pixelKey: decode(keys.pixel)!,
    tokens: [keys.write, keys.read, server.admin],
    share: body.share,
  }
}

/** The status, or 0 where none came. */
function statusOf(server: Server, agent: Agent, { method, path, headers, body }: Noise): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(`${server.origin}${path}`, { method, headers, agent }, (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', () => resolve(0)).end(body)
  })
}

/** Bytes over a connection of their own, whatever comes back. */
function pour(server: Server, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.end(bytes))
    socket
      .on('error', () => undefined)
      .on('close', () => resolve())
      .resume()
  })
}

test('counts on after what is no HTTP at all', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const random = new Random(SEED)
  const genuine = Buffer.from(`POST /p/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n${'A'.repeat(9)}`)
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(i % 2 ? genuine : Array.from({ length: 200 }, () => random.whole(0, 255)))
    for (let change = 0; change < 3; change++) bytes[random.whole(0, bytes.length - 1)] = random.whole(0, 255)
    await pour(server, bytes.subarray(0, random.whole(1, bytes.length)))
  }
  expect(await send(server.origin, [new PageLoad(key).view('shop.example/a')])).toBe(204)
  expect(await total(server, site)).toBe(1)
})

test('never answers any of 100,000 random requests with a 5xx, and counts on', { timeout: 300_000 }, async () => {
  const server = await startServer()
  const other = await makeSite(server)
  const key = await siteKey(server.origin, other.site)
  const victim = await victimOf(server)
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
  onTestFinished(() => agent.destroy())
  const noise = new NoiseMaker(new Random(SEED), victim)

  const statuses: Record<number, number> = {}
  const wrong: [number, Noise][] = []
  let sent = 0
  const sender = async () => {
    while (sent < INPUTS) {
      sent += 1
      const input = noise.next()
      const status = await statusOf(server, agent, input)
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status >= 500 || status === 0) wrong.push([status, input])
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  expect(wrong.slice(0, 5)).toEqual([])
  // It went behind the first check, too.
  for (const status of [200, 201, 204, 400, 401, 403, 404]) expect(statuses[status]).toBeGreaterThan(INPUTS / 1000)

  expect(await send(server.origin, [new PageLoad(key).view('shop.example/a')])).toBe(204)
  expect(await total(server, other.site)).toBe(1)
})
