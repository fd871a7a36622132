/** Minted pixels at their own route, by a clock that is turned by hand: what a visitor's day and the site's midnight do. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encode } from '../../../sdk/wire/base64url'
import { mint } from '../../../sdk/wire/envelope'
import { pixelOf, type Wish } from '../../../sdk/wire/minting'
import { writePixel } from '../../../sdk/wire/plaintext'
import app from '../../../worker/index'
import { Keys } from '../../../worker/ingest/keys'
import type { Site } from '../../../worker/ingest/settings'
import { deploymentOf } from '../../../worker/routes/deployment'
import { madeSite } from '../objects'

const MASTER = new Uint8Array(32).fill(7)
const bindings = {
  ...env,
  GRAUPEL_MASTER: `0:${encode(MASTER)}`,
  GRAUPEL_ADMIN: 'ga_long-enough-for-a-test',
  GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8',
}
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'
const HOUR = 3_600_000

afterEach(() => {
  vi.useRealTimers()
})

const turnTo = (now: number) => vi.useFakeTimers({ toFake: ['Date'], now })

async function minted(site: number, wish: Wish): Promise<string> {
  const key = await new Keys(new Map([[0, MASTER]])).derive('pixel', site, 0)
  const random = crypto.getRandomValues(new Uint8Array(12))
  return mint('pixel', { epoch: 0, site, random }, key!, writePixel(pixelOf({ type: 'pageview', ...wish })))
}

/** Fetches as a browser behind the trusted proxy; an address of `null` is of nobody. */
async function show(
  name: string,
  {
    address = '81.2.69.1',
    agent = FIREFOX,
    headers = {},
  }: { address?: string | null; agent?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const request = new Request(`http://count.example/p/${name}`, {
    headers: { 'User-Agent': agent, ...(address && { 'X-Forwarded-For': address }), ...headers },
    ...(address !== null && { cf: { clientIp: '127.0.0.1:4711' } as RequestInitCfProperties }),
  })
  const context = createExecutionContext()
  const response = await app.fetch(request, bindings, context)
  await response.arrayBuffer()
  await waitOnExecutionContext(context)
  return response
}

/** A site that this isolate has heard of. */
async function listedSite(zone?: string, settings?: Partial<Site>) {
  const made = await madeSite(zone, settings)
  const { directory } = await deploymentOf(bindings)
  await directory.refresh(bindings, Date.now())
  return made
}

const keptOf = (response: Response) => response.headers.get('cache-control')

describe('a pixel that counts once a day', () => {
  test('counts a visitor once until the site’s midnight, and again after it', async () => {
    const { site, total } = await listedSite('Pacific/Auckland')
    const pixel = await minted(site.site, { once: 'day' })
    // 23:59 in Auckland, where clocks are thirteen hours ahead.
    const late = Date.UTC(2027, 0, 10, 10, 59)
    turnTo(late)
    for (let i = 0; i < 3; i++) await show(`${pixel}.once.gif`)
    expect(await total()).toBe(1)
    turnTo(late + 2 * 60_000)
    for (let i = 0; i < 3; i++) await show(`${pixel}.once.gif`)
    expect(await total()).toBe(2)
    // Midnight in Greenwich is nothing to it.
    turnTo(Date.UTC(2027, 0, 11, 0, 1))
    await show(`${pixel}.once.gif`)
    expect(await total()).toBe(2)
  })

  test('tells visitors apart by address and agent, and pixels from each other', async () => {
    const { site, total } = await listedSite()
    const [one, two] = [await minted(site.site, { once: 'day' }), await minted(site.site, { once: 'day' })]
    for (const visitor of [
      {},
      { address: '81.2.69.2' },
      { agent: 'Mozilla/5.0 Safari/605' },
      {},
      { address: '81.2.69.2' },
    ]) {
      await show(`${one}.once.gif`, visitor)
    }
    expect(await total()).toBe(3)
    await show(`${two}.once.gif`)
    expect(await total()).toBe(4)
  })

  test('counts the same without its suffix, which only tells the browser', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { once: 'day' })
    for (const suffix of ['', '.gif', '.once', '.once.gif']) await show(pixel + suffix)
    expect(await total()).toBe(1)
  })

  test('counts each order once where orders are named, however many a visitor has', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { once: 'day', slots: { order: 1 } })
    for (const order of ['?order=1', '?order=1', '?order=2', '', '']) await show(`${pixel}.once.gif${order}`)
    expect(await total()).toBe(3)
  })

  test('spends its cap by visitors, not by reloads', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { once: 'day', cap: 2 })
    for (const address of ['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2', '3.3.3.3', '1.1.1.1']) {
      await show(`${pixel}.once.gif`, { address })
    }
    expect(await total()).toBe(2)
  })

  test('counts each request where nothing tells visitors apart', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { once: 'day' })
    for (let i = 0; i < 3; i++) await show(`${pixel}.once.gif`, { address: null })
    expect(await total()).toBe(3)
  })
})

describe('an answer', () => {
  const noon = Date.UTC(2026, 9, 21, 12)

  test.each([
    ['UTC', noon, 12 * 3600],
    ['UTC', noon + 12 * HOUR - 1, 0],
    ['UTC', noon + 12 * HOUR, 24 * 3600],
    ['Asia/Kathmandu', noon, 6 * 3600 + 15 * 60],
    // The day on which clocks go back has twenty-five hours.
    ['Europe/Stockholm', Date.UTC(2026, 9, 24, 22), 25 * 3600],
  ])('to a once-a-day URL is kept in %s at %i for %i s, whatever it holds', async (zone, now, seconds) => {
    const { site } = await listedSite(zone)
    const pixel = await minted(site.site, { once: 'day' })
    const each = await minted(site.site, {})
    const expired = await minted(site.site, { once: 'day', expires: 5 })
    const forged = pixel.slice(0, -4) + (pixel.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    turnTo(now)
    for (const name of [pixel, pixel, each, expired, forged]) {
      expect(keptOf(await show(`${name}.once.gif`))).toBe(`private, max-age=${seconds}, immutable`)
      expect(keptOf(await show(`${name}.gif`))).toBe('no-store')
    }
  })

  test.each([['x'], ['x'.repeat(2_000)], ['EgAAyv4AAR8kKS4zOD1CR0xRVk']])(
    'to a once-a-day URL that names no site of ours, %s, is kept until midnight in Greenwich',
    async (name) => {
      turnTo(noon)
      expect(keptOf(await show(`${name}.once.gif`))).toBe('private, max-age=43200, immutable')
    },
  )

  test.each<Record<string, string>>([
    { 'Sec-Purpose': 'prefetch' },
    { 'Sec-Purpose': 'prefetch;prerender' },
    { 'Sec-Fetch-Dest': 'document' },
  ])('to %j is not kept: it is asked for again when it is shown, and counts then', async (headers) => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { once: 'day' })
    expect(keptOf(await show(`${pixel}.once.gif`, { headers }))).toBe('no-store')
    expect(await total()).toBe(0)
    await show(`${pixel}.once.gif`)
    expect(await total()).toBe(1)
  })
})

describe('a view by a pixel', () => {
  test('is of the page that its Referer names, and of a visitor of the day', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, {})
    for (const Referer of ['https://shop.example/a?id=1', 'https://shop.example/']) {
      for (const address of ['1.1.1.1', '2.2.2.2']) await show(`${pixel}.gif`, { address, headers: { Referer } })
    }
    expect(await total('hits', ['page', 'shop.example'])).toBe(4)
    expect(await total('hits', ['page', 'shop.example', '/a'])).toBe(2)
    expect(await total('hits', ['page', 'shop.example', '/'])).toBe(0)
  })

  test('is of the page that was sealed, where one was', async () => {
    const { site, total } = await listedSite()
    const pixel = await minted(site.site, { dimensions: { page: { 'shop.example': '/pricing' } } })
    await show(`${pixel}.gif`, { headers: { Referer: 'https://shop.example/other' } })
    expect(await total('hits', ['page', 'shop.example', '/pricing'])).toBe(1)
  })

  test.each([
    ['pageview', { DNT: '1' }, 0],
    ['pageview', { 'Sec-GPC': '1' }, 0],
    ['pageview.mail', { DNT: '1' }, 1],
  ])('of type %s with %j counts %i: as the script would have', async (type, headers, hits) => {
    const { site, total } = await listedSite()
    await show(`${await minted(site.site, { type })}.gif`, { headers })
    expect(await total()).toBe(hits)
  })
})

describe('a capped pixel’s events', () => {
  test('all meet one Hail, whatever their orders', async () => {
    const { site, total } = await listedSite('UTC', { fixedShards: 4 })
    const pixel = await minted(site.site, { cap: 5, slots: { order: 1 } })
    await Promise.all(Array.from({ length: 40 }, (_, order) => show(`${pixel}.gif?order=${order}`)))
    expect(await total()).toBe(5)
  })
})
