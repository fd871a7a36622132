/**
 * The examples of demo/server before a real Graupel, each as it stands: the address that is counted, what passes
 * unaltered, and what is forgotten. The unit's own trust is in force, under which every client of this machine is a
 * proxy: were a client's own header passed on, it would be believed here.
 */
import { createServer, type Server as HttpServer } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findProxy, type Name } from '../proxies'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor'
import { writeMmdb } from '../../demo/rain/mmdb'
import { type Made, makeSite, total } from './api'
import { EXAMPLES, freePorts, HOST, openReverse, type Ask, type Reverse } from './reverse'
import { openServer, type Server, startServer, temporaryFolder } from './server'
import { openSocket } from './socket'
import { readUnit } from './unit'

const country = (code: string) => ({ country: { iso_code: code, names: { en: code } } })
/** Where clients stand: the second never asks, and is only claimed. */
const SWEDE = '127.0.0.9'
const CLAIMED = '127.0.0.8'
const GEO = writeMmdb([
  { network: `${SWEDE}/32`, record: country('SE') },
  { network: `${CLAIMED}/32`, record: country('NO') },
])

/** Graupel refuses a large body before it has read it, and Caddy may see the connection close before the answer. */
const TOO_LARGE: Record<Name, number[]> = { nginx: [413], caddy: [413, 502] }

const NAMES: readonly Name[] = ['nginx', 'caddy']

describe.each(NAMES)('behind %s', (name) => {
  const it = test.skipIf(!findProxy(name))
  let folder: string
  let server: Server
  let reverse: Reverse
  let made: Made
  let key: SiteKey

  beforeAll(async () => {
    if (!findProxy(name)) return
    folder = mkdtempSync(join(tmpdir(), 'graupel-reverse-'))
    const geoFolder = join(folder, 'geo')
    mkdirSync(geoFolder)
    writeFileSync(join(geoFolder, 'geo.mmdb'), GEO)
    const ports = await freePorts()
    const { GRAUPEL_PROXY = '' } = readUnit().environment
    const env = { GRAUPEL_PROXY, GRAUPEL_GEO_FILE: 'geo.mmdb', GRAUPEL_URL: `https://${HOST}:${ports.https}` }
    server = await openServer({ dataFolder: join(folder, 'data'), geoFolder, env })
    reverse = await openReverse(name, { folder: join(folder, name), ports, upstream: server.origin })
    made = await makeSite(server)
    key = await siteKey(server.origin, made.site)
  })

  afterAll(async () => {
    await reverse?.end()
    await server?.end()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const view = (path: string) => new PageLoad(key).view(`shop.example${path}`)
  const post = (body: string, { headers, ...ask }: Ask = {}) =>
    reverse.ask('/p/', {
      method: 'POST',
      body,
      from: SWEDE,
      headers: { 'Content-Type': 'text/plain', 'User-Agent': CHROME, ...headers },
      ...ask,
    })
  const hits = (dimension: string[] = []) => total(server, made.site, 'hits', dimension)

  it('counts the address that was seen, whatever the client says of its own', async () => {
    const sayings = [
      {},
      { 'X-Forwarded-For': CLAIMED },
      { 'X-Forwarded-For': `${CLAIMED}, ${CLAIMED}` },
      { 'X-Forwarded-For': [CLAIMED, CLAIMED], Forwarded: `for=${CLAIMED}`, 'X-Real-IP': CLAIMED },
    ]
    for (const headers of sayings) expect((await post(view('/seen'), { headers })).status).toBe(204)
    expect(await hits(['country', 'SE'])).toBe(sayings.length)
    expect(await hits(['country', 'NO'])).toBe(0)
  })

  it('answers as Graupel does, to the header', async () => {
    const own = ['connection', 'keep-alive', 'server', 'via', 'alt-svc', 'transfer-encoding', 'date', 'vary']
    const asked = [
      ['GET', `/p/${view('/a')}`],
      ['GET', `/p/${view('/b')}.gif`],
      ['POST', '/p/'],
      ['OPTIONS', '/p/'],
      ['GET', '/nowhere'],
      ['GET', '/graph'],
      ['GET', `/b/${made.site}.json`],
    ] as const
    for (const [method, path] of asked) {
      const direct = await fetch(server.origin + path, { method })
      const proxied = await reverse.ask(path, { method })
      expect(proxied.status).toBe(direct.status)
      const kept = Object.entries(proxied.headers).filter(([each]) => !own.includes(each))
      const wanted = [...direct.headers].filter(([each]) => !own.includes(each))
      expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(wanted))
    }
  })

  it('passes the Date of who counts, not its own', async () => {
    const date = 'Sat, 01 Jan 2000 00:00:00 GMT'
    const past = createServer((_, response) => response.writeHead(204, { Date: date }).end())
    const upstream = await originOf(past)
    const other = await openReverse(name, { folder: join(folder, 'past'), ports: await freePorts(), upstream })
    onTestFinished(() => other.end())
    expect((await other.ask('/p/')).headers.date).toBe(date)
  })

  it('counts what stands in the longest URL, in the fullest body and over HTTP/2', async () => {
    const before = await hits()
    const long = new PageLoad(key).view(`shop.example/${'x'.repeat(1_270)}`)
    expect(long.length).toBeGreaterThan(1_800)
    expect(long.length).toBeLessThan(1_900)
    expect((await reverse.ask(`/p/${long}.gif`, { headers: { 'User-Agent': CHROME } })).status).toBe(200)
    const full = Array.from({ length: 20 }, (_, i) => new PageLoad(key).view(`shop.example/${i}${'x'.repeat(2_200)}`))
    expect(full.join('\n').length).toBeGreaterThan(60_000)
    expect((await post(full.join('\n'))).status).toBe(204)
    expect(await http2(reverse, `/p/${view('/2')}`)).toBe(204)
    expect(await hits()).toBe(before + 22)
  })

  it('lets through the largest that Graupel takes, and says of more that it is too large', async () => {
    const headers = { Authorization: `Bearer ${made.keys.write}`, 'Content-Type': 'application/json' }
    const events = JSON.stringify(Array.from({ length: 1_000 }, () => ({ type: 'x', page: 'x'.repeat(1_000) })))
    const most = 1024 * 1024
    expect(events.length).toBeLessThan(most)
    const counted = await reverse.ask('/count', { method: 'POST', headers, body: events })
    expect(JSON.parse(counted.body.toString())).toMatchObject({ accepted: 1_000 })
    const larger = await reverse.ask('/count', { method: 'POST', headers, body: events + ' '.repeat(most) })
    expect(TOO_LARGE[name]).toContain(larger.status)
    const slice = await reverse.ask('/api/slices', { method: 'POST', headers, body: ' '.repeat(8 * most) })
    expect(slice.headers['content-type']).toContain('application/problem+json')
  })

  it('carries a tail', async () => {
    const offered = { Host: HOST, 'Sec-WebSocket-Protocol': `graupel, ${made.keys.read}` }
    const opened = await openSocket(`https://127.0.0.1:${reverse.tls.port}/tail`, offered, reverse.tls)
    if ('status' in opened) throw new Error(`no socket: ${opened.status} ${opened.body}`)
    expect(opened.socket.protocol).toBe('graupel')
    const headers = { Authorization: `Bearer ${made.keys.write}` }
    for (let orders = 1; orders <= 3; orders++) {
      await reverse.ask('/count', { method: 'POST', headers, body: '{"type": "order"}' })
      expect(JSON.parse((await opened.socket.hears(orders)).at(-1)!)).toMatchObject({ type: 'order' })
    }
    opened.socket.say('ping')
    expect((await opened.socket.hears(4))[3]).toBe('pong')
    await opened.socket.close()
  })

  it('packs the script for who can unpack it', async () => {
    const path = `/b/${made.site}.js`
    const plain = await reverse.ask(path)
    const packed = await reverse.ask(path, { headers: { 'Accept-Encoding': 'gzip, deflate, br' } })
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip'])
    expect(packed.headers.vary).toMatch(/accept-encoding/i)
    expect(packed.body.length).toBeLessThan(plain.body.length * 0.6)
  })

  it('logs in by its own address, with a cookie that goes by TLS alone', async () => {
    const asAdmin = { method: 'POST', headers: { Authorization: `Bearer ${server.admin}` } }
    const { code } = (await (await fetch(`${server.origin}/api/logins`, asAdmin)).json()) as { code: string }
    const ask = { method: 'POST', body: JSON.stringify({ code }), headers: { Origin: reverse.origin } }
    const opened = await reverse.ask('/login', ask)
    expect(opened.status).toBe(204)
    const [cookie = ''] = opened.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; Secure/)
    const [Cookie = ''] = cookie.split(';')
    const make = (Origin: string) =>
      reverse.ask('/api/sites', { method: 'POST', body: '{"name": "by cookie"}', headers: { Cookie, Origin } })
    expect((await make('https://thief.example')).status).toBe(403)
    const { status, body } = await make(reverse.origin)
    expect(status).toBe(201)
    expect((JSON.parse(body.toString()) as Made).snippet).toContain(`src="${reverse.origin}/b/`)
  })

  it.each([
    ['is there', undefined, 204],
    ['is away', 'closed', 502],
    ['ends in the midst of an answer', 'torn', 'torn'],
  ] as const)('writes down neither address nor envelope where Graupel %s', async (_, fate, outcome) => {
    const upstream = fate && createServer((__, response) => response.writeHead(200, { 'Content-Length': 9 }).write('x'))
    upstream?.on('request', ({ socket }) => setTimeout(() => socket.destroy(), 20))
    const origin = upstream ? await originOf(upstream) : server.origin
    if (fate === 'closed') await new Promise((done) => upstream?.close(done))
    const setting = { folder: join(folder, fate ?? 'there'), ports: await freePorts(), upstream: origin }
    const other = await openReverse(name, setting)
    onTestFinished(() => other.end())
    const envelope = view('/secret')
    const asked = other.ask(`/p/${envelope}`, { from: SWEDE, headers: { 'User-Agent': CHROME } })
    const answered = asked.then((answer) => answer.status)
    expect(await answered.catch(() => 'torn')).toBe(outcome)
    await other.end()
    expect(other.said()).not.toContain(SWEDE)
    expect(other.said()).not.toContain(envelope.slice(0, 60))
  })
})

/** The proxy before the proxy: where it stands here, and where the README lets it stand. */
const FIRST = '127.0.0.10/32'
const told = (line: string) => {
  const text = readFileSync(join(EXAMPLES, 'README.md'), 'utf8')
  if (!text.includes(line)) throw new Error(`the README does not say "${line}"`)
  return line.replace('10.0.0.5/32', FIRST)
}

const FORWARDED = '  proxy_set_header X-Forwarded-For $remote_addr;\n'
const APPENDED = told('  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n')
const BELIEVED = told('\t\ttrusted_proxies 10.0.0.5/32\n')
const TAKEN_OVER = told('  set_real_ip_from 10.0.0.5/32;\n  real_ip_header CF-Connecting-IP;\n')
const TRANSPORT = '\t\ttransport http {\n'

test.skipIf(!NAMES.every(findProxy)).each([
  ['nginx', 'another proxy', 'X-Forwarded-For', [FORWARDED, APPENDED], `127.0.0.1/32,${FIRST}`],
  ['caddy', 'another proxy', 'X-Forwarded-For', [TRANSPORT, BELIEVED + TRANSPORT], `127.0.0.1/32,${FIRST}`],
  ['nginx', "Cloudflare's", 'CF-Connecting-IP', [FORWARDED, FORWARDED + TAKEN_OVER], '127.0.0.1/32'],
] as const)('%s behind %s counts whom that one saw', async (name, _, header, change, networks) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'geo.mmdb'), GEO)
  const env = { GRAUPEL_PROXY: `x-forwarded-for ${networks}`, GRAUPEL_GEO_FILE: 'geo.mmdb' }
  const server = await startServer({ geoFolder: folder, env })
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const setting = { folder: join(folder, name), ports: await freePorts(), upstream: server.origin, changes: [change] }
  const reverse = await openReverse(name, setting)
  onTestFinished(() => reverse.end())
  const post = (from: string, said: string) => {
    const headers = { 'Content-Type': 'text/plain', 'User-Agent': CHROME, [header]: said }
    return reverse.ask('/p/', { method: 'POST', body: new PageLoad(key).view('shop.example/'), from, headers })
  }
  const [first = ''] = FIRST.split('/')
  await post(first, SWEDE)
  // Who lied to the first proxy; only one that appends passes that on. And who comes past it, lying.
  await post(first, header === 'X-Forwarded-For' ? `${CLAIMED}, ${SWEDE}` : SWEDE)
  await post(SWEDE, CLAIMED)
  expect(await total(server, site, 'hits', ['country', 'SE'])).toBe(3)
  expect(await total(server, site, 'hits', ['country', 'NO'])).toBe(0)
})

test.skipIf(!findProxy('nginx'))('nginx leads http: to https:, and logs nothing of it', async () => {
  const ports = await freePorts()
  const reverse = await openReverse('nginx', { folder: temporaryFolder(), ports, upstream: 'http://127.0.0.1:9' })
  onTestFinished(() => reverse.end())
  const answer = await fetch(`http://127.0.0.1:${ports.http}/b/1.js?a=b`, { redirect: 'manual' })
  expect(answer.status).toBe(301)
  expect(answer.headers.get('location')).toBe('https://127.0.0.1/b/1.js?a=b')
  await reverse.end()
  expect(reverse.said()).not.toContain('/b/1.js')
})

async function originOf(server: HttpServer): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function http2({ tls, origin }: Reverse, path: string): Promise<number> {
  const session = connectHttp2(origin, tls)
  return new Promise<number>((resolve, reject) => {
    session.on('error', reject)
    const stream = session.request({ ':path': path, 'user-agent': CHROME })
    stream.on('response', (headers) => resolve(headers[':status'] ?? 0))
    stream.resume().end()
  }).finally(() => session.close())
}
