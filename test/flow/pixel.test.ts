/** Minted pixels on whole servers: what counts once and so often does so under reloads, crowds, kills and full hands. */
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { CHROME } from '../visitor'
import { call, graph, makeSite, statusOf, total } from './api'
import { type Server, startServer } from './server'

interface Pixel {
  id: string
  url: string
  noscript: string
  expires: number
}

interface Problem {
  detail: string
  field?: string
}

const TYPE = { type: 'order' }
const hits = (server: Server, site: number) => total(server, site, 'hits', [], TYPE)

async function minted(server: Server, site: number, wish: object): Promise<Pixel> {
  const { status, body } = await call<Pixel>(server, 'POST', `/api/sites/${site}/pixels`, { ...TYPE, ...wish })
  if (status !== 201) throw new Error(`not minted: ${status} ${JSON.stringify(body)}`)
  return body
}

/** The same address on a server that was started again, under another port. */
const at = (server: Server, url: string) => server.origin + new URL(url).pathname + new URL(url).search

/** Shows the picture; its status, or 0 where no answer came. */
async function show(server: Server, url: string, headers: Record<string, string> = {}): Promise<number> {
  try {
    const response = await fetch(at(server, url), { headers: { 'User-Agent': CHROME, ...headers } })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

const many = (count: number, one: (i: number) => Promise<number>) =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)))

async function killed(server: Server): Promise<void> {
  await server.kill('SIGKILL')
  await server.restart()
}

describe('a thank-you page', () => {
  test('counts its order once: reloaded, fifty times at once, and across kill -9', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const { url } = await minted(server, site, { slots: { dollars: [0, 500], order: 1 } })
    const shown = `${url}?dollars=12.5&order=4711`
    expect(new Set(await many(50, () => show(server, shown)))).toEqual(new Set([200]))
    await killed(server)
    expect(new Set(await many(50, () => show(server, shown)))).toEqual(new Set([200]))
    expect(await hits(server, site)).toBe(1)
    expect(await total(server, site, 'dollars', [], TYPE)).toBe(12.5)
    await show(server, `${url}?dollars=7.5&order=4712`)
    await show(server, `${url}?dollars=501&order=4713`)
    expect(await total(server, site, 'dollars', [], TYPE)).toBe(20)
    expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'slot', events: 1 }])
  })
})

test('counts nothing for who asks for headers alone', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const { url } = await minted(server, site, {})
  const ask = async (method: string) =>
    (await fetch(at(server, url), { method, headers: { 'User-Agent': CHROME } })).headers.get('content-type')
  expect([await ask('HEAD'), await hits(server, site)]).toEqual(['image/gif', 0])
  expect([await ask('GET'), await hits(server, site)]).toEqual(['image/gif', 1])
})

describe('a cap', () => {
  test.each([1, 37])('of %i is exact: two hundred at once, kill -9, and restarts', async (cap) => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const { url } = await minted(server, site, { cap })
    const half = Math.ceil(cap / 2)
    await many(half, () => show(server, url))
    await killed(server)
    expect(await hits(server, site)).toBe(half)
    expect(new Set(await many(200, () => show(server, url)))).toEqual(new Set([200]))
    expect(await hits(server, site)).toBe(cap)
    for (const again of [killed, (same: Server) => same.restart()]) {
      await again(server)
      await many(20, () => show(server, url))
      expect(await hits(server, site)).toBe(cap)
    }
  })

  test('is exact where it is killed in the middle of the crowd', { timeout: 60_000 }, async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const { url } = await minted(server, site, { cap: 120 })
    let acknowledged = 0
    for (let round = 0; round < 4; round++) {
      const crowd = many(60, () => show(server, url))
      await new Promise((resolve) => setTimeout(resolve, 3 + round * 7))
      await server.kill('SIGKILL')
      acknowledged += (await crowd).filter((status) => status === 200).length
      await server.restart()
      // An answer may be lost, an event never: what was acknowledged counts, and no more than were sent.
      const counted = await hits(server, site)
      expect(counted).toBeGreaterThanOrEqual(Math.min(acknowledged, 120))
      expect(counted).toBeLessThanOrEqual(60 * (round + 1))
    }
    await many(200, () => show(server, url))
    expect(await hits(server, site)).toBe(120)
  })

  test('is spent by orders, each once, and by nothing that repeats one', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const { url } = await minted(server, site, { cap: 3, slots: { order: 1 } })
    await many(60, (i) => show(server, `${url}?order=${i % 3}`))
    expect(await hits(server, site)).toBe(3)
    await many(20, (i) => show(server, `${url}?order=${i}`))
    expect(await hits(server, site)).toBe(3)
    const { refusals } = await statusOf(server, site)
    expect(refusals).toMatchObject([{ reason: 'spent', events: 17 }])
  })
})

test('counts a visitor once a day, by address and agent, also across kill -9', async () => {
  const server = await startServer({ env: { GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' } })
  const { site } = await makeSite(server)
  const { url } = await minted(server, site, { once: 'day' })
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'
  const visitors = ['81.2.69.1', '81.2.69.2'].flatMap((address) =>
    [CHROME, FIREFOX].map((agent) => ({ 'X-Forwarded-For': address, 'User-Agent': agent })),
  )
  for (let round = 1; round <= 2; round++) {
    await Promise.all(visitors.flatMap((headers) => [0, 1, 2].map(() => show(server, url, headers))))
    expect(await hits(server, site)).toBe(visitors.length)
    await killed(server)
  }
})

test('answers alike whatever becomes of it, byte for byte, and never lets a failure be kept', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { timezone: 'Asia/Kathmandu' })
  const once = await minted(server, site, { once: 'day' })
  const origins = await minted(server, site, { once: 'day', origins: ['shop.example'] })
  const revoked = await minted(server, site, { once: 'day' })
  const capped = await minted(server, site, { once: 'day', cap: 1 })
  const spent = await minted(server, site, { cap: 1 })
  const early = await minted(server, site, { once: 'day', notBefore: Math.floor(Date.now() / 1000) + 3600 })
  const bots = await minted(server, site, { once: 'day', refuseBots: true })
  const each = await minted(server, site, {})
  expect((await call(server, 'DELETE', `/api/sites/${site}/pixels/${revoked.id}`)).status).toBe(204)
  const bytes = decode(new URL(once.url).pathname.slice('/p/'.length, -'.once.gif'.length))!
  bytes[40]! ^= 1
  const forged = `${server.origin}/p/${encode(bytes)}.once.gif`

  const kept = (url: string) => url.replace('.gif', '.once.gif')
  const answers = new Set<string>()
  const ages: number[] = []
  for (const { url, agent = CHROME } of [
    once,
    once,
    origins,
    revoked,
    capped,
    capped,
    early,
    ...[spent, spent].map(({ url }) => ({ url: kept(url) })),
    { url: bots.url, agent: 'curl/8' },
    { url: forged },
    { url: kept(each.url) },
  ] as { url: string; agent?: string }[]) {
    const response = await fetch(url, { headers: { 'User-Agent': agent } })
    const { date: _, 'cache-control': keeping = '', ...headers } = Object.fromEntries(response.headers)
    ages.push(Number(/^private, max-age=(\d+), immutable$/.exec(keeping)?.[1]))
    const body = Buffer.from(await response.arrayBuffer()).toString('hex')
    answers.add(JSON.stringify([response.status, headers, body]))
  }
  expect([...answers]).toHaveLength(1)
  // All within the same few seconds before the same midnight.
  expect(Math.max(...ages) - Math.min(...ages)).toBeLessThan(30)
  const { timezone } = (await call<{ timezone: string }>(server, 'GET', `/api/sites/${site}`)).body
  const [hour, minute] = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeStyle: 'short' })
    .format(Date.now())
    .split(':')
    .map(Number)
  expect(Math.abs(ages[0]! - (24 * 3600 - hour! * 3600 - minute! * 60))).toBeLessThan(120)

  expect((await statusOf(server, site)).refusals.map(({ reason }) => reason).toSorted()).toEqual([
    'bot',
    'early',
    'forged',
    'origin',
    'revoked',
    'spent',
  ])
  const away = await startServer({ env: { GRAUPEL_MASTER: '' } })
  const failed = await fetch(at(away, once.url), { headers: { 'User-Agent': CHROME } })
  expect([failed.status, failed.headers.get('cache-control')]).toEqual([503, 'no-store'])
})

test('counts and is kept under a site’s own prefix', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { prefixes: { script: 'js', pixel: 'dots' } })
  const { url } = await minted(server, site, { once: 'day', slots: { dollars: [0, 5] } })
  expect(new URL(url).pathname).toMatch(/^\/dots\/[\w-]+\.once\.gif$/)
  const response = await fetch(`${url}?dollars=2`, { headers: { 'User-Agent': CHROME } })
  expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+, immutable$/)
  expect(await total(server, site, 'dollars', [], TYPE)).toBe(2)
})

test('counts nothing of a minted pixel with any one bit changed', { timeout: 60_000 }, async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const { url } = await minted(server, site, { slots: { order: 1 }, cap: 5, origins: ['shop.example'] })
  const good = new URL(url).pathname.slice('/p/'.length, -'.gif'.length)
  const bytes = decode(good)!
  const headers = { 'User-Agent': CHROME, Referer: 'https://shop.example/' }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = bytes.slice()
    copy[bit >> 3]! ^= 1 << (bit & 7)
    const response = await fetch(`${server.origin}/p/${encode(copy)}.gif?order=${bit}`, { headers })
    await response.arrayBuffer()
  }
  expect(await hits(server, site)).toBe(0)
  await show(server, `${url}?order=1`, headers)
  expect(await hits(server, site)).toBe(1)
})

describe('revocation', () => {
  test('takes effect at once, of a pixel that is listed and of one of many that are not', async () => {
    const server = await startServer()
    const { site, keys } = await makeSite(server)
    const listed = await minted(server, site, {})
    const { body } = await call<{ pixels: Pixel[] }>(
      server,
      'POST',
      `/api/sites/${site}/pixels`,
      { ...TYPE, count: 3 },
      keys.write,
    )
    expect(body.pixels).toHaveLength(3)
    expect(new Set(body.pixels.map(({ id }) => id)).size).toBe(3)
    const all = [listed, ...body.pixels]
    for (const { url } of all) await show(server, url)
    expect(await hits(server, site)).toBe(4)

    const list = await call<{ pixels: { id: string }[] }>(server, 'GET', `/api/sites/${site}/pixels`)
    expect(list.body.pixels.map(({ id }) => id)).toEqual([listed.id])
    for (const { id } of all.slice(0, 2)) {
      const { status } = await call(server, 'DELETE', `/api/sites/${site}/pixels/${id}`, undefined, keys.write)
      expect(status).toBe(204)
    }
    for (const { url } of all) await show(server, url)
    expect(await hits(server, site)).toBe(6)
    await killed(server)
    for (const { url } of all) await show(server, url)
    expect(await hits(server, site)).toBe(8)
  })

  test('of what can be no id is a 404, and by a key of another site a 403', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const other = await makeSite(server)
    const status = async (id: string, token?: string) =>
      (await call(server, 'DELETE', `/api/sites/${site}/pixels/${id}`, undefined, token)).status
    expect(await status('short')).toBe(404)
    expect(await status('AAAAAAAAAAAAAAAA', other.keys.write)).toBe(403)
    expect(await status('AAAAAAAAAAAAAAAA')).toBe(204)
  })
})

test('a view by a pixel is a page’s, and a visitor’s of the day', async () => {
  const server = await startServer({ env: { GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' } })
  const { site } = await makeSite(server, { origins: ['shop.example'] })
  const { url, noscript } = await minted(server, site, { type: 'pageview' })
  expect(noscript).toContain(`<noscript><img src="${url}"`)
  for (const address of ['81.2.69.1', '81.2.69.1', '81.2.69.2']) {
    await show(server, url, { 'X-Forwarded-For': address, Referer: 'https://shop.example/pricing?id=7' })
  }
  await show(server, url, { 'X-Forwarded-For': '81.2.69.1', Referer: 'https://mail.example/inbox/7' })
  expect(await total(server, site)).toBe(4)
  expect(await total(server, site, 'hits', ['page', 'shop.example', '/pricing'])).toBe(3)
  expect(await total(server, site, 'hits', ['page', 'mail.example'])).toBe(0)
  const { series } = await graph(server, site, { metric: 'visitors', interval: 'day', period: 'today' })
  expect(series[0]!.points.at(-1)![1]).toBe(2)
})

test.each([
  [{ cap: 0 }, 'cap', /whole number from 1/],
  [{ once: 'week' }, 'once', /"day"/],
  [{ expires: 5 }, 'expires', /ahead/],
  [{ expires: Date.now() }, 'expires', /milliseconds/],
  [{ slots: { dollars: [5, 0] } }, 'slots.dollars', /above its most/],
  [{ metrics: { dollars: 'x' } }, 'metrics.dollars', /finite/],
  [{ metrics: { ['x'.repeat(257)]: 1 } }, 'metrics', /256 bytes/],
  [{ origins: ['x/y'] }, 'origins', /without a path/],
  [{ dimensions: { a: { b: { c: { d: { e: { f: { g: { h: 'i' } } } } } } } } }, 'dimensions', /deeper than 8/],
  [{ dimensions: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`n${i}`, null])) }, 'dimensions', /64 paths/],
  [{ colour: 'red' }, 'colour', /known are type/],
  [{ count: 0 }, 'count', /1 to 1000/],
  [{ count: 2.5 }, 'count', /whole number/],
  [
    {
      dimensions: {
        a: 'x'.repeat(250),
        b: 'y'.repeat(250),
        c: 'z'.repeat(250),
        d: 'å'.repeat(125),
        e: 'w'.repeat(250),
        f: 'v'.repeat(250),
      },
    },
    undefined,
    /may be 1900: say less/,
  ],
])('%j is a 400 that names %s', async (wish, field, detail) => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const { status, body } = await call<Problem>(server, 'POST', `/api/sites/${site}/pixels`, { ...TYPE, ...wish })
  expect(status).toBe(400)
  expect(body.field).toBe(field)
  expect(body.detail).toMatch(detail)
})
