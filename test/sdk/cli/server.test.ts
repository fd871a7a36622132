import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server as Listener } from 'node:net'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, pour, serverOf } from '../../../sdk/cli/server'
import { readSettings } from '../../../sdk/cli/settings'
import { Stop, Usage } from '../../../sdk/cli/stop'

const TOKEN = 'ga_secret'
const addresses = () => Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address))

async function listening(server: Listener): Promise<string> {
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
}

const answering = (listener: RequestListener) => listening(createServer({ keepAlive: false }, listener))

const answered = (status: number, type: string, body: string) => () =>
  answering((_, response) => response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body))

const problem = (status: number, detail: string) =>
  answered(status, 'application/problem+json', JSON.stringify({ status, detail, field: 'site' }))

const redirect = (location: string) => () =>
  answering((_, response) => response.writeHead(308, { location, connection: 'close' }).end())

async function askAt(origin: string, patience = 5000): Promise<unknown> {
  const server = { origin, shown: origin, token: TOKEN, tokenFrom: 'GRAUPEL_ADMIN' }
  return ask(server, 'GET', '/status', undefined, { has: 'sites', patience }).catch((error: unknown) => error)
}

describe('what is asked', () => {
  test('arrives with the token and the body, and is answered', async () => {
    const asked: unknown[] = []
    const origin = await answering((request, response) => {
      let body = ''
      request.on('data', (text) => (body += text))
      request.on('end', () => {
        asked.push(request.method, request.url, request.headers.authorization, body)
        response.setHeader('connection', 'close')
        response.end('{"sites":[]}')
      })
    })
    const server = { origin, shown: origin, token: TOKEN }
    expect(await ask(server, 'POST', '/a?b=c', { d: 1 })).toEqual({ sites: [] })
    expect(asked).toEqual(['POST', '/a?b=c', `Bearer ${TOKEN}`, '{"d":1}'])
  })

  test('may be answered with nothing', async () => {
    const origin = await answering((_, response) => response.writeHead(204, { connection: 'close' }).end())
    expect(await ask({ origin, shown: origin, token: TOKEN }, 'DELETE', '/')).toBe(undefined)
  })

  test.each<[string, () => Promise<string>, RegExp]>([
    ['a token of another server', problem(401, 'not known'), /^URL does not know the token from GRAUPEL_ADMIN/],
    ['a token that is not enough', problem(403, 'this needs more'), /^URL refuses .* GRAUPEL_ADMIN: this needs more$/],
    ['a problem', problem(404, 'there is no site 7'), /^there is no site 7$/],
    ['a page', answered(200, 'text/html', '<h1>Hello</h1>'), /^URL answers, but not as a Graupel does/],
    ['JSON of another program', answered(200, 'application/json', '{"a":1}'), /^URL answers, but not as a Graupel/],
    ['JSON that is no object', answered(200, 'application/json', 'null'), /^URL answers, but not as a Graupel does/],
    ['nothing', answered(200, 'text/plain', ''), /^URL answers, but not as a Graupel does/],
    ['a page that is not there', answered(404, 'text/html', 'no'), /^URL answers with 404, but not as a Graupel does/],
    ['a proxy alone', answered(502, 'text/html', 'Bad gateway'), /^no answer from behind URL \(502\)/],
    [
      'a way to elsewhere',
      redirect('https://a.example/x'),
      /^URL points on to .*: .* give --server https:\/\/a\.example$/,
    ],
    ['a way within', redirect('/login'), /^URL answers with 308, but not as a Graupel does/],
    ['an end', () => listening(createSocketServer((socket) => socket.destroy())), /^no answer from URL \(/],
    [
      'no HTTP',
      () => listening(createSocketServer((socket) => socket.end('SSH-2.0\r\n'))),
      /^URL answers, but not in HTTP/,
    ],
    [
      'nobody',
      () => Promise.resolve('http://127.0.0.1:1'),
      /^no answer from URL .*: is it started\? npx graupel start$/,
    ],
    ['no host', () => Promise.resolve('https://nowhere.invalid'), /^no answer from URL .*is it up, and is the address/],
  ])('of %s is told in a line, without the token', async (_, start, words) => {
    const origin = await start()
    const error = await askAt(origin)
    expect(error).toBeInstanceOf(Stop)
    const { message } = error as Stop // as was just seen
    expect(message.replaceAll(origin, 'URL')).toMatch(words)
    expect(message).not.toContain(TOKEN)
  })

  test('is not waited for without end', async () => {
    const origin = await answering((request) => setTimeout(() => request.socket.destroy(), 1000))
    expect(await askAt(origin, 50)).toEqual(new Stop(`no answer from ${origin} within 0.05 s`))
  })
})

describe('what is poured', () => {
  const NDJSON = 'application/x-ndjson'

  async function poured(origin: string, patience = 5000): Promise<string[]> {
    const chunks: string[] = []
    for await (const chunk of pour({ origin, shown: origin, token: TOKEN }, '/log?a=b', patience)) {
      chunks.push(Buffer.from(chunk).toString())
    }
    return chunks
  }

  test('comes as it is answered, to whoever has the token', async () => {
    const asked: unknown[] = []
    const origin = await answering((request, response) => {
      asked.push(request.method, request.url, request.headers.authorization)
      response.writeHead(200, { 'content-type': NDJSON, connection: 'close' }).write('{"a":1}\n')
      setTimeout(() => response.end('{"a":2}\n'), 50)
    })
    const seen = await poured(origin)
    expect([asked, seen]).toEqual([
      ['GET', '/log?a=b', `Bearer ${TOKEN}`],
      ['{"a":1}\n', '{"a":2}\n'],
    ])
  })

  test('may take longer than any part of it', async () => {
    const origin = await answering((_, response) => {
      response.writeHead(200, { 'content-type': NDJSON, connection: 'close' })
      const parts = ['1', '2', '3', '4', '5']
      const next = () =>
        void (parts.length ? response.write(parts.shift(), () => setTimeout(next, 60)) : response.end())
      next()
    })
    expect((await poured(origin, 200)).join('')).toBe('12345')
  })

  test.each<[string, () => Promise<string>, RegExp]>([
    ['a problem', problem(404, 'there is no experiment "x"'), /^there is no experiment "x"$/],
    ['a page', answered(200, 'text/html', '<h1>Hello</h1>'), /^URL answers, but not as a Graupel does/],
    ['JSON', answered(200, 'application/json', '{}'), /^URL answers, but not as a Graupel does/],
    ['nobody', () => Promise.resolve('http://127.0.0.1:1'), /^no answer from URL .*: is it started/],
    ['silence', () => answering(() => {}), /^no answer from URL within 0\.2 s$/],
    [
      'an end before its end',
      () =>
        answering((_, response) => {
          response.writeHead(200, { 'content-type': NDJSON }).write('{"a":1}\n', () => response.destroy())
        }),
      /^the answer broke off: no answer from URL/,
    ],
    [
      'silence after a while',
      () => answering((_, response) => void response.writeHead(200, { 'content-type': NDJSON }).write('{"a":1}\n')),
      /^the answer broke off: no answer from URL within 0\.2 s$/,
    ],
  ])('of %s is told in a line, without the token', async (_, start, words) => {
    const origin = await start()
    const error = await poured(origin, 200).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Stop)
    const { message } = error as Stop // as was just seen
    expect(message.replaceAll(origin, 'URL')).toMatch(words)
    expect(message).not.toContain(TOKEN)
  })

  test('is let go of by whoever has enough of it', async () => {
    let isClosed = false
    const origin = await answering((_, response) => {
      response.on('close', () => (isClosed = true))
      response.writeHead(200, { 'content-type': NDJSON }).write('{"a":1}\n')
    })
    for await (const chunk of pour({ origin, shown: origin, token: TOKEN }, '/')) {
      expect(chunk.length).toBe(8)
      break
    }
    await expect.poll(() => isClosed).toBe(true)
  })
})

describe('the server', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'graupel-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    writeFileSync(join(path, 'admin-token'), `${TOKEN}\n`)
    return path
  }

  test('is the one on this machine, with the token of its folder', () => {
    const data = folder()
    const settings = readSettings({
      HOST: '0.0.0.0',
      PORT: '9000',
      GRAUPEL_DATA: data,
      GRAUPEL_URL: 'https://a.example',
    })
    expect(serverOf(settings)).toEqual({
      origin: 'http://127.0.0.1:9000',
      shown: 'https://a.example',
      token: TOKEN,
      tokenFrom: join(data, 'admin-token'),
    })
  })

  test.each([hostname(), ...addresses(), '127.0.0.2', '::', '::1', '10.0.0.7'])('may listen on %s', (HOST) => {
    const { origin } = serverOf(readSettings({ GRAUPEL_ADMIN: TOKEN, HOST }))
    expect(new URL(origin)).toMatchObject({ protocol: 'http:', port: '8787' })
  })

  test('is another, with the token that is given', () => {
    const settings = readSettings({ GRAUPEL_ADMIN: 'ga_other', GRAUPEL_URL: 'https://a.example' })
    expect(serverOf(settings, { server: 'https://b.example/' })).toEqual({
      origin: 'https://b.example',
      shown: 'https://b.example',
      token: 'ga_other',
      tokenFrom: 'GRAUPEL_ADMIN',
    })
  })

  test.each([
    ['b.example', /^--server is an origin such as/],
    ['https://b.example/status', /^--server is an origin such as/],
    ['ftp://b.example', /^--server is an origin such as/],
    ['https://me:secret@b.example', /^--server is an origin .* not "…@b\.example"$/],
    ['http://b.example', /^http:\/\/b\.example would get a token in clear/],
    ['', /^--server is an origin such as/],
  ])('is not "%s"', (server, words) => {
    const reach = () => serverOf(readSettings({ GRAUPEL_ADMIN: TOKEN }), { server })
    expect(reach).toThrow(Usage)
    expect(reach).toThrow(words)
  })

  test.each([
    [{ GRAUPEL_DATA: '/nowhere' }, undefined, /^there is no admin token in \/nowhere: is this the folder/],
    [{ GRAUPEL_DATA: '/nowhere' }, 'https://b.example', /\. Give that of https:\/\/b\.example in GRAUPEL_ADMIN, or/],
    [{}, 'https://b.example', /^whose token is meant\? Give that of https:\/\/b\.example in GRAUPEL_ADMIN, or/],
    [{ GRAUPEL_ADMIN: TOKEN, PORT: '0' }, undefined, /^PORT=0 names no server/],
    [{ GRAUPEL_ADMIN: TOKEN, HOST: '203.0.113.7' }, undefined, /^HOST=203\.0\.113\.7 is no address of this machine/],
    [{ GRAUPEL_ADMIN: TOKEN, HOST: '2001:db8::7' }, undefined, /^HOST=2001:db8::7 is no address of this machine/],
    [{ GRAUPEL_ADMIN: TOKEN, HOST: 'stats.example' }, undefined, /^HOST=stats\.example is no address of this machine/],
    [{ GRAUPEL_ADMIN: TOKEN, HOST: 'my host' }, undefined, /^HOST=my host is no address of this machine/],
  ])('can not be told by %j and %s', (env, server, words) => {
    expect(() => serverOf(readSettings(env), server === undefined ? {} : { server })).toThrow(words)
  })

  test.each([
    ['this machine', {}, 'http://127.0.0.1:9'],
    ['its public origin', { GRAUPEL_URL: 'https://b.example' }, 'https://b.example'],
    ['the folder that was named for it', { GRAUPEL_DATA: '.graupel' }, 'https://b.example'],
  ])('may be %s, and gets the data folder’s token', (_, env, server) => {
    const cwd = process.cwd()
    const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
    onTestFinished(() => {
      process.chdir(cwd)
      rmSync(folder, { recursive: true })
    })
    process.chdir(folder)
    mkdirSync('.graupel')
    writeFileSync('.graupel/admin-token', TOKEN)
    expect(serverOf(readSettings(env), { server })).toMatchObject({ origin: server, token: TOKEN })
  })
})
