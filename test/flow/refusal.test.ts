import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { encode } from '../../sdk/wire/base64url'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, statusOf, total } from './api'
import { startServer, type Server } from './server'

const PAGE = 'shop.example/a'

async function answerTo(server: Server, envelope: string, headers: Record<string, string> = {}) {
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(`${server.origin}${path}`, init)
    const { date: _, ...kept } = Object.fromEntries(response.headers)
    return { status: response.status, headers: kept, body: Buffer.from(await response.arrayBuffer()).toString('hex') }
  }
  const agent = { 'User-Agent': CHROME, ...headers }
  return {
    post: await ask('/p/', { method: 'POST', body: envelope, headers: agent }),
    image: await ask(`/p/${envelope}.gif`, { headers: agent }),
  }
}

test('answers every refusal as it answers a success, counts nothing and names the reason', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { origins: ['shop.example'] })
  const other = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const load = () => new PageLoad(key)
  const good = await answerTo(server, load().view(PAGE))
  expect(good.post.status).toBe(204)
  expect(good.image).toMatchObject({ status: 200, headers: { 'content-type': 'image/gif' } })
  expect(Buffer.from(good.image.body, 'hex')).toHaveLength(43)
  expect(good.post.headers).not.toHaveProperty('set-cookie')
  const counted = await total(server, site)

  const hour = 3_600_000
  const long = load()
  const views = Array.from({ length: 201 }, () => long.view(PAGE))
  const cases: [reason: string, envelope: string, headers?: Record<string, string>][] = [
    ['forged', new PageLoad({ ...key, key: (await siteKey(server.origin, other.site)).key }).view(PAGE)],
    ['stale', new PageLoad({ ...key, epoch: key.epoch - 2 }).view(PAGE)],
    ['static', new PageLoad({ ...key, epoch: 0 }).view(PAGE)],
    ['malformed', load().seal(['not', 'a', 'plaintext'])],
    ['late', load().view(PAGE, { at: Date.now() - 73 * hour })],
    ['ahead', load().view(PAGE, { at: Date.now() + 9 * 24 * hour })],
    ['origin', load().view(PAGE), { Origin: 'https://thief.example' }],
    ['origin', load().view('thief.example/a')],
    ['bot', load().view(PAGE), { 'User-Agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' }],
    ['retired', new PageLoad({ ...key, epoch: key.epoch | (2 << 14) }).view(PAGE)],
    ['seq', views.at(-1)!],
    ['prefetch', load().view(PAGE), { 'Sec-Purpose': 'prefetch;prerender' }],
    ['dest', load().view(PAGE), { 'Sec-Fetch-Dest': 'document' }],
  ]
  for (const [, envelope, headers] of cases) expect(await answerTo(server, envelope, headers)).toEqual(good)

  expect(await total(server, site)).toBe(counted)
  const { refusals } = await statusOf(server, site)
  const expected = Map.groupBy(cases, ([reason]) => reason)
  for (const [reason, group] of expected) {
    expect(refusals.find((refusal) => refusal.reason === reason)).toMatchObject({
      events: group.length * 2,
      why: expect.any(String),
      mend: expect.any(String),
    })
  }
})

test('counts nothing of noise, and answers it alike', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  await siteKey(server.origin, site)
  const noise = [
    encode(randomBytes(60 * 1024)),
    randomBytes(64 * 1024).toString('latin1'),
    'x'.repeat(200_000),
    Array.from({ length: 21 }, () => encode(randomBytes(100))).join('\n'),
    '',
    '\n\n',
    '%00',
  ]
  for (const body of noise) expect(await send(server.origin, [body])).toBe(204)
  for (const path of ['/p/x.gif', `/p/${'A'.repeat(4000)}.gif`, '/p/%ff%fe.gif', '/p/..gif']) {
    const response = await fetch(`${server.origin}${path}`, { headers: { 'User-Agent': CHROME } })
    expect([path, response.status]).toEqual([path, 200])
  }
  expect(await total(server, site)).toBe(0)
})

test.each([
  ['POST', '/api/sites', {}, 400, 'name'],
  ['POST', '/api/sites', { name: 'x', timezone: 'Mars/Olympus' }, 400, 'timezone'],
  ['POST', '/api/sites', { name: 'x', origins: ['http://x/path'] }, 400, 'origins'],
  ['POST', '/api/sites', { name: 'x', colour: 'red' }, 400, 'colour'],
  ['POST', '/api/sites', { name: 'x', rate: 19 }, 400, 'rate'],
  ['POST', '/api/sites', { name: 'x', rate: true }, 400, 'rate'],
  ['POST', '/api/sites', { name: 'x', allow: ['seats'] }, 400, 'allow'],
  ['POST', '/api/sites', { name: 'x', allow: { seats: [5, 1] } }, 400, 'allow.seats'],
  ['POST', '/api/sites', { name: 'x', allow: { 'a/b': [0, 1] } }, 400, 'allow.a/b'],
  ['POST', '/api/sites', { name: 'x', allow: { hits: [0, 1001] } }, 400, 'allow.hits'],
  ['GET', '/graph', undefined, 400, 'site'],
  ['GET', '/graph?site=5', undefined, 404, 'site'],
  ['GET', '/graph?site=five', undefined, 404, 'site'],
  ['GET', '/graph?site=SITE&interval=fortnight', undefined, 400, 'interval'],
  ['GET', '/graph?site=SITE&period=always', undefined, 400, 'period'],
  ['GET', '/graph?site=SITE&metric=a/b/c', undefined, 400, 'metric'],
  ['GET', '/graph?site=SITE&tz=Mars/Olympus', undefined, 400, 'tz'],
  ['GET', '/graph?site=SITE&tz=Asia/Kolkata&interval=day', undefined, 400, 'tz'],
  ['GET', '/graph?site=SITE&dimension=["a","b","c","d","e","f","g","h","i"]', undefined, 400, 'dimension'],
  ['GET', '/graph?site=SITE&interval=minute&period=90d', undefined, 400, 'interval'],
  ['GET', '/graph?site=SITE&limit=0', undefined, 400, 'limit'],
  ['GET', '/graph?site=SITE&depth=9', undefined, 400, 'depth'],
  ['GET', '/graph?site=SITE&from=tomorrow', undefined, 400, 'from'],
  ['POST', '/count?site=SITE', { type: 'a', metrics: { dollars: 'many' } }, 400, 'metrics.dollars'],
  ['POST', '/count?site=SITE', [{ type: 'a' }, { at: 'yesterday' }], 400, '[1].at'],
  ['POST', '/count?site=SITE', { type: 'a', colour: 1 }, 400, 'colour'],
  ['GET', '/graph?site=SITE&colour=red', undefined, 400, 'colour'],
  ['GET', '/nowhere', undefined, 404, undefined],
] as const)('%s %s %j is a %i problem that names %s', async (method, path, body, status, field) => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const response = await fetch(`${server.origin}${path.replace('SITE', String(site))}`, {
    method,
    headers: { Authorization: `Bearer ${server.admin}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ status, detail: expect.any(String), ...(field && { field }) })
  expect(response.status).toBe(status)
})

test('tells apart who may do what', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const other = await makeSite(server)
  const status = async (method: string, path: string, token: string) =>
    (await call(server, method, path, method === 'POST' ? { type: 'a' } : undefined, token)).status
  expect(await status('GET', `/graph?site=${site}`, 'wrong')).toBe(401)
  expect(await status('GET', `/graph?site=${site}`, keys.read)).toBe(200)
  expect(await status('GET', '/graph', keys.read)).toBe(200)
  expect(await status('GET', `/graph?site=${site}`, keys.write)).toBe(403)
  expect(await status('GET', `/graph?site=${site}`, other.keys.read)).toBe(403)
  expect(await status('POST', `/count?site=${site}`, keys.read)).toBe(403)
  expect(await status('POST', `/count?site=${site}`, keys.write)).toBe(200)
  expect(await status('GET', '/api/sites', keys.write)).toBe(403)
  expect(await status('GET', `/api/sites/${site}`, keys.write)).toBe(403)
  expect((await fetch(`${server.origin}/graph?site=${site}`)).status).toBe(401)
})

test('serves and counts under a site’s own prefixes', async () => {
  const server = await startServer()
  const { site, snippet } = await makeSite(server, { prefixes: { script: 'js', pixel: 'dots' } })
  expect(snippet).toContain(`/js/${site}.js`)
  const script = await (await fetch(`${server.origin}/js/${site}.js`)).text()
  expect(script).toContain('"/dots/"')
  const envelope = new PageLoad(await siteKey(server.origin, site)).view(PAGE)
  const response = await fetch(`${server.origin}/dots/${envelope}.gif`, { headers: { 'User-Agent': CHROME } })
  expect(response.headers.get('content-type')).toBe('image/gif')
  expect(await total(server, site)).toBe(1)
  expect((await fetch(`${server.origin}/other/${envelope}.gif`)).status).toBe(404)
})

test.each([[{ script: 'p', pixel: 'b' }], [{ script: 'p', pixel: 'dots' }], [{ pixel: 'b' }]])(
  'takes no prefixes %j, of which one is a route of the other kind',
  async (prefixes) => {
    const server = await startServer()
    const { status, body } = await call(server, 'POST', '/api/sites', { name: 'shop', prefixes })
    expect([status, body]).toMatchObject([400, { field: 'prefixes' }])
    // Where they are taken, each stands for the other, and this is looked for in turn for ever.
    expect((await fetch(`${server.origin}/p/nothing/there`, { signal: AbortSignal.timeout(5_000) })).status).toBe(404)
  },
)

test('shows the bearer of a share its graphs, and nothing else', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const scope = { type: 'pageview', dimension: ['country'], metrics: ['hits'] }
  const made = await call<{ share: string; id: string }>(server, 'POST', `/api/sites/${site}/shares`, scope)
  const { share, id } = made.body
  const status = async (path: string) =>
    (await fetch(`${server.origin}${path}${path.includes('?') ? '&' : '?'}share=${share}`)).status
  const dimension = encodeURIComponent('["country"]')
  expect(await status(`/graph?type=pageview&dimension=${dimension}`)).toBe(200)
  expect(await status(`/graph.svg?type=pageview.a&dimension=${dimension}`)).toBe(200)
  expect(await status(`/graph?type=pageview&dimension=_`)).toBe(403)
  expect(await status(`/graph?type=order&dimension=${dimension}`)).toBe(403)
  expect(await status(`/graph?type=pageviews&dimension=${dimension}`)).toBe(403)
  expect(await status(`/graph?type=pageview&dimension=${dimension}&metric=dollars`)).toBe(403)
  expect(await status(`/graph?type=pageview&dimension=${dimension}&depth=1&sort=-dollars`)).toBe(403)
  for (const path of [
    '/status',
    '/status?site=',
    '/api/sites',
    `/api/sites/${site}`,
    `/api/sites/${site}/shares`,
    '/count?type=a',
  ]) {
    expect([path, await status(path)]).toEqual([path, 403])
  }
  expect((await call(server, 'DELETE', `/api/sites/${site}/shares/${id}`)).status).toBe(204)
  expect(await status(`/graph?type=pageview&dimension=${dimension}`)).toBe(401)
})

test('lets a login link open once, and a cookie change nothing from a page that is not ours', async () => {
  const server = await startServer()
  const { site } = await makeSite(server)
  const { code } = (await call<{ code: string }>(server, 'POST', '/api/logins')).body
  const redeem = () => fetch(`${server.origin}/login`, { method: 'POST', body: JSON.stringify({ code }) })
  const opened = await redeem()
  expect(opened.status).toBe(204)
  expect((await redeem()).status).toBe(401)
  const cookie = opened.headers.get('set-cookie')!
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Lax/)

  const ask = async (path: string, init: RequestInit = {}) =>
    (await fetch(`${server.origin}${path}`, { ...init, headers: { Cookie: cookie.split(';')[0]!, ...init.headers } }))
      .status
  expect(await ask(`/graph?site=${site}`)).toBe(200)
  expect(await ask('/')).toBe(200)
  const thief = { Origin: 'https://thief.example' }
  expect(await ask('/api/sites', { method: 'POST', body: '{"name":"x"}', headers: thief })).toBe(403)
  expect(await ask('/api/sites', { method: 'POST', body: '{"name":"x"}' })).toBe(403)
  expect(await ask(`/count?site=${site}&type=pageview`)).toBe(403)
  expect(await ask(`/count?site=${site}&type=pageview`, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).toBe(403)
  expect(await ask('/api/sites', { method: 'POST', body: '{"name":"x"}', headers: { Origin: server.origin } })).toBe(
    201,
  )
  expect(await total(server, site)).toBe(0)
  expect(await ask(`/graph?site=${site}`, { headers: { Cookie: 'graupel=9999999999999.forged' } })).toBe(401)
})
