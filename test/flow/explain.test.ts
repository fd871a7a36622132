/** `/api/explain` and `graupel explain`: each kind of envelope, each reason, and that asking changes nothing. */
import { describe, expect, test } from 'vitest'
import type { Answer, Explained } from '../../sdk/cli/explain'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, statusOf, total } from './api'
import { graupel } from './command'
import { ADMIN, type Server, startServer } from './server'

const PAGE = 'shop.example/a?x=1'
const HOUR = 3_600_000

async function explain(server: Server, envelope?: string, context: object = {}): Promise<Answer> {
  const { status, body } = await call<Answer>(server, 'POST', '/api/explain', { envelope, ...context })
  expect([status, body]).toMatchObject([200, {}])
  return body
}

const one = async (server: Server, envelope: string, context: object = {}): Promise<Explained> =>
  (await explain(server, envelope, context)).envelopes[0]!

async function shop(settings: Record<string, unknown> = {}) {
  const server = await startServer()
  const { site } = await makeSite(server, { name: 'shop', origins: ['shop.example'], ...settings })
  const key = await siteKey(server.origin, site)
  return { server, site, key, load: () => new PageLoad(key) }
}

describe('a beacon', () => {
  test('is told as it was sealed, and as it would count', async () => {
    const { server, site, load } = await shop()
    const at = Date.now() - 5_000
    const text = load().view(PAGE, { at, flags: 1 | 16, age: 9, entry: '/', referrer: 'news.example/?utm_source=mail' })
    const context = { page: 'https://shop.example/a', agent: CHROME, headers: { 'Accept-Language': 'sv-SE' } }
    const explained = await one(server, text, context)
    expect(explained).toMatchObject({
      kind: 'beacon',
      site,
      name: 'shop',
      seq: 1,
      id: expect.stringMatching(/^[\w-]{14}$/),
      epoch: { week: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), masterKey: 0 },
      counts: true,
      counted: false,
      notes: [],
      sealed: {
        at,
        page: PAGE,
        sayings: [{ says: 'view', flags: ['begins a session', 'second page of its session'], ageSeconds: 9 }],
      },
    })
    expect(explained.events).toMatchObject([
      {
        at,
        type: 'pageview',
        metrics: { hits: 1, sessions: 1 },
        dimensions: {
          browser: { Chrome: '142' },
          device: 'desktop',
          language: 'sv',
          page: { 'shop.example': '/a?x=1' },
        },
      },
      { metrics: { exits: 1 } },
      { at: at - 9_000, metrics: { engaged: 1 } },
    ])
    // Word for word what is counted when it comes in that request.
    await send(server.origin, [text], { Origin: 'https://shop.example', 'Accept-Language': 'sv-SE' })
    const { body } = await call<{ events: object[] }>(server, 'GET', `/spy?site=${site}`)
    expect(body.events.toReversed()).toEqual(explained.events)
    expect(await one(server, text, context)).toEqual({ ...explained, counted: true })
  })

  test.each([
    ['leave', ['e', 12, 80], { says: 'leave', seconds: 12, scrollPercent: 80 }],
    ['download', ['d', 'shop.example/a.pdf'], { says: 'download', url: 'shop.example/a.pdf' }],
    ['outbound', ['o', 'other.example/'], { says: 'outbound', url: 'other.example/' }],
    [
      'count',
      ['c', { plan: 'pro' }, { hits: 2 }, 'signup'],
      { says: 'count', type: 'signup', dimensions: { plan: 'pro' } },
    ],
    ['loss', ['l', 3], { says: 'dropped', envelopes: 3 }],
  ])('that says a %s is told in words', async (_, saying, worded) => {
    const { server, load } = await shop()
    const { sealed, counts } = await one(server, load().seal([Date.now(), PAGE, '', 1280, saying]))
    expect([counts, sealed]).toMatchObject([true, { sayings: [worded] }])
  })

  test('that counts otherwise than it says has a note of it', async () => {
    const { server, load } = await shop()
    const money = load().seal([Date.now(), PAGE, '', 1280, ['c', {}, { dollars: 5 }, 'order']])
    expect(await one(server, money)).toMatchObject({ counts: true, notes: [expect.stringContaining('`allow`')] })
    const early = await one(server, load().view(PAGE, { at: Date.now() + HOUR }))
    expect(early).toMatchObject({ counts: true, notes: [expect.stringContaining('ten minutes ahead')] })
    expect(Math.abs(early.events![0]!.at - Date.now())).toBeLessThan(60_000)
  })

  test('is refused for each of these reasons, and told what to do', async () => {
    const { server, site, key, load } = await shop()
    const other = await makeSite(server)
    const long = load()
    const views = Array.from({ length: 201 }, () => long.view(PAGE))
    const cases: [reason: string, envelope: string, context?: object][] = [
      ['forged', new PageLoad({ ...key, key: (await siteKey(server.origin, other.site)).key }).view(PAGE)],
      ['stale', new PageLoad({ ...key, epoch: key.epoch - 2 }).view(PAGE)],
      ['stale', load().view(PAGE), { at: Date.now() + 15 * 24 * HOUR }],
      ['static', new PageLoad({ ...key, epoch: 0 }).view(PAGE)],
      ['retired', new PageLoad({ ...key, epoch: key.epoch | (2 << 14) }).view(PAGE)],
      ['unlisted', new PageLoad({ ...key, site: site ^ 1 }).view(PAGE)],
      ['malformed', load().seal(['not', 'a', 'plaintext'])],
      ['malformed', load().view(PAGE).slice(0, 40)],
      ['malformed', 'hello'],
      ['late', load().view(PAGE, { at: Date.now() - 73 * HOUR })],
      ['late', load().view(PAGE, { at: Date.now() - 3 * HOUR }), { at: Date.now() + 70 * HOUR }],
      ['ahead', load().view(PAGE, { at: Date.now() + 9 * 24 * HOUR })],
      ['seq', views.at(-1)!],
      ['origin', load().view('thief.example/a')],
      ['origin', load().view(PAGE), { page: 'https://thief.example/a' }],
      ['bot', load().view(PAGE), { agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }],
      ['no-agent', load().view(PAGE), { agent: '' }],
      ['prefetch', load().view(PAGE), { headers: { 'Sec-Purpose': 'prefetch' } }],
      ['dest', load().view(PAGE), { headers: { 'sec-fetch-dest': 'document' } }],
      ['too-big', load().seal([Date.now(), PAGE, '', 1280, ...Array.from({ length: 33 }, () => ['l', 1])])],
      ['too-big', `${server.origin}/p/${'A'.repeat(1_901)}`],
      ['too-big', Array.from({ length: 21 }, () => load().view(PAGE)).join('\n')],
    ]
    for (const [reason, envelope, context] of cases) {
      const { envelopes } = await explain(server, envelope, context)
      expect([reason, envelopes]).toMatchObject([
        reason,
        [{ counts: false, refusal: { reason, why: expect.any(String), mend: expect.any(String) } }],
      ])
      expect(envelopes[0]).not.toHaveProperty('events')
    }
    // What opened is shown, whatever speaks against it.
    expect(await one(server, load().view('thief.example/a'))).toMatchObject({ sealed: { page: 'thief.example/a' } })
    expect(await total(server, site)).toBe(0)
    expect((await statusOf(server, site)).refusals).toEqual([])
  })
})

test('asking a hundred times changes nothing, and the event counts once after it', async () => {
  const { server, site, load } = await shop()
  const text = load().seal([Date.now(), PAGE, '', 1280, ['p', 3, 0, '', ''], ['c', {}, {}, 'signup']])
  const before = await statusOf(server, site)
  for (let i = 0; i < 100; i++) await one(server, text, { agent: CHROME, address: '81.2.69.1' })
  expect(await statusOf(server, site)).toEqual(before)
  expect([await total(server, site), await total(server, site, 'hits', [], { type: 'signup' })]).toEqual([0, 0])
  for (let i = 0; i < 2; i++) await send(server.origin, [text])
  for (let i = 0; i < 100; i++) await one(server, text)
  expect([await total(server, site), await total(server, site, 'hits', [], { type: 'signup' })]).toEqual([1, 1])
})

test('types that are only asked about take no place from those that are sent', async () => {
  const { server, site, load } = await shop()
  const signup = (type: string) => load().seal([Date.now(), PAGE, '', 1280, ['c', {}, {}, type]])
  const asked = Array.from({ length: 120 }, (_, i) => signup(`asked-${i}`))
  for (let i = 0; i < 120; i += 20) await explain(server, asked.slice(i, i + 20).join('\n'))
  await send(server.origin, [signup('sent')])
  expect(await total(server, site, 'hits', [], { type: 'sent' })).toBe(1)
})

describe('a minted pixel', () => {
  async function minted(wish: object, settings?: Record<string, unknown>) {
    const made = await shop(settings)
    const { body } = await call<{ id: string; url: string }>(
      made.server,
      'POST',
      `/api/sites/${made.site}/pixels`,
      wish,
    )
    return { ...made, ...body }
  }

  test('is told with its slots, limits and what its URL fills in', async () => {
    const expires = Math.floor(Date.now() / 1000) + 3600
    const order = {
      type: 'order',
      dimensions: { sales: 'shop' },
      slots: { dollars: [0, 500], order: 1 },
      cap: 7,
      expires,
    }
    const { server, site, id, url } = await minted({ ...order, origins: ['shop.example'], allowMissing: true })
    const explained = await one(server, `${url}?dollars=12.5&order=4711`)
    expect(explained).toMatchObject({
      kind: 'pixel',
      site,
      id,
      epoch: { week: null },
      counts: true,
      counted: false,
      sealed: {
        type: 'order',
        dimensions: { sales: 'shop' },
        slots: { dollars: [0, 500], order: 1 },
        expires,
        options: { cap: 7, origins: ['shop.example'], allowMissing: true },
      },
      events: [{ type: 'order', metrics: { hits: 1, dollars: 12.5 }, dimensions: { sales: 'shop' } }],
    })
    await fetch(`${url}?dollars=12.5&order=4711`, { headers: { 'User-Agent': CHROME } })
    expect((await one(server, `${url}?order=4711`)).counted).toBe(true)
    expect((await one(server, `${url}?order=4712`)).counted).toBe(false)
  })

  test('is refused for each of these reasons, and still shows what is sealed', async () => {
    const { server, site, id, url } = await minted({
      type: 'pageview',
      slots: { dollars: [0, 500] },
      refuseBots: true,
      origins: ['shop.example'],
      expires: Math.floor(Date.now() / 1000) + 3600,
      notBefore: Math.floor(Date.now() / 1000) - 3600,
    })
    const page = 'https://shop.example/thanks'
    const cases: [reason: string, query: string, context: object][] = [
      ['slot', '?dollars=501', { page }],
      ['bot', '', { page, agent: 'Googlebot/2.1' }],
      ['origin', '', { page: 'https://thief.example/' }],
      ['origin', '', {}],
      ['opt-out', '', { page, headers: { DNT: '1' } }],
      ['dest', '', { page, headers: { 'Sec-Fetch-Mode': 'navigate' } }],
      ['expired', '', { page, at: Date.now() + 2 * HOUR }],
      ['early', '', { page, at: Date.now() - 2 * HOUR }],
    ]
    expect(await one(server, url, { page })).toMatchObject({ counts: true })
    for (const [reason, query, context] of cases) {
      const explained = await one(server, url + query, context)
      expect([reason, explained]).toMatchObject([
        reason,
        { counts: false, refusal: { reason }, sealed: { type: 'pageview' } },
      ])
    }
    await call(server, 'DELETE', `/api/sites/${site}/pixels/${id}`)
    expect(await one(server, url, { page })).toMatchObject({
      refusal: { reason: 'revoked' },
      sealed: { type: 'pageview' },
    })
    expect((await statusOf(server, site)).refusals).toEqual([])
  })
})

test('a share is told with its scope, until it ends', async () => {
  const { server, site } = await shop()
  const expires = Math.floor(Date.now() / 1000) + 3600
  const scope = { type: 'pageview', metrics: ['hits'], origins: ['blog.example'] }
  const { body } = await call<{ id: string; share: string; url: string }>(server, 'POST', `/api/sites/${site}/shares`, {
    ...scope,
    expires,
  })
  const { id, share, url } = body
  expect(await one(server, share)).toMatchObject({ kind: 'share', site, id, reads: true, sealed: { expires, scope } })
  expect(await one(server, url, { page: 'https://blog.example/a' })).toMatchObject({ reads: true })
  const reasonOf = async (text: string, context?: object) => (await one(server, text, context)).refusal?.reason
  expect(await reasonOf(url, { page: 'https://thief.example/' })).toBe('origin')
  expect(await reasonOf(share, { at: Date.now() + 2 * HOUR })).toBe('expired')
  expect(await reasonOf(share.slice(0, -1) + (share.endsWith('A') ? 'Q' : 'A'))).toMatch(/unknown|malformed/)
  await call(server, 'DELETE', `/api/sites/${site}/shares/${id}`)
  expect(await reasonOf(share)).toBe('revoked')
})

describe('the caller', () => {
  test('sees what the server sees of him, with an envelope or without', async () => {
    const server = await startServer()
    const { client, envelopes } = await explain(server)
    expect(envelopes).toEqual([])
    expect(client).toMatchObject({
      address: '127.0.0.1',
      from: 'socket',
      proxy: null,
      isLimited: false,
      headers: {},
      asked: server.origin,
    })
  })

  test('is the address of a trusted header, and of no other', async () => {
    const server = await startServer({ env: { GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' } })
    const seen = async (headers: Record<string, string>) => {
      const init = { method: 'POST', headers: { Authorization: `Bearer ${ADMIN}`, ...headers } }
      return ((await (await fetch(`${server.origin}/api/explain`, init)).json()) as Answer).client
    }
    expect(await seen({ 'X-Forwarded-For': '198.51.100.7' })).toMatchObject({
      address: '198.51.100.7',
      from: 'header',
      socket: '127.0.0.1',
      proxy: { header: 'x-forwarded-for', isTrusted: true },
      isLimited: true,
      headers: { 'x-forwarded-for': '198.51.100.7' },
    })
    expect(await seen({ 'X-Real-IP': '198.51.100.7' })).toMatchObject({ address: '127.0.0.1', from: 'socket' })
  })

  test('may say null for what he leaves out', async () => {
    const { server, load } = await shop()
    const text = load().view(PAGE)
    const nothing = { page: null, agent: null, address: null, headers: null, at: null }
    expect(await one(server, text, nothing)).toMatchObject({ counts: true })
    expect((await explain(server, undefined, { envelope: null })).envelopes).toEqual([])
  })

  test('must be the admin, and asks in a shape that is known', async () => {
    const { server, load } = await shop()
    const { keys } = await makeSite(server)
    const envelope = load().view(PAGE)
    for (const token of [keys.read, keys.write]) {
      expect((await call(server, 'POST', '/api/explain', { envelope }, token)).status).toBe(403)
    }
    expect((await call(server, 'POST', '/api/explain', { envelope }, 'ga_wrong')).status).toBe(401)
    const wrong: [string, object][] = [
      ['envelope', { envelope: 7 }],
      ['page', { page: 'shop' }],
      ['agent', { agent: 'x'.repeat(10_000) }],
      ['headers.dnt', { headers: { dnt: 1 } }],
      ['at', { at: 'tomorrow' }],
      ['colour', { colour: 'red' }],
    ]
    for (const [field, body] of wrong) {
      expect(await call(server, 'POST', '/api/explain', body)).toMatchObject({ status: 400, body: { field } })
    }
    expect(await call(server, 'POST', '/api/explain', [])).toMatchObject({ status: 400 })
  })
})

describe('graupel explain', () => {
  /** As its owner types it. */
  const typed = ({ origin }: { origin: string }, words: string[], { env = {}, input = '' } = {}) =>
    graupel(['explain', ...words], { env: { PORT: new URL(origin).port, GRAUPEL_ADMIN: ADMIN, ...env }, input })

  test('says what counts and why what does not, to people and as JSON', async () => {
    const { server, site, load } = await shop()
    const text = load().view(PAGE, { flags: 1 | 2, entry: '/' })
    const good = await typed(server, [`${server.origin}/p/${text}.gif`])
    expect(good).toMatchObject({ code: 0, err: '' })
    expect(good.out).toMatch(/^would count\n {2}kind {6}beacon\n {2}site {6}\d+ shop\n/)
    expect(good.out).toContain('\n  says      view (begins a session, first of the day), entryPath /\n')
    expect(good.out).toContain('pageview at ')
    const bad = await typed(server, [text, '--page', 'https://thief.example'])
    expect(bad.code).toBe(1)
    expect(bad.out).toMatch(/^refused: origin\n {2}why .+\n {2}do .+Add the host/)
    const both = await typed(server, ['-', '--json'], { input: `${text}\n${load().view('thief.example/')}\n` })
    expect([both.code, JSON.parse(both.out)]).toMatchObject([
      1,
      {
        client: {},
        envelopes: [
          { site, counts: true },
          { site, counts: false, refusal: { reason: 'origin' } },
        ],
      },
    ])
    await send(server.origin, [text])
    expect((await typed(server, [text])).out).toMatch(/^counts, and is counted already/)
  })

  test('shows no control character that somebody sealed', async () => {
    const { server, load } = await shop()
    const { out } = await typed(server, [load().view('shop.example/\u001b[31mred')])
    expect(out).not.toContain('\u001b')
  })

  test.each([
    [[], 2, /missing required argument/],
    [['x', '--at', 'soon'], 2, /--at must be/],
    [['x', '--header', 'dnt'], 2, /--header must read/],
    [['-'], 2, /nothing to explain/],
    [['x', '--colour'], 2, /unknown option/],
  ])('ends %j with %i', async (words, code, said) => {
    // Nobody is asked.
    const ran = await typed({ origin: 'http://127.0.0.1:9' }, words)
    expect(ran).toMatchObject({ code, out: '', err: expect.stringMatching(said) })
  })

  test('ends with 1 where nobody answers, and where the token is wrong', async () => {
    const server = await startServer()
    const nobody = await typed(server, ['x', '--json'], { env: { PORT: '9' } })
    expect([nobody.code, JSON.parse(nobody.err)]).toMatchObject([1, { error: expect.stringContaining('no answer') }])
    const stranger = await typed(server, ['x'], { env: { GRAUPEL_ADMIN: `ga_${'x'.repeat(43)}` } })
    expect(stranger).toMatchObject({ code: 1, out: '', err: expect.stringContaining('GRAUPEL_ADMIN') })
    expect(stranger.err).not.toContain('xxx')
  })
})
