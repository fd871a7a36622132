/** The real command: `graupel start --forward`, `graupel forward`, what they refuse, and that no key is ever said. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { alarmNow } from './alarm'
import { call, type Made, makeSite } from './api'
import { cutter } from './cutter'
import { type At, exactly, forwardOf, link, sell, site, totals } from './forwarder'
import { ADMIN, type Launcher, startLauncher, startServer, temporaryFolder } from './server'

const run = promisify(execFile)

interface Started {
  launcher: Launcher
  origin: string
  /** Runs a verb of the command against this server. */
  verb(...words: string[]): Launcher
}

async function start(data: string, ...words: string[]): Promise<Started> {
  const env = { GRAUPEL_DATA: data, GRAUPEL_DEMO: '0', GRAUPEL_ADMIN: ADMIN }
  const launcher = startLauncher({ ...env, PORT: '0' }, ['start', ...words])
  const [, origin = ''] = await launcher.says(/counts at (\S+)/)
  await launcher.says(/dashboard/)
  return { launcher, origin, verb: (...words) => startLauncher({ ...env, PORT: new URL(origin).port }, words) }
}

/** As the helpers know a server: one that is started and stopped by its command. */
const at = ({ origin }: Started, made: Made, data: string): At => ({
  made,
  server: { origin, admin: ADMIN, dataFolder: data, pid: 0, kill: never, stop: never, restart: never, end: never },
})
const never = () => Promise.reject(new Error('it is the command that is told'))

async function stopped({ launcher }: Started): Promise<void> {
  launcher.kill('SIGTERM')
  expect(await launcher.ended).toEqual({ code: 0, signal: null })
}

test('forwards from the command on, is changed while it runs, and counts here when started without', {
  timeout: 60_000,
}, async () => {
  const [one, two, data] = [await site(), await site(), temporaryFolder()]
  const first = await start(data, '--forward', one.server.origin)
  expect((await first.launcher.says(/^forward +(\S+)$/m))[1]).toBe(one.server.origin)
  const made = await makeSite({ origin: first.origin, admin: ADMIN })
  const here = at(first, made, data)
  await link(here, { [one.server.origin]: one.made.keys.write, [two.server.origin]: two.made.keys.write })
  await sell(here, 0, 10)

  const change = first.verb('forward', two.server.origin)
  expect([(await change.ended).code, change.said()]).toEqual([0, `forward    ${two.server.origin}\n`])
  await expect.poll(async () => (await totals(two))[0], { timeout: 10_000 }).toBe(10)
  await sell(here, 10, 10)
  await stopped(first)
  alarmNow(data, 'graupel-hail')

  // The list that this start names holds, and not the one that the last was changed to.
  const second = await start(data, '--forward', one.server.origin)
  await expect.poll(async () => (await totals(one))[0], { timeout: 10_000 }).toBe(10)
  await sell(at(second, made, data), 20, 10)
  await stopped(second)
  alarmNow(data, 'graupel-hail')

  const third = await start(data)
  await third.launcher.says(/^forward +off: site \d+ count here/m)
  expect(await totals(at(third, made, data))).toEqual([10, 245])
  const refused = third.verb('forward', one.server.origin)
  expect([(await refused.ended).code, refused.said()]).toEqual([
    1,
    expect.stringContaining('started without --forward'),
  ])
  await stopped(third)
  expect([await totals(one), await totals(two)]).toEqual([[10, 145], exactly(10)])
})

/** The commands under a heading of what tells of the command, each as it stands there. */
function commandsOf(heading: string): string[] {
  const readme = readFileSync(join(import.meta.dirname, '../../sdk/cli/README.md'), 'utf8')
  const [, block = ''] = new RegExp(`^## ${heading}$[^]*?^\`\`\`sh\\n([^]*?)^\`\`\``, 'm').exec(readme) ?? []
  return block.replaceAll('\\\n', '').trim().split('\n')
}

test('is set up by the three commands that its README names', { timeout: 60_000 }, async () => {
  const [stats, spare, folder] = [await site(), await site(), temporaryFolder()]
  const data = join(folder, '.graupel')
  const [starting, linking, changing] = commandsOf('Forward').map((command) =>
    command
      .replace('https://stats.example.com', stats.server.origin)
      .replace('https://spare.example.com', spare.server.origin),
  )
  const words = (command = '') => command.replace('npx graupel ', '').split(' ')
  const launcher = startLauncher({ GRAUPEL_DATA: data, GRAUPEL_DEMO: '0', PORT: '0' }, words(starting))
  const [, origin = ''] = await launcher.says(/counts at (\S+)/)
  await launcher.says(/^forward /m)
  const { stdout } = await run('/bin/sh', ['-c', linking!.replace('http://127.0.0.1:8787', origin)], {
    cwd: folder,
    env: { ...process.env, UPSTREAM: stats.made.keys.write },
  })
  const made = JSON.parse(stdout) as Made
  const here: At = {
    made,
    server: { ...stats.server, origin, admin: readFileSync(join(data, 'admin-token'), 'utf8').trim() },
  }
  await sell(here, 0, 5)
  const change = startLauncher({ GRAUPEL_DATA: data, PORT: new URL(origin).port }, words(changing))
  expect((await change.ended).code).toBe(0)
  await expect.poll(async () => (await totals(stats))[0], { timeout: 10_000 }).toBe(5)
  expect(await forwardOf(here)).toMatchObject({ upstreams: [stats.server.origin, spare.server.origin], waiting: 0 })
})

test('forwards what waits when it is started again after a kill', { timeout: 60_000 }, async () => {
  const [up, data] = [await site(), temporaryFolder()]
  const first = await start(data, '--forward', up.server.origin)
  const made = await makeSite({ origin: first.origin, admin: ADMIN })
  await link(at(first, made, data), up.made.keys.write)
  await up.server.stop()
  await sell(at(first, made, data), 0, 25)
  const [, pid] = /workerd is process (\d+)/.exec(first.launcher.said())!
  process.kill(Number(pid), 'SIGKILL')
  expect((await first.launcher.ended).code).toBe(1)
  alarmNow(data, 'graupel-hail')
  await up.server.restart()
  await start(data, '--forward', up.server.origin)
  await expect.poll(async () => (await totals(up))[0], { timeout: 10_000 }).toBe(25)
  expect(await totals(up)).toEqual(exactly(25))
})

describe('a mistake', () => {
  test.each([
    ['stats.example.com', /an upstream is an origin such as/],
    ['http://stats.example.com', /would get the write key in clear/],
    ['https://a.example,https://a.example', /given twice/],
    ['https://a.example/x', /is an origin/],
  ])('in --forward %s is said in a line, with 2, before anything is made', async (urls, words) => {
    const data = join(temporaryFolder(), 'graupel')
    const launcher = startLauncher({ PORT: '0', GRAUPEL_DATA: data }, ['start', '--forward', urls])
    expect((await launcher.ended).code).toBe(2)
    expect(launcher.said()).toMatch(words)
    expect(launcher.said().trim().split('\n')).toHaveLength(1)
    expect(() => statSync(data)).toThrow('ENOENT')
  })

  test.each([
    [{ upstream: 'gw_1_short' }],
    [{ upstream: 7 }],
    [{ upstream: {} }],
    [{ upstream: { 'stats.example.com': `gw_1_${'a'.repeat(43)}` } }],
    [{ upstream: { 'https://a.example': `gr_1_${'a'.repeat(43)}` } }],
  ])('in a link, %j, is a 400 that names it and repeats no key', async (body) => {
    const here = await site()
    const answer = await call(here.server, 'PATCH', `/api/sites/${here.made.site}`, body)
    expect(answer).toMatchObject({ status: 400, body: { field: 'upstream' } })
    expect(JSON.stringify(answer.body)).not.toMatch(/gw_1|gr_1/)
  })

  test('of a server that reaches nobody is a 409', async () => {
    const server = await startServer()
    const { status, body } = await call(server, 'PUT', '/api/forward', { upstreams: ['https://a.example'] })
    expect([status, body]).toMatchObject([409, { detail: expect.stringContaining('--forward') }])
    expect((await call(server, 'PUT', '/api/forward', { upstreams: [] })).status).toBe(200)
  })
})

test('needs the admin to name upstreams and to link, and a write key to hand over', async () => {
  const here = await site({ isOpen: true })
  const { server, made } = here
  for (const token of [made.keys.write, made.keys.read]) {
    expect((await call(server, 'PUT', '/api/forward', { upstreams: [] }, token)).status).toBe(403)
    expect((await call(server, 'GET', '/api/forward', undefined, token)).status).toBe(403)
    expect((await call(server, 'PATCH', `/api/sites/${made.site}`, { upstream: null }, token)).status).toBe(403)
  }
  expect((await call(server, 'GET', '/api/slices?source=a&generation=b', undefined, made.keys.read)).status).toBe(403)
  expect((await call(server, 'POST', '/api/slices', {}, made.keys.read)).status).toBe(403)
})

test('says the key of a link in no answer and no line, and keeps it for this user alone', {
  timeout: 60_000,
}, async () => {
  const [up, data] = [await site(), temporaryFolder()]
  const way = await cutter(up.server)
  const started = await start(data, '--forward', way.origin)
  const made = await makeSite({ origin: started.origin, admin: ADMIN }, { upstream: up.made.keys.write })
  const here = at(started, made, data)
  expect(made).toMatchObject({ upstream: up.made.site })
  const secret = up.made.keys.write
  const expectSilence = async () => {
    for (const path of [
      `/api/sites/${made.site}`,
      '/api/sites',
      '/api/forward',
      `/status?site=${made.site}`,
      '/status',
      `/spy?site=${made.site}`,
    ]) {
      const { status, body } = await call(here.server, 'GET', path)
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toContain(secret)
    }
    const patched = await call(here.server, 'PATCH', `/api/sites/${made.site}`, { upstream: secret })
    expect(JSON.stringify(patched)).not.toContain(secret)
  }
  await sell(here, 0, 5)
  await expectSilence()
  way.mode = 'away'
  await sell(here, 5, 5)
  await expectSilence()
  await expect.poll(async () => (await forwardOf(here)).lastError?.message).toMatch(/does not answer/)
  await stopped(started)
  expect(started.launcher.said()).toContain(`forward: ${way.origin} does not answer`)
  expect(started.launcher.said()).not.toContain(secret)
  const { stdout } = await run('grep', ['-rlF', secret, join(data, 'objects')])
  const files = stdout.trim().split('\n')
  expect(files.length).toBeGreaterThan(0)
  // The Pod has it, and nobody else.
  expect(files.filter((file) => !file.includes('graupel-pod'))).toEqual([])
  for (const file of files) expect((statSync(file).mode & 0o77).toString(8)).toBe('0')
  expect(
    readdirSync(data)
      .map((name) => join(data, name))
      .filter((file) => statSync(file).isFile() && readFileSync(file, 'utf8').includes(secret)),
  ).toEqual([])
})
