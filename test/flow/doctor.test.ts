/** `graupel doctor` before real servers and real faults: each is named, with what to do, and what is well is left alone. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Check } from '../../sdk/cli/doctor/check'
import { type Setup, Way } from '../faults/way'
import { call, makeSite, total } from './api'
import { graupel } from './command'
import { ADMIN, type Server, startServer } from './server'

interface Found {
  server: string
  wrong: number
  checks: Check[]
}

/** As its owner types it. */
const doctor = (words: string[], env: Record<string, string> = {}) =>
  graupel(['doctor', ...words], { env: { GRAUPEL_ADMIN: ADMIN, ...env } })

/** What it found; its exit code is held to that. */
async function examine(server: { origin: string }, words: string[] = [], env: Record<string, string> = {}) {
  const { code, out, err } = await doctor([...words, '--server', server.origin, '--json'], env)
  expect(err).toBe('')
  const found = JSON.parse(out) as Found // what the command says of itself
  expect([code, found.wrong]).toEqual([
    found.wrong ? 1 : 0,
    found.checks.filter(({ state }) => state === 'wrong').length,
  ])
  return found
}

const wrongIn = ({ checks }: Found) => checks.filter(({ state }) => state === 'wrong')
const the = ({ checks }: Found, name: string) => checks.find(({ check }) => check === name)

/** The one thing that is wrong, and what to do. */
async function onlyWrong(server: { origin: string }, words: string[] = [], env: Record<string, string> = {}) {
  const wrong = wrongIn(await examine(server, words, env))
  expect(wrong).toHaveLength(1)
  return wrong[0]
}

async function through(server: Server, setup: Setup): Promise<{ origin: string }> {
  const way = new Way(server.origin, setup)
  onTestFinished(() => way.close())
  return { origin: await way.open() }
}

/** A page as a shop serves it. */
async function pageWith(html: string, headers: Record<string, string> = {}): Promise<string> {
  const shop = createServer((_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html),
  )
  onTestFinished(() => void shop.close())
  await once(shop.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(shop.address() as AddressInfo).port}/` // It listens on a port, not on a pipe.
}

describe('a healthy server', () => {
  test('passes, as lines and as JSON, and has counted one event of type doctor', async () => {
    const server = await startServer()
    const { site } = await makeSite(server, { name: 'shop', origins: ['shop.example'] })
    const found = await examine(server)
    expect(found.checks.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'server ok',
      'token ok',
      'site ok',
      // Only this machine reaches it, and it has no file of places.
      'url note',
      'clock ok',
      'proxy ok',
      'places note',
      'event ok',
      'answers ok',
      'origins ok',
    ])
    expect(the(found, 'event')!.says).toMatch(/^counted once though sent twice, and acknowledged in \d+ ms$/)
    expect(the(found, 'origins')!.says).toContain('shop.example')
    const { code, out } = await doctor(['shop'], { PORT: new URL(server.origin).port })
    expect(code).toBe(0)
    expect(out).toMatch(/^ok {5}server {3}http/)
    expect(out).toMatch(/\n10 checks, and nothing is wrong\n$/)
    expect(out + JSON.stringify(found)).not.toContain(ADMIN)
    expect(await total(server, site, 'hits', [], { type: 'doctor' })).toBe(2)
    for (const metric of ['hits', 'sessions', 'visitors']) expect(await total(server, site, metric)).toBe(0)
  })

  test('passes while others are asking too', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const found = await Promise.all(Array.from({ length: 3 }, () => examine(server)))
    expect(found.flatMap(wrongIn)).toEqual([])
    expect(await total(server, site, 'hits', [], { type: 'doctor' })).toBe(3)
  })

  test('has its page looked at', async () => {
    const server = await startServer()
    const { snippet, site } = await makeSite(server, { origins: ['127.0.0.1'] })
    const page = await pageWith(`<head>${snippet.replace('defer', 'defer data-local')}</head>`)
    const found = await examine(server, ['--page', page])
    expect(wrongIn(found)).toEqual([])
    expect(the(found, 'tag')!.says).toBe(`loads ${server.origin}/b/${site}.js`)
    expect(the(found, 'policy')!.says).toBe('the page has none')
  })
})

describe('the command', () => {
  test('asks which site is meant where there are several, and makes none where there is none', async () => {
    const server = await startServer()
    const none = await examine(server)
    expect(the(none, 'site')).toMatchObject({ state: 'note', mend: expect.stringContaining('site add') })
    expect(the(none, 'event')).toBeUndefined()
    expect((await call<{ sites: [] }>(server, 'GET', '/api/sites')).body.sites).toEqual([])
    await makeSite(server, { name: 'shop' })
    await makeSite(server, { name: 'blog' })
    expect(await doctor(['--server', server.origin])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there are several: shop \(\d+\), blog \(\d+\)\n$/),
    })
    expect(the(await examine(server, ['blog']), 'site')!.says).toMatch(/^blog, \d+$/)
    const stranger = await doctor(['news', '--server', server.origin, '--json'])
    expect([stranger.code, JSON.parse(stranger.err)]).toEqual([
      1,
      { error: expect.stringContaining('there is no site "news"') },
    ])
  })

  test.each([
    [['--page', 'shop.example'], /--page must be/],
    [['--page', 'file:///etc/passwd'], /--page must be/],
    [['--server', 'shop'], /--server/],
    [['--colour'], /unknown option/],
  ])('ends %j with 2', async (words, says) => {
    expect(await doctor(words)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) })
  })
})

describe('names a server', () => {
  test('that is not there', async () => {
    expect(await onlyWrong({ origin: 'http://127.0.0.1:9' })).toMatchObject({
      check: 'server',
      says: expect.stringMatching(/^no answer from http:\/\/127\.0\.0\.1:9 .*is it started/),
    })
  })

  test('that is no Graupel', async () => {
    const origin = (await pageWith('<h1>It works!</h1>')).replace(/\/$/, '')
    expect(await onlyWrong({ origin })).toMatchObject({
      check: 'server',
      says: expect.stringContaining('not as a Graupel does'),
    })
  })

  test('that has no master key', async () => {
    const server = await startServer({ env: { GRAUPEL_MASTER: '' } })
    expect(await onlyWrong(server)).toMatchObject({
      check: 'keys',
      says: expect.stringContaining('no master key'),
      mend: expect.stringContaining('GRAUPEL_MASTER'),
    })
  })

  test('that does not know the token, without saying it', async () => {
    const server = await startServer()
    const token = `ga_${'x'.repeat(43)}`
    const found = await onlyWrong(server, [], { GRAUPEL_ADMIN: token })
    expect(found).toMatchObject({ check: 'token', says: expect.stringContaining('GRAUPEL_ADMIN') })
    expect(JSON.stringify(found)).not.toContain(token)
  })

  test('whose snippets name what is not proved to be this one, which is shown no token', async () => {
    const asked: (string | undefined)[] = []
    let itself = ''
    const stranger = createServer(({ url, headers }, response) => {
      asked.push(headers.authorization)
      response.writeHead(302, { Location: itself + url }).end()
    })
    onTestFinished(() => void stranger.close())
    await once(stranger.listen(0, '127.0.0.1'), 'listening')
    const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}` // It listens on a port, not on a pipe.
    const server = await startServer({ env: { GRAUPEL_URL: origin } })
    itself = server.origin
    const without = await examine(server)
    expect(the(without, 'url')).toMatchObject({
      state: 'note',
      says: expect.stringContaining(`snippets name ${origin};`),
    })
    expect([wrongIn(without), asked]).toEqual([[], []])
    await makeSite(server, { name: 'shop' })
    expect(await onlyWrong(server)).toMatchObject({ check: 'url', says: expect.stringContaining(origin) })
    expect(new Set(asked)).toEqual(new Set([undefined]))
  })

  test('whose snippets lead elsewhere', async () => {
    const other = await startServer({ env: { GRAUPEL_MASTER: `0:${Buffer.alloc(32, 8).toString('base64url')}` } })
    const server = await startServer({ env: { GRAUPEL_URL: other.origin } })
    await makeSite(server, { name: 'shop' })
    expect(await onlyWrong(server)).toMatchObject({
      check: 'url',
      says: `snippets name ${other.origin}, where no script of this site is`,
      mend: expect.stringContaining('GRAUPEL_URL'),
    })
  })
})

describe('names on the way', () => {
  async function shop(env: Record<string, string> = {}) {
    const server = await startServer({ env })
    return { server, ...(await makeSite(server, { name: 'shop' })) }
  }

  test('answers whose Date is not of now', async () => {
    const { server } = await shop()
    const at = (ms: number) => (headers: object) => ({ ...headers, date: new Date(Date.now() + ms).toUTCString() })
    const old = await through(server, { answer: at(-13 * 60_000) })
    expect(await onlyWrong(old)).toMatchObject({ check: 'clock', says: expect.stringContaining('13 minutes behind') })
    const near = await through(server, { answer: at(60_000) })
    expect(the(await examine(near), 'clock')).toMatchObject({
      state: 'note',
      says: expect.stringMatching(/(60|59) seconds ahead/),
    })
  })

  test('a proxy of which the server was not told', async () => {
    const { server } = await shop()
    const proxy = await through(server, { request: (headers, from) => ({ ...headers, 'x-forwarded-for': from }) })
    expect(await onlyWrong(proxy)).toMatchObject({
      check: 'proxy',
      says: expect.stringContaining("is taken for every visitor's"),
      mend: 'start the server with GRAUPEL_PROXY="x-forwarded-for 127.0.0.1"',
    })
  })

  test('a proxy that stands elsewhere than the server was told', async () => {
    const { server } = await shop({ GRAUPEL_PROXY: 'x-forwarded-for 10.0.0.0/8' })
    const proxy = await through(server, { request: (headers, from) => ({ ...headers, 'x-forwarded-for': from }) })
    expect(await onlyWrong(proxy)).toMatchObject({
      check: 'proxy',
      says: expect.stringContaining('the proxy at 127.0.0.1 is not among the networks'),
    })
  })

  test('a proxy that lets visitors claim any address, and none that appends the one it sees', async () => {
    const { server } = await shop({ GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.2' })
    const named = (name: (claimed: unknown, from: string) => unknown): Setup => ({
      address: '127.0.0.2',
      request: (headers, from) => ({ ...headers, 'x-forwarded-for': String(name(headers['x-forwarded-for'], from)) }),
    })
    const good = await through(
      server,
      named((claimed, from) => [claimed, from].filter(Boolean).join(', ')),
    )
    const found = await examine(good)
    expect(wrongIn(found)).toEqual([])
    expect(the(found, 'proxy')!.says).toMatch(
      /the proxy at 127\.0\.0\.2 names each client .*: this one is 127\.0\.0\.1$/,
    )
    const bad = await through(
      server,
      named((claimed, from) => claimed ?? from),
    )
    expect(await onlyWrong(bad)).toMatchObject({
      check: 'proxy',
      says: expect.stringContaining('whatever anybody writes into x-forwarded-for is believed'),
    })
  })

  test('a machine that is trusted itself, which sees no hole', async () => {
    const { server } = await shop({ GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' })
    const found = await examine(server)
    expect(wrongIn(found)).toEqual([])
    expect(the(found, 'proxy')).toMatchObject({ state: 'note', says: expect.stringContaining('not seen from here') })
  })

  test('what takes the browser’s name out of requests', async () => {
    const { server } = await shop()
    const proxy = await through(server, { request: ({ 'user-agent': _, ...headers }) => headers })
    expect(await onlyWrong(proxy)).toMatchObject({
      check: 'event',
      says: expect.stringContaining('names no user agent'),
    })
  })

  test('what takes out of answers that pages may read them', async () => {
    const { server } = await shop()
    const proxy = await through(server, { answer: ({ 'access-control-allow-origin': _, ...headers }) => headers })
    expect(await onlyWrong(proxy)).toMatchObject({ check: 'answers', mend: expect.stringContaining('Allow-Origin') })
  })

  test('what answers in the server’s place, and what keeps events out', async () => {
    const { server } = await shop()
    const own = (status: number): Setup => ({ own: (path) => (path.startsWith('/p/E') ? status : undefined) })
    const silent = await examine(await through(server, own(204)))
    expect(the(silent, 'event')).toMatchObject({ state: 'wrong', says: expect.stringContaining('did not count') })
    expect(await onlyWrong(await through(server, own(403)))).toMatchObject({
      check: 'event',
      says: expect.stringMatching(/got 403, not 204$/),
    })
  })
})

describe('names in a page', () => {
  async function shop(html: (snippet: string, server: Server) => string, headers?: Record<string, string>) {
    const server = await startServer()
    const made = await makeSite(server, { name: 'shop' })
    const snippet = made.snippet.replace('defer', 'defer data-local')
    return { server, ...made, page: await pageWith(html(snippet, server), headers) }
  }

  test('an origin that the site does not list', async () => {
    const { server, site, page } = await shop((snippet) => snippet)
    await call(server, 'PATCH', `/api/sites/${site}`, { origins: ['shop.example'] })
    const found = await onlyWrong(server, ['--page', page])
    expect(found).toMatchObject({ check: 'origins', says: expect.stringContaining('takes events from shop.example') })
    // What it says is what mends it.
    const origins = JSON.parse(/\{.*\}/.exec(found!.mend!)![0]) as { origins: string[] }
    await call(server, 'PATCH', `/api/sites/${site}`, origins)
    expect(wrongIn(await examine(server, ['--page', page]))).toEqual([])
  })

  test('no tag, and one that loads from another server', async () => {
    const { server, site, page, snippet } = await shop(() => '<h1>Shop</h1>')
    expect(await onlyWrong(server, ['--page', page])).toMatchObject({
      check: 'tag',
      mend: expect.stringContaining(snippet),
    })
    const away = await pageWith(`<script src="http://127.0.0.1:9/b/${site}.js" data-local></script>`)
    expect(await onlyWrong(server, ['--page', away])).toMatchObject({
      check: 'server',
      says: 'the tag names http://127.0.0.1:9, which is not this server',
    })
    // By another address it is the same server all the same.
    const way = await through(server, {})
    const beside = await pageWith(`<script src="${way.origin}/b/${site}.js" data-local></script>`)
    expect((await examine(server, ['--page', beside])).checks).toContainEqual({
      check: 'server',
      state: 'ok',
      says: `the tag names ${way.origin}, which leads here`,
    })
  })

  test.each<[policy: string, state: string, says: RegExp, mend?: RegExp]>([
    ["default-src 'self' SERVER", 'ok', /allows/],
    ["default-src 'self'", 'wrong', /forbids the script: default-src 'self'/, /to script-src/],
    ["script-src 'nonce-r4nd0m'", 'wrong', /forbids the script/, /the page's nonce/],
    ["script-src SERVER; connect-src 'self'; img-src *", 'note', /pictures instead/, /to connect-src/],
    ["script-src SERVER; default-src 'self'", 'wrong', /send nothing: default-src 'self'/, /to connect-src/],
  ])('a policy "%s": %s', async (policy, state, says, mend) => {
    const { server, page } = await shop(
      (snippet, { origin }) =>
        `<meta http-equiv="Content-Security-Policy" content="${policy.replaceAll('SERVER', origin)}">${snippet}`,
    )
    const check = the(await examine(server, ['--page', page]), 'policy')
    expect(check).toMatchObject({
      state,
      says: expect.stringMatching(says),
      ...(mend && { mend: expect.stringMatching(mend) }),
    })
  })

  test('a policy that stands in the header', async () => {
    const { server, page } = await shop((snippet) => snippet, { 'Content-Security-Policy': "default-src 'self'" })
    expect(await onlyWrong(server, ['--page', page])).toMatchObject({ check: 'policy' })
  })

  test('a page that is none', async () => {
    const { server } = await shop(() => '')
    expect(await onlyWrong(server, ['--page', `${server.origin}/healthz`])).toMatchObject({
      check: 'page',
      says: expect.stringContaining('it answered 200, application/json'),
    })
    expect(await onlyWrong(server, ['--page', 'http://127.0.0.1:9/'])).toMatchObject({
      check: 'page',
      says: expect.stringContaining('no answer'),
    })
  })
})
