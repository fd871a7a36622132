/** `graupel mint` as an owner types it: against a server that runs, against none, and offline. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject, describe, expect, test } from 'vitest'
import { CHROME } from '../visitor'
import { call, makeSite, statusOf, total } from './api'
import { ADMIN, type Server, startServer, temporaryFolder } from './server'

interface Line {
  id: string
  url: string
  expires: number
  noscript: string
}

/** The command's own words, with nothing of this process's environment but where node is. */
function graupel(words: string[], env: Record<string, string> = {}, input = '') {
  const { PATH = '', HOME = '' } = process.env
  const command = [join(inject('built'), 'cli/graupel.js'), 'mint', ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    env: { PATH, HOME, GRAUPEL_DATA: temporaryFolder(), ...env },
    encoding: 'utf8',
    input,
  })
  return { status, lines: stdout.split('\n').filter(Boolean), said: stderr.trim() }
}

const reaching = (server: Server) => ({ PORT: new URL(server.origin).port, GRAUPEL_ADMIN: ADMIN })

async function show(url: string): Promise<void> {
  const response = await fetch(url, { headers: { 'User-Agent': CHROME } })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
  await response.arrayBuffer()
}

const hits = (server: Server, site: number, type: string, metric = 'hits') => total(server, site, metric, [], { type })

describe('by the server that runs', () => {
  test('a pixel counts what its options say', async () => {
    const server = await startServer()
    const { site } = await makeSite(server, { name: 'shop' })
    const order = '--type order --dimension sales=shop --metric dollars=5 --slot dollars=0..500 --order --expires 30d'
    const { status, lines, said } = graupel(
      ['--site', 'shop', ...order.split(' '), '--name', 'thank-you page'],
      reaching(server),
    )
    expect([status, lines.length, said]).toEqual([0, 1, ''])
    for (const query of ['', '?dollars=12.5&order=1', '?dollars=12.5&order=1', '?dollars=501&order=2']) {
      await show(lines[0]! + query)
    }
    expect(await hits(server, site, 'order')).toBe(2)
    expect(await hits(server, site, 'order', 'dollars')).toBe(17.5)
    const { body } = await call<{ pixels: object[] }>(server, 'GET', `/api/sites/${site}/pixels`)
    expect(body.pixels).toMatchObject([{ url: lines[0], name: 'thank-you page' }])
  })

  test('a mailing gets a line for each reader, and each counts once', async () => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const words = `--site ${site} --type mail.open --cap 1 --count 1203 --json`.split(' ')
    const { status, lines } = graupel(words, reaching(server))
    expect(status).toBe(0)
    const pixels = lines.map((line) => JSON.parse(line) as Line)
    expect(pixels).toHaveLength(1203)
    expect(new Set(pixels.map(({ id }) => id)).size).toBe(1203)
    expect(pixels[7]).toEqual({
      id: expect.stringMatching(/^[\w-]{16}$/),
      url: expect.stringMatching(/\.gif$/),
      expires: 0,
      noscript: expect.stringContaining(pixels[7]!.url),
    })
    for (const { url } of [...pixels.slice(0, 3), ...pixels.slice(0, 3), pixels.at(-1)!]) await show(url)
    expect(await hits(server, site, 'mail.open')).toBe(4)
    expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'spent', events: 3 }])
  })

  test.each<[string, RegExp, number?]>([
    ['--site nowhere --type a', /^graupel: --site: there is no site "nowhere"$/, 1],
    ['--type a', /--site <site>/],
    ['--site SITE --cap 0', /^graupel: --cap must be a whole number from 1 to/],
    ['--site SITE --expires 2020-01-01', /^graupel: --expires must lie ahead$/],
    ['--site SITE --slot dollars=5..0', /^graupel: --slot dollars must be \[least, most\]; its least, 5/],
    ['--site SITE --dimension a', /^graupel: --dimension must read name=value/],
    [
      '--site SITE --dimension {"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":"i"}}}}}}}}',
      /^graupel: --dimension is deeper than 8/,
    ],
    ['--site SITE --count 0', /^graupel: --count must be a whole number from 1 to/],
    ['--site SITE --key x', /^graupel: --key goes with --offline/],
    ['--site SITE --colour red', /unknown option '--colour'/],
  ])('%s is a mistake, told as %s', async (text, words, code = 2) => {
    const server = await startServer()
    const { site } = await makeSite(server)
    const args = text.replace('SITE', String(site)).split(' ')
    const { status, lines, said } = graupel(args, reaching(server))
    expect([status, lines]).toEqual([code, []])
    expect(said).toMatch(words)
  })
})

test('says so where a URL would be too long for mail programs, by the server and offline', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const many = Array.from({ length: 10 }, (_, i) => ['--dimension', `${i}=${'long '.repeat(40)}`]).flat()
  const offline = ['--offline', '--key', '-']
  for (const more of [[], offline]) {
    const words = ['--site', String(site), ...many, ...more]
    const { status, said } = graupel(words, { ...reaching(server), GRAUPEL_URL: server.origin }, keys.pixel)
    expect([status, said]).toEqual([
      1,
      expect.stringMatching(/^graupel: the URL would be \d+ characters long.*may be 1900/),
    ])
  }
})

test('says where it looked, where no server runs', () => {
  const { status, said } = graupel(['--site', 'shop'], { PORT: '9', GRAUPEL_ADMIN: ADMIN })
  expect(status).toBe(1)
  expect(said).toMatch(/^graupel: no answer from http:\/\/127\.0\.0\.1:9 .*npx graupel start$/)
  const other = graupel(['--site', 'shop'], { PORT: '9' })
  expect(other.said).toMatch(/^graupel: there is no admin token in .*is this the folder/)
})

describe('offline', () => {
  test.each(['file', 'stdin'])('a pixel is one that the deployment opens, with the key from %s', async (from) => {
    const server = await startServer()
    const { site, keys } = await makeSite(server)
    const file = join(temporaryFolder(), 'pixel.key')
    writeFileSync(file, `${keys.pixel}\n`)
    const key = from === 'stdin' ? '-' : file
    const words = `--offline --site ${site} --key ${key} --type mail.open --once day --count 2 --json`.split(' ')
    const { status, lines, said } = graupel(words, { GRAUPEL_URL: server.origin }, keys.pixel)
    expect([status, said]).toEqual([0, ''])
    const pixels = lines.map((line) => JSON.parse(line) as Line)
    for (const { url } of [...pixels, ...pixels]) await show(url)
    expect(await hits(server, site, 'mail.open')).toBe(2)
    expect(pixels[0]!.url).toMatch(/\.once\.gif$/)

    const { status: gone } = await call(server, 'DELETE', `/api/sites/${site}/pixels/${pixels[0]!.id}`)
    expect(gone).toBe(204)
    await show(pixels[0]!.url)
    expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'revoked', events: 1 }])
  })

  test.each<[string, string, RegExp, number?]>([
    ['--site 7', 'https://count.example', /^graupel: --offline needs --key/],
    [
      '--site 7 --key /nowhere',
      'https://count.example',
      /^graupel: --key names a file that can't be read \(ENOENT\)$/,
      1,
    ],
    ['--site 7 --key -', 'https://count.example', /^graupel: --key must hold the site's keys\.pixel alone/, 1],
    ['--site shop --key -', 'https://count.example', /^graupel: --site must be the site's number/],
    ['--site 0 --key -', 'https://count.example', /^graupel: --site must be the site's number/],
    ['--site 7 --key -', '', /^graupel: --offline needs GRAUPEL_URL/, 1],
    [
      '--site 7 --key - --epoch 70000',
      'https://count.example',
      /^graupel: --epoch must be a whole number from 0 to 65535/,
    ],
    ['--site 7 --key - --once hour', 'https://count.example', /^graupel: --once must be "day"$/],
  ])('%s at "%s" is a mistake, told as %s', (words, GRAUPEL_URL, said, code = 2) => {
    const told = graupel(['--offline', ...words.split(' ')], { GRAUPEL_URL }, 'too short')
    expect([told.status, told.lines]).toEqual([code, []])
    expect(told.said).toMatch(said)
  })
})

test('helps with examples', () => {
  const { status, lines } = graupel(['--help'])
  expect(status).toBe(0)
  expect(lines.join('\n')).toMatch(/npx graupel mint --site shop --type order --slot dollars=0\.\.500 --order/)
})
