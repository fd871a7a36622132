/** What the bearer of a share gets: its own slice by the share alone, less by parameters, and nothing beyond it. */
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { type Kind, mint } from '../../sdk/wire/envelope'
import { type Scope, writeShare } from '../../sdk/wire/plaintext'
import { Keys, parseMaster } from '../../worker/ingest/keys'
import { call, type Made, makeSite } from './api'
import { MASTER, type Options, type Server, startServer, temporaryFolder } from './server'

const DAY_S = 24 * 3600
const nowInSeconds = () => Math.floor(Date.now() / 1000)

interface Grant {
  id: string
  share: string
  url: string
  embed: string
  expires: number
  scope: Scope
}

interface Told {
  status: number
  /** The parameter that a problem names. */
  field?: string
  detail?: string
  headers: Headers
  text: string
}

async function begun(options?: Options) {
  const server = await startServer(options)
  const made = await makeSite(server)
  return { server, made, share: (scope: object) => granted(server, made, scope) }
}

async function granted(server: Server, { site }: Made, scope: object): Promise<Grant> {
  const { status, body } = await call<Grant>(server, 'POST', `/api/sites/${site}/shares`, scope)
  expect([status, JSON.stringify(body)]).toEqual([201, expect.anything()])
  return body
}

async function told({ origin }: Server, path: string, headers: Record<string, string> = {}): Promise<Told> {
  const response = await fetch(origin + path, { headers })
  const text = await response.text()
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  const { field, detail } = isProblem ? (JSON.parse(text) as Told) : {}
  return {
    status: response.status,
    ...(field && { field }),
    ...(detail && { detail }),
    headers: response.headers,
    text,
  }
}

const order = (country: string, dollars: number, type = 'order.web') => ({
  type,
  dimensions: { country, page: '/a' },
  metrics: { dollars },
})

const ORDERS = { type: 'order', dimension: ['country'], metrics: ['dollars', 'dollars/hits'], periods: ['7d', '30d'] }

/** A site with three orders and a view, and a share of what the orders brought by country. */
async function sold() {
  const all = await begun()
  const events = [order('SE', 30), order('SE', 10), order('NO', 2), order('SE', 500, 'pageview')]
  const { status } = await call(all.server, 'POST', '/count', events, all.made.keys.write)
  expect(status).toBe(200)
  return { ...all, grant: await all.share(ORDERS) }
}

test('answers its slice to the share alone, by every route that shares have', async () => {
  const { server, grant } = await sold()
  const ask = (route: string) => told(server, `${route}?share=${grant.share}`)
  const json = async (route: string) => JSON.parse((await ask(route)).text) as unknown

  expect(await json('/graph')).toMatchObject({
    type: 'order',
    interval: 'day',
    series: [
      { dimension: ['country'], metric: 'dollars', total: 42, points: { length: 7 } },
      { dimension: ['country'], metric: 'dollars/hits', total: 14 },
    ],
  })
  expect(await json('/totals')).toEqual({
    '7d': { country: { dollars: 42, 'dollars/hits': 14 } },
    '30d': { country: { dollars: 42, 'dollars/hits': 14 } },
  })
  expect(await json('/plotpoints')).toMatchObject({ country: { dollars: { length: 7 } } })
  expect(await json('/dimensions')).toEqual({
    dimension: ['country'],
    dimensions: [{ dimension: ['country', 'NO'] }, { dimension: ['country', 'SE'] }],
  })
  expect(await json('/rank')).toMatchObject({
    metric: 'dollars',
    whole: { score: 42 },
    dimensions: [
      { dimension: ['country', 'SE'], score: 40 },
      { dimension: ['country', 'NO'], score: 2 },
    ],
  })
  expect((await ask('/graph.csv')).text).toMatch(/,country,dollars,42\r\n/)
  const svg = await ask('/graph.svg')
  expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
  expect(svg.text).toContain('dollars: 42 in total')
  expect((await fetch(grant.url)).status).toBe(200)
})

test('narrows it by parameters, and names what lies beyond it', async () => {
  const { server, grant, made } = await sold()
  const cases: [route: string, query: string, verdict: string][] = [
    ['/graph', 'dimension=["country","SE"]&metric=dollars&period=today', '200'],
    ['/graph', 'type=order.web&depth=1', '200'],
    ['/graph.svg', 'period=30d&title=Orders&theme=dark', '200'],
    ['/rank', 'metric=dollars/hits', '200'],
    ['/totals', 'period=7d,today', '200'],
    ['/graph', 'type=pageview', '403 type'],
    ['/graph.svg', 'dimension=page', '403 dimension'],
    ['/graph.csv', 'metric=hits', '403 metric'],
    ['/rank', 'metric=hits', '403 metric'],
    ['/rank', 'metric=dollars,dollars/hits', '400 metric'],
    ['/totals', 'period=7d,90d', '403 period'],
    ['/plotpoints', 'metrics=hits', '403 metric'],
    ['/plotpoints', 'sort=hits', '403 sort'],
    ['/dimensions', 'dimension=_', '403 dimension'],
    ['/graph', 'compare=year', '403 compare'],
    ['/graph', 'where={"page":"/a"}', '403 where'],
    ['/graph', 'interval=all', '403 interval'],
    ['/graph', `site=${made.site}`, '200'],
    ['/graph', 'site=4711', '403 site'],
    ['/graph', 'site=no-such', '403 site'],
    ['/graph', 'site=all', '403 site'],
    ['/graph', 'colour=red', '400 colour'],
  ]
  const verdicts = await Promise.all(
    cases.map(async ([route, query]) => {
      const { status, field } = await told(server, `${route}?share=${grant.share}&${query}`)
      return [route, query, [status, field].filter(Boolean).join(' ')]
    }),
  )
  expect(verdicts).toEqual(cases)
})

test('does not tell what a ratio is made of', async () => {
  const { server, grant } = await sold()
  const ask = async (more: string) => told(server, `/rank?share=${grant.share}&metric=dollars/hits${more}`)
  const { whole, dimensions } = JSON.parse((await ask('')).text) as { whole: object; dimensions: object[] }
  expect(whole).toEqual({ score: 14 })
  expect(dimensions[0]).toEqual({
    dimension: ['country', 'SE'],
    score: 20,
    important: expect.any(Boolean),
    difference: expect.any(Number),
  })
  for (const by of ['value', '-count', '-effect'])
    expect(await ask(`&sort=${by}`)).toMatchObject({ status: 403, field: 'sort' })
})

test('opens nothing else', async () => {
  const { server, made, share } = await begun()
  const { share: text } = await share({})
  const routes = `
    GET /cube?query={"startTs":0}, GET /cube/dimensions, GET /cube/measures, GET /spy, GET /live, GET /tail, GET /status,
    GET /count?type=x, POST /count, POST /reset, GET /api/sites, POST /api/sites, GET /api/sites/SITE,
    PATCH /api/sites/SITE, DELETE /api/sites/SITE, GET /api/sites/SITE/shares, POST /api/sites/SITE/shares,
    DELETE /api/sites/SITE/shares/x, POST /api/sites/SITE/pixels, POST /api/logins`
  const verdicts = routes.split(/,\s/).map(async (route) => {
    const [method = '', path = ''] = route.trim().split(' ')
    const url = new URL(path.replace('SITE', String(made.site)), server.origin)
    url.searchParams.set('share', text)
    const { status } = await fetch(url, { method, ...(method.startsWith('P') && { body: '{}' }) })
    return [route.trim(), status]
  })
  for (const verdict of await Promise.all(verdicts)) expect(verdict).toEqual([verdict[0], 403])
})

/** A share as nobody but the deployment could seal it. */
async function sealed(site: number, text: string, kind: Exclude<Kind, 'beacon'> = 'share'): Promise<string> {
  const master = parseMaster(MASTER)
  if ('problem' in master) throw new Error(master.problem)
  const key = await new Keys(master).derive(kind, site, 0)
  return mint(kind, { epoch: 0, site, random: crypto.getRandomValues(new Uint8Array(12)) }, key!, text)
}

test('says that a share is over, revoked, or none', async () => {
  const { server, made, share } = await begun()
  const other = await makeSite(server)
  const { site } = made
  const good = await share({ expires: nowInSeconds() + DAY_S })
  const cases: [text: string, verdict: string][] = [
    [good.share, '200'],
    [await sealed(site, writeShare({ expires: 0, scope: {} })), '200'],
    [await sealed(site, writeShare({ expires: nowInSeconds() - 1, scope: {} })), '401 this share has expired'],
    [await sealed(site, writeShare({ expires: 1, scope: {} })), '401 this share has expired'],
    // A limit that is not known here can't be kept.
    [await sealed(site, '[0,{"type":"x","visitors":["ann"]}]'), '401 this share is not known here'],
    [await sealed(site, '[0,{"type":5}]'), '401 this share is not known here'],
    [await sealed(site, '{}'), '401 this share is not known here'],
    [await sealed(site, '[0,{}]', 'pixel'), '401 this share is not known here'],
    [await sealed(site, '[0,{}]', 'server'), '401 this share is not known here'],
    [await sealed(4711, '[0,{}]'), '401 this share is not known here'],
    [good.share.slice(0, -1), '401 this share is not known here'],
    [`${good.share}=`, '401 this share is not known here'],
    ['', '401 this share is not known here'],
    ['%00', '401 this share is not known here'],
    ['x'.repeat(8000), '401 this share is not known here'],
  ]
  for (const [text, verdict] of cases) {
    const { status, detail, field } = await told(server, `/graph?share=${text}`)
    expect([text, status === 200 ? '200' : `${status} ${detail}`]).toEqual([text, verdict])
    expect(field).toBe(status === 200 ? undefined : 'share')
  }
  const elsewhere = await told(server, `/graph?share=${good.share}&site=${other.site}`)
  expect(elsewhere).toMatchObject({ status: 403, field: 'site' })

  const { status } = await call(server, 'DELETE', `/api/sites/${site}/shares/${good.id}`)
  expect(status).toBe(204)
  expect(await told(server, `/graph?share=${good.share}`)).toMatchObject({
    status: 401,
    detail: 'this share was revoked',
  })
  // Across a restart too.
  await server.restart()
  expect((await told(server, `/graph?share=${good.share}`)).status).toBe(401)
})

test('opens by no other bit than those that were sealed', async () => {
  const { server, share } = await begun()
  const { share: good } = await share({ type: 'x', expires: nowInSeconds() + DAY_S })
  const bytes = decode(good)!
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) =>
    encode(bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))),
  )
  const statuses = new Set<number>()
  for (const text of flipped) statuses.add((await told(server, `/graph?share=${text}`)).status)
  expect([...statuses]).toEqual([401])
  expect((await told(server, `/graph?share=${good}`)).status).toBe(200)
}, 120_000)

test('is written to no log', async () => {
  const file = join(temporaryFolder(), 'said')
  const output = openSync(file, 'w')
  const { server, share } = await begun({ output })
  const { share: good } = await share({})
  for (const path of ['/graph', '/graph.svg', '/embed', '/rank', '/cube', '/nothing'])
    await told(server, `${path}?share=${good}&metric=a/b/c`)
  await server.stop()
  closeSync(output)
  expect(readFileSync(file, 'utf8')).not.toContain(good.slice(0, 20))
})

/** By which page it is asked, as a browser says it. */
type By = { origin?: string; referer?: string }
const BLOG: By = { origin: 'https://blog.example' }

const PAGES: [scope: object, by: By, verdict: string][] = [
  [{}, {}, '200 *'],
  [{}, BLOG, '200 *'],
  [{}, { origin: 'null' }, '200 *'],
  [{ origins: ['blog.example'] }, BLOG, '200 https://blog.example'],
  [{ origins: ['blog.example'] }, { origin: 'http://blog.example:8080' }, '200 http://blog.example:8080'],
  [{ origins: ['news.example', '*.blog.example'] }, { origin: 'https://a.blog.example' }, '200 https://a.blog.example'],
  [{ origins: ['https://blog.example'] }, BLOG, '200 https://blog.example'],
  [{ origins: ['https://blog.example'] }, { origin: 'http://blog.example' }, '403'],
  [{ origins: ['blog.example'] }, { origin: 'https://thief.example' }, '403'],
  [{ origins: ['blog.example'] }, { origin: 'https://blog.example.thief.example' }, '403'],
  [{ origins: ['blog.example'] }, { origin: 'null' }, '403'],
  // A picture and a frame say their page by the Referer.
  [{ origins: ['blog.example'] }, { referer: 'https://blog.example/' }, '200 -'],
  [{ origins: ['blog.example'] }, { referer: 'https://blog.example/a?b=https://thief.example' }, '200 -'],
  [{ origins: ['blog.example'] }, { referer: 'https://thief.example/?blog.example' }, '403'],
  [{ origins: ['blog.example'] }, { ...BLOG, referer: 'https://thief.example/' }, '200 https://blog.example'],
  [{ origins: ['blog.example'] }, { origin: 'https://thief.example', referer: 'https://blog.example/' }, '403'],
  // Who names no page is let in only where the owner said so.
  [{ origins: ['blog.example'] }, {}, '403'],
  [{ origins: ['blog.example'], allowMissing: true }, {}, '200 -'],
  [{ origins: ['blog.example'], allowMissing: true }, BLOG, '200 https://blog.example'],
  [{ origins: ['blog.example'], allowMissing: true }, { origin: 'https://thief.example' }, '403'],
  [{ origins: ['blog.example'], allowMissing: true }, { referer: 'https://thief.example/' }, '403'],
  // A page of the deployment's own, such as /embed.
  [{ origins: ['blog.example'] }, { referer: 'SELF/' }, '200 -'],
  [{ origins: ['blog.example'] }, { origin: 'SELF' }, '200 SELF'],
]

test('is shown on the pages that it names, by every route', async () => {
  const server = await startServer()
  const self = (text: string) => text.replace('SELF', server.origin)
  for (const [scope, by, verdict] of PAGES) {
    // A site each: of one that is asked too often in a row, answers wait.
    const { share: text } = await granted(server, await makeSite(server), scope)
    const headers = Object.fromEntries(Object.entries(by).map(([name, value]) => [name, self(value)]))
    for (const route of ['/graph', '/graph.svg', '/graph.csv', '/rank', '/totals', '/plotpoints', '/dimensions']) {
      const answer = await told(server, `${route}?share=${text}`, headers)
      const allowed = answer.headers.get('access-control-allow-origin') ?? '-'
      const asked = [route, scope, by]
      // What went wrong may be read by whoever asked; there is nothing in it.
      if (verdict === '403')
        expect([...asked, answer.status, answer.field, allowed]).toEqual([...asked, 403, 'origins', '*'])
      else {
        const vary = 'origins' in scope ? 'Origin' : null
        expect([...asked, `${answer.status} ${allowed}`, answer.headers.get('vary')]).toEqual([
          ...asked,
          self(verdict),
          vary,
        ])
      }
    }
  }
})

test.each([
  [{}, null],
  [{ origins: ['blog.example'] }, "'self' http://blog.example:* https://blog.example:*"],
  [
    { origins: ['https://blog.example', '*.news.example', 'localhost:3000'] },
    "'self' https://blog.example http://*.news.example:* https://*.news.example:* http://localhost:3000 https://localhost:3000",
  ],
])('lets %j be framed by %s', async (scope, ancestors) => {
  const { server, share } = await begun()
  const { share: text } = await share(scope)
  for (const route of ['/graph.svg', '/embed']) {
    const { status, headers } = await told(server, `${route}?share=${text}`, { referer: 'https://blog.example/' })
    expect(status).toBe(200)
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(/frame-ancestors ([^;]*)/.exec(policy)?.[1] ?? null).toBe(ancestors)
  }
})

test('lets nobody but itself frame what a key shows', async () => {
  const { server, made } = await begun()
  const { headers } = await told(server, '/graph.svg', { Authorization: `Bearer ${made.keys.read}` })
  expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'self'$/)
})

test('shows a frame a page of words where there is nothing to show', async () => {
  const { server, share } = await begun()
  const { share: text } = await share({ origins: ['blog.example'] })
  const cases: [path: string, headers: Record<string, string>, status: number, words: string][] = [
    [`/embed?share=${text}`, { referer: 'https://thief.example/' }, 403, 'this share is for pages of blog.example'],
    ['/embed?share=x', {}, 401, 'this share is not known here'],
    ['/embed', {}, 400, 'share is missing'],
    [`/embed?share=${text}&onload=x`, {}, 400, 'onload: is not known here'],
  ]
  for (const [path, headers, status, words] of cases) {
    const answer = await told(server, path, headers)
    expect([path, answer.status]).toEqual([path, status])
    expect(answer.text).toContain(words)
  }
  const hostile = encodeURIComponent('"><script>alert(1)</script>')
  const { text: page } = await told(server, `/embed?share=${text}&title=${hostile}`, {
    referer: 'https://blog.example/',
  })
  expect(page).toContain('title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
})

const WRONG: [field: string | undefined, words: string, scope: unknown][] = [
  [undefined, 'must be a JSON object', []],
  ['type', 'must be a text', { type: 5 }],
  ['types', 'known are type, dimension', { types: 'x' }],
  ['type', 'longer than 256 bytes', { type: 'ü'.repeat(200) }],
  ['dimension', 'more than 8', { dimension: Array(9).fill('a') }],
  ['dimension', 'longer than 256 bytes', { dimension: ['ü'.repeat(200)] }],
  ['dimension', 'must be a list of texts', { dimension: 'country' }],
  ['metrics', 'must name at least one', { metrics: [] }],
  ['metrics', 'is not a metric', { metrics: ['a/b/c'] }],
  ['metrics', 'more than 16', { metrics: Array.from({ length: 17 }, (_, i) => `m${i}`) }],
  ['periods', 'must name at least one', { periods: [] }],
  ['periods', 'is not one of today', { periods: ['fortnight'] }],
  ['periods', 'is not one of today', { periods: ['mtd|UTC'] }],
  ['periods', 'more than 16', { periods: Array(17).fill('7d') }],
  ['intervals', 'is not one of 10s, minute', { intervals: ['fortnight'] }],
  ['intervals', 'is not one of 10s, minute', { intervals: [{ toString: 1, valueOf: 1 }] }],
  ['intervals', 'has more than 9 items', { intervals: Array(10).fill('day') }],
  ['intervals', 'must name at least one', { intervals: [] }],
  // What the share alone asks would be refused.
  ['intervals', 'a whole week reaches beyond it', { periods: ['30d'], intervals: ['week'] }],
  ['intervals', 'a whole month reaches beyond it', { periods: ['2024-01-15..2025-12-15'] }],
  ['intervals', 'more than 10000 points', { periods: ['all'], intervals: ['hour'] }],
  ['origins', 'without a path', { origins: ['https://blog.example/a'] }],
  ['origins', 'without a path', { origins: ["blog.example; script-src 'unsafe-inline'"] }],
  ['origins', 'more than 20', { origins: Array.from({ length: 21 }, (_, i) => `a${i}.example`) }],
  [
    'origins',
    'longer than 1500 characters',
    { origins: Array.from({ length: 20 }, (_, i) => `${'a'.repeat(60)}${i}.example`) },
  ],
  ['allowMissing', 'is about origins', { allowMissing: true }],
  ['allowMissing', 'must be true or false', { origins: ['a.example'], allowMissing: 'yes' }],
  ['expires', 'lies in the past', { expires: 1_700_000_000 }],
  ['expires', 'looks like milliseconds', { expires: Date.now() + 1e9 }],
  ['expires', 'from 0 to', { expires: -1 }],
  ['expires', 'from 0 to', { expires: '2030-01-01' }],
  ['name', 'longer than 100', { name: 'x'.repeat(101) }],
]

test('is not made of what is wrong, which is named with its limit', async () => {
  const { server, made } = await begun()
  const path = `/api/sites/${made.site}/shares`
  for (const [field, words, scope] of WRONG) {
    const { status, body } = await call<Told>(server, 'POST', path, scope)
    expect([scope, status, body.field]).toEqual([scope, 400, field])
    expect(body.detail).toContain(words)
  }
  expect((await call<{ shares: unknown[] }>(server, 'GET', path)).body.shares).toEqual([])
})

test('is listed with what it shows and what to paste', async () => {
  const { server, made, share } = await begun()
  const scope = {
    type: 'order',
    dimension: ['country', 'SE'],
    metrics: ['hits', 'dollars/hits'],
    periods: ['30d', '2026-01-01..2026-12-31'],
    intervals: ['day', 'week', 'month'],
    origins: ['https://blog.example'],
    allowMissing: true,
  }
  const expires = nowInSeconds() + DAY_S
  const { share: text, ...grant } = await share({ ...scope, expires, name: 'blog' })
  expect(grant).toEqual({
    id: expect.stringMatching(/^[\w-]{16}$/),
    expires,
    name: 'blog',
    scope,
    url: `${server.origin}/graph.svg?share=${text}`,
    embed: `<script defer src="${server.origin}/embed.js"></script>\n<graupel-graph share="${text}"></graupel-graph>`,
  })
  const { body } = await call<{ shares: Grant[] }>(server, 'GET', `/api/sites/${made.site}/shares`)
  expect(body.shares).toEqual([grant])
})

test('serves the element to every page, to be kept for an hour', async () => {
  const server = await startServer()
  const { status, headers, text } = await told(server, '/embed.js')
  expect(status).toBe(200)
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  })
  expect(text).toContain('graupel-graph')
})
