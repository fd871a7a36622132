import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, inject, onTestFinished, test } from 'vitest'
import { writeMmdb } from '../../demo/rain/mmdb'
import { networks } from '../../demo/rain/place'
import { FaultyProxy } from '../faults/proxy'
import { call, makeSite, total } from './api'
import { ADMIN, type Server, startServer, temporaryFolder } from './server'

const root = resolve(import.meta.dirname, '../..')
const SMALL = ['--events', '4000', '--days', '10', '--timezone', 'Europe/Stockholm']

interface Raining {
  kill(): void
  ended: Promise<{ code: number | null; said: string }>
}

/** `npm run rain`, with the run's own build. */
function rain(words: string[], env: Record<string, string> = {}): Raining {
  const launcher = join(inject('built'), 'cli/graupel.js')
  const script = `import { command } from './demo/rain/command'; await command(${JSON.stringify(words)}, ${JSON.stringify(launcher)})`
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', './test/resolve.js', '--input-type=module', '-e', script], {
    cwd: root,
    env: { PATH, HOME, GRAUPEL_ADMIN: ADMIN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  const said = Promise.all([text(child.stdout), text(child.stderr)]).then((both) => both.join(''))
  const code = new Promise<number | null>((done) => child.once('exit', done))
  return {
    kill: () => child.kill('SIGKILL'),
    ended: Promise.all([code, said]).then(([ended, all]) => ({ code: ended, said: all })),
  }
}

/** A server that believes visitors' addresses and knows their networks, as the rain's own does. */
function believing(): Promise<Server> {
  const geoFolder = temporaryFolder()
  mkdirSync(geoFolder, { recursive: true })
  writeFileSync(join(geoFolder, 'rain.mmdb'), writeMmdb(networks()))
  const env = { GRAUPEL_GEO_FILE: 'rain.mmdb', GRAUPEL_PROXY: 'x-forwarded-for 127.0.0.0/8' }
  return startServer({ geoFolder, env })
}

const siteNamed = async (server: Server, name: string): Promise<number> => {
  const { body } = await call<{ sites: { site: number; name: string }[] }>(server, 'GET', '/api/sites')
  return body.sites.find((each) => each.name === name)?.site ?? 0
}

const ALL = { period: 'all' }

test('counts each event of a rain once, though sender and server are killed on the way, and tells what is no rain', async () => {
  const server = await believing()
  const proxy = await new FaultyProxy(() => server.origin, { paths: /^\/(p\/|count)/ }).open()
  onTestFinished(() => proxy.close())
  const first = rain(['--server', proxy.address(), ...SMALL])
  // Of its thousand requests.
  await expect.poll(() => proxy.passages.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(200)
  await server.kill('SIGKILL')
  first.kill()
  expect((await first.ended).code).toBeNull()
  await server.restart()
  const site = await siteNamed(server, 'rain')
  const before = await total(server, site, 'hits', [], ALL)

  const second = await rain(['--server', server.origin, ...SMALL]).ended
  expect(second.said).toMatch(/all \d+ numbers are as they must be/)
  expect(second.code).toBe(0)
  const after = await total(server, site, 'hits', [], ALL)
  expect([before > 0, after > before]).toEqual([true, true])

  // A view of somebody else's, which the next one finds, and nothing more.
  await call(server, 'POST', `/count?site=${site}`, { type: 'pageview', dimensions: { browser: 'Netscape' } })
  const third = await rain(['--server', server.origin, ...SMALL]).ended
  expect(await total(server, site, 'hits', [], ALL)).toBe(after + 1)
  expect(third.said).toMatch(/views +[\d,]+ +[\d,]+ {2}✗/)
  expect(third.said).toMatch(/Netscape +0 +1 {2}✗/)
  expect(third.said).toMatch(/\d+ of \d+ numbers are wrong/)
  expect(third.code).toBe(1)
})

test('gets through a network that loses answers and a server that asks for patience', async () => {
  const server = await believing()
  const proxy = await new FaultyProxy(() => server.origin, { paths: /^\/(p\/|count)/ }).open()
  onTestFinished(() => proxy.close())
  proxy.weather = { busy: 0.05, limited: 0.05, dead: 0.05, lost: 0.05, torn: 0.05, retryAfter: 0 }
  const { code, said } = await rain(['--server', proxy.address(), '--events', '2000', '--days', '10']).ended
  expect(said).toMatch(/all \d+ numbers are as they must be/)
  expect(code).toBe(0)
  const fates = new Set(proxy.passages.map(({ fate }) => fate))
  expect([...fates]).toEqual(expect.arrayContaining(['busy', 'limited', 'dead', 'lost', 'torn']))
})

test('rains on a server that knows no countries, and says that it does not compare them', async () => {
  const server = await startServer()
  const { code, said } = await rain(['--server', server.origin, '--events', '1000', '--days', '5']).ended
  expect(said).toContain('countries of the last days are not compared')
  expect(said).not.toContain('views by country')
  expect(said).toMatch(/all \d+ numbers are as they must be/)
  expect(code).toBe(0)
})

test('starts a server of its own, which knows the countries, and ends with it', async () => {
  const data = join(temporaryFolder(), 'data')
  const { code, said } = await rain(['--events', '1000', '--days', '5', '--once'], { PORT: '0', GRAUPEL_DATA: data })
    .ended
  expect(said).toMatch(/views by country\n/)
  expect(said).toMatch(/all \d+ numbers are as they must be\ndashboard {2}http:\/\/127\.0\.0\.1:\d+\/login#\S+/)
  expect(code).toBe(0)
})

test.each(['pageview', 'sold'])('falls on no site that counts a real %s', async (type) => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { name: 'real' })
  await call(server, 'POST', '/count', { type }, keys.write)
  const { code, said } = await rain(['--server', server.origin, '--events', '50', '--site', 'real']).ended
  expect([code, said]).toEqual([1, expect.stringContaining(`events that are no rain (${type})`)])
  expect(await total(server, site, 'hits', [], { ...ALL, type })).toBe(1)
})

test('falls where nothing but the doctor was, and not over another rain', async () => {
  const server = await startServer()
  const { keys } = await makeSite(server, { name: 'rain' })
  await call(server, 'POST', '/count', { type: 'doctor' }, keys.write)
  const on = (...words: string[]) => rain(['--server', server.origin, '--events', '50', '--days', '2', ...words]).ended
  expect((await on()).code).toBe(0)
  expect(await on('--seed', '8')).toEqual({ code: 1, said: expect.stringContaining('another rain fell') })
})

test('rains decisions, each counted once, and shows the country with most visitors what most buy by there', {
  timeout: 60_000,
}, async () => {
  const server = await believing()
  const fall = async (decisions: number, seed: number) => {
    const words = [
      '--decisions',
      String(decisions),
      '--seed',
      String(seed),
      '--site',
      'front',
      '--server',
      server.origin,
    ]
    const { code, said } = await rain(words).ended
    expect(said).toContain('each was counted once')
    expect(code).toBe(0)
    const site = await siteNamed(server, 'front')
    const of = (metric: string, option = '', dimension: string[] = []) =>
      total(server, site, metric, dimension, { ...ALL, type: `decision.front_page${option}` })
    const path = `/experiments/front%20page?site=${site}`
    const { body } = await call<{ arms: { trials: number; num: number }[] }>(server, 'GET', path)
    const sum = (what: 'trials' | 'num') => body.arms.reduce((all, arm) => all + arm[what], 0)
    expect(sum('trials')).toBe(await of('hits'))
    expect(sum('num')).toBe(await of('rewards'))
    const US = ['country', 'US']
    return { decisions: sum('trials'), all: await of('hits', '', US), best: await of('hits', '.storm', US) }
  }
  const learnt = await fall(4_000, 7)
  const after = await fall(240, 8)
  expect([learnt.decisions, after.decisions]).toEqual([4_000, 4_240])
  // Of three, one would be a third; after so many a policy that learns gives it to nine of ten.
  expect((after.best - learnt.best) / (after.all - learnt.all)).toBeGreaterThan(0.75)
})

test.each([
  [['--decisions', 'many'], '--decisions must be a whole number'],
  [['--events', 'many'], '--events must be a whole number'],
  [['--timezone', 'Mars/Olympus'], '--timezone must be a zone'],
  [['--nonsense'], 'nonsense'],
])('ends with 2 and says why it can not read %j', async (words, why) => {
  expect(await rain(words).ended).toEqual({ code: 2, said: expect.stringContaining(why) })
})
