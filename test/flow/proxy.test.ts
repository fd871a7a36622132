import { expect, onTestFinished, test } from 'vitest'
import { type Fate, FaultyProxy, type Weather } from '../faults/proxy'
import { PageLoad, send, siteKey } from '../visitor'
import { makeSite, total } from './api'
import { startServer } from './server'

async function behindProxy() {
  const server = await startServer()
  const { site } = await makeSite(server)
  const proxy = await new FaultyProxy(() => server.origin).open()
  onTestFinished(() => proxy.close())
  return { server, site, proxy, load: new PageLoad(await siteKey(proxy.address(), site)) }
}

test.each<[Fate, Weather, status: number, counted: number]>([
  ['passed', {}, 204, 1],
  ['busy', { busy: 1 }, 503, 0],
  ['limited', { limited: 1, retryAfter: 7 }, 429, 0],
  ['dead', { dead: 1 }, 0, 0],
  ['cut', { cut: 1 }, 0, 0],
  ['lost', { lost: 1 }, 0, 1],
  ['torn', { torn: 1 }, 0, 1],
  ['slow', { slow: 1 }, 204, 1],
])('a request that is %s', async (fate, weather, status, counted) => {
  const { server, site, proxy, load } = await behindProxy()
  proxy.weather = weather
  expect(await send(proxy.address(), [load.view('shop.example/a')])).toBe(status)
  expect(await total(server, site)).toBe(counted)
  expect(proxy.counts()).toEqual({ [fate]: 1 })
})

test('says when to come again, and lets a script of another origin read it', async () => {
  const { proxy } = await behindProxy()
  proxy.weather = { limited: 1, retryAfter: 7 }
  const { headers } = await fetch(`${proxy.address()}/p/`, { method: 'POST' })
  expect(headers.get('retry-after')).toBe('7')
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('access-control-expose-headers')).toMatch(/retry-after/i)
})

test('keeps its address while the server has none, or another', async () => {
  const { server, site, proxy, load } = await behindProxy()
  await server.kill('SIGKILL')
  expect(await send(proxy.address(), [load.view('shop.example/a')])).toBe(0)
  await server.restart()
  expect(await send(proxy.address(), [load.view('shop.example/a')])).toBe(204)
  expect(proxy.counts()).toEqual({ away: 1, passed: 1 })
  await proxy.leave()
  expect(await send(proxy.address(), [load.view('shop.example/a')])).toBe(0)
  await proxy.open()
  expect(await send(proxy.address(), [load.view('shop.example/a')])).toBe(204)
  expect(await total(server, site)).toBe(2)
})

test('does the same again by the same seed', async () => {
  const { proxy, server } = await behindProxy()
  const other = await new FaultyProxy(() => server.origin).open()
  onTestFinished(() => other.close())
  const fates = async (each: FaultyProxy) => {
    each.weather = { busy: 0.3, dead: 0.3 }
    for (let i = 0; i < 30; i++) await send(each.address(), [])
    return each.passages.map(({ fate }) => fate)
  }
  expect(await fates(proxy)).toEqual(await fates(other))
  expect(new Set(proxy.passages.map(({ fate }) => fate))).toEqual(new Set(['busy', 'dead', 'passed']))
})
