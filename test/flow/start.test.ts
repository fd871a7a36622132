import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, test as it, expect, describe } from 'vitest'
import { birth } from '../../sdk/cli/life'
import { type Launcher, startLauncher, temporaryFolder } from './server'

/** From the command to the first answer, on whatever machine: what the README promises. */
const READY_MS = 3000
/** From the signal to workerd's end. */
const END_MS = 5000

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8')
const isAlive = (pid: number) => birth(pid) !== undefined

interface Settings {
  [name: string]: string
}

function start(data: string, settings: Settings = {}, by?: 'shell'): Launcher {
  return startLauncher({ PORT: '0', GRAUPEL_DATA: data, GRAUPEL_DEMO: '0', ...settings }, ['start'], by)
}

/** What it prints when it serves. */
async function ready(launcher: Launcher): Promise<{ origin: string; workerd: number; link: string }> {
  const [, origin, pid] = await launcher.says(/counts at (\S+) .*workerd is process (\d+)/)
  const [, link] = await launcher.says(/dashboard +(\S+)/)
  return { origin: origin!, workerd: Number(pid), link: link! }
}

async function gone(pid: number, patience = END_MS): Promise<boolean> {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

const healthy = async (origin: string) => (await fetch(`${origin}/healthz`)).ok

/** A port that someone else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('a first start', () => {
  it('answers within three seconds, asks nothing and prints where to look', async () => {
    const began = performance.now()
    const { origin } = await ready(start(temporaryFolder()))
    expect(await healthy(origin)).toBe(true)
    expect(performance.now() - began).toBeLessThan(READY_MS)
  })

  it('makes the folder and its secrets for this user alone', async () => {
    const data = join(temporaryFolder(), 'deep/graupel')
    await ready(start(data))
    expect(mode(data)).toBe('700')
    expect([mode(join(data, 'keys')), mode(join(data, 'admin-token'))]).toEqual(['600', '600'])
    expect(read(data, 'keys')).toMatch(/^(#.*\n)+0:[\w-]{43}\n$/)
    expect(read(data, 'admin-token')).toMatch(/^ga_[\w-]{43}\n$/)
  })

  it('prints a link that opens the dashboard once', async () => {
    const { origin, link } = await ready(start(temporaryFolder()))
    expect(link).toMatch(new RegExp(`^${origin}/login#[\\w-]+$`))
    const open = () =>
      fetch(`${origin}/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: origin },
        body: JSON.stringify({ code: new URL(link).hash.slice(1) }),
      })
    expect((await open()).status).toBe(204)
    expect((await open()).status).toBe(401)
  })

  it('shows the public origin where there is one', async () => {
    const launcher = start(temporaryFolder(), { GRAUPEL_URL: 'https://stats.example.com/' })
    const [, link] = await launcher.says(/dashboard +(\S+)/)
    expect(link).toMatch(/^https:\/\/stats\.example\.com\/login#/)
  })
})

describe('a later start', () => {
  it('keeps its keys, and makes another admin token where it was deleted', async () => {
    const data = temporaryFolder()
    const first = start(data)
    await ready(first)
    const [keys, token] = [read(data, 'keys'), read(data, 'admin-token')]
    first.kill('SIGTERM')
    await first.ended
    rmSync(join(data, 'admin-token'))
    await ready(start(data))
    expect(read(data, 'keys')).toBe(keys)
    expect(read(data, 'admin-token')).not.toBe(token)
  })

  it.each([
    ['missing', undefined, /keys is missing/],
    ['empty', '', /keys is damaged/],
    ['cut off', '0:abc\n', /keys is damaged/],
    ['full of noise', '\u0000\u0001\n', /keys is damaged/],
  ])('refuses where keys are %s beside data, and mints none', async (_, text, words) => {
    const data = temporaryFolder()
    mkdirSync(join(data, 'objects/graupel-pod'), { recursive: true })
    writeFileSync(join(data, 'objects/graupel-pod/0a.sqlite'), '')
    if (text !== undefined) writeFileSync(join(data, 'keys'), text)
    const launcher = start(data)
    expect(await launcher.ended).toEqual({ code: 1, signal: null })
    expect(launcher.said()).toMatch(words)
    expect(existsSync(join(data, 'keys')) ? read(data, 'keys') : undefined).toBe(text)
  })

  it('takes the keys it is given before those of the folder', async () => {
    const data = temporaryFolder()
    const GRAUPEL_MASTER = `0:${Buffer.alloc(32, 1).toString('base64url')},1:${Buffer.alloc(32, 2).toString('base64url')}`
    const GRAUPEL_ADMIN = `ga_${Buffer.alloc(32, 3).toString('base64url')}`
    const { origin } = await ready(start(data, { GRAUPEL_MASTER, GRAUPEL_ADMIN }))
    expect([existsSync(join(data, 'keys')), existsSync(join(data, 'admin-token'))]).toEqual([false, false])
    const answer = await fetch(`${origin}/api/sites`, { headers: { Authorization: `Bearer ${GRAUPEL_ADMIN}` } })
    expect(answer.status).toBe(200)
  })
})

describe('a second start on the folder', () => {
  it('names the living workerd and ends with 1', async () => {
    const data = temporaryFolder()
    const { origin, workerd } = await ready(start(data))
    const second = start(data)
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.said()).toContain(`workerd, process ${workerd}.`)
    expect(await healthy(origin)).toBe(true)
  })

  it('names it after the launcher alone was killed, and serves once that one is stopped', async () => {
    const data = temporaryFolder()
    const first = start(data)
    const { origin, workerd } = await ready(first)
    first.kill('SIGKILL')
    await first.ended
    expect(await healthy(origin)).toBe(true)

    const second = start(data)
    expect((await second.ended).code).toBe(1)
    const [, pid] = /kill (\d+)/.exec(second.said())!
    expect(Number(pid)).toBe(workerd)

    process.kill(workerd, 'SIGTERM')
    expect(await gone(workerd)).toBe(true)
    expect(await healthy((await ready(start(data))).origin)).toBe(true)
  })

  it.each([
    ['of a dead process', () => JSON.stringify({ pid: 2 ** 22 - 1, born: 'once' })],
    ['of another process with that number', () => JSON.stringify({ pid: process.pid, born: 'long ago' })],
    ['that is damaged', () => 'noise'],
  ])('takes over a lock %s', async (_, text) => {
    const data = temporaryFolder()
    writeFileSync(join(data, 'lock'), text())
    const { workerd } = await ready(start(data))
    expect(JSON.parse(read(data, 'lock'))).toMatchObject({ pid: workerd })
  })

  it('lets one in where many come at once', async () => {
    const data = temporaryFolder()
    writeFileSync(join(data, 'lock'), JSON.stringify({ pid: process.pid, born: 'long ago' }))
    const many = Array.from({ length: 6 }, () => start(data))
    const winner = await Promise.any(many.map(async (launcher) => ({ launcher, ...(await ready(launcher)) })))
    const losers = many.filter((launcher) => launcher !== winner.launcher)
    for (const loser of losers) {
      expect((await loser.ended).code).toBe(1)
      expect(loser.said()).toContain(`process ${winner.workerd}.`)
    }
    expect(await healthy(winner.origin)).toBe(true)
  })
})

describe('a port that is taken', () => {
  it('is said, with another that is free', async () => {
    const PORT = String(await takenPort())
    const data = temporaryFolder()
    const refused = start(data, { PORT })
    expect((await refused.ended).code).toBe(1)
    const [, free] = new RegExp(`port ${PORT} is taken. Free: PORT=(\\d+)`).exec(refused.said())!
    const { origin } = await ready(start(data, { PORT: free! }))
    expect(origin).toBe(`http://127.0.0.1:${free}`)
  })
})

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('comes with %s within five seconds, with 0', async (signal) => {
    const launcher = start(temporaryFolder())
    const { workerd } = await ready(launcher)
    const began = performance.now()
    launcher.kill(signal)
    expect(await launcher.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(END_MS)
    expect(isAlive(workerd)).toBe(false)
  })

  it('is not held up by who keeps a connection open', async () => {
    const launcher = start(temporaryFolder())
    const { origin, workerd } = await ready(launcher)
    const body = new ReadableStream({ pull: () => new Promise(() => {}) })
    const endless = fetch(`${origin}/p/`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    endless.catch(() => {})
    await healthy(origin)
    const began = performance.now()
    launcher.kill('SIGTERM')
    expect((await launcher.ended).code).toBe(0)
    expect(performance.now() - began).toBeLessThan(END_MS)
    expect(isAlive(workerd)).toBe(false)
  })

  it('is said, with 1, where workerd ends by itself', async () => {
    const launcher = start(temporaryFolder())
    const { workerd } = await ready(launcher)
    process.kill(workerd, 'SIGKILL')
    expect((await launcher.ended).code).toBe(1)
    expect(launcher.said()).toContain('workerd ended by itself (SIGKILL)')
  })

  it('comes with the end of the shell that npm puts before it', async () => {
    const launcher = start(temporaryFolder(), { npm_command: 'exec' }, 'shell')
    const { workerd } = await ready(launcher)
    launcher.kill('SIGTERM')
    await launcher.ended
    expect(await gone(workerd)).toBe(true)
  })

  it('before it serves leaves no process behind', async () => {
    const data = temporaryFolder()
    const launcher = start(data)
    await new Promise((resolve) => setTimeout(resolve, 80))
    launcher.kill('SIGKILL')
    await launcher.ended
    const { pid } = existsSync(join(data, 'lock')) ? JSON.parse(read(data, 'lock')) : { pid: 0 }
    // A gate whose launcher died never opens; one that had opened is named, and can be stopped by that name.
    if (pid && isAlive(pid)) process.kill(pid, 'SIGKILL')
    await ready(start(data))
  })
})

describe('a mistake in a setting', () => {
  it.each([
    ['PORT', '99999', /PORT is a number/],
    ['HOST', '203.0.113.7', /HOST=203\.0\.113\.7 is no address of this machine/],
    ['GRAUPEL_URL', 'stats.example.com', /GRAUPEL_URL is a public origin/],
    ['GRAUPEL_GEO', '/nowhere/geo.mmdb', /GRAUPEL_GEO names \/nowhere\/geo\.mmdb/],
    ['GRAUPEL_GEO', import.meta.filename, /which is no \.mmdb file/],
    ['GRAUPEL_DEMO', 'yes', /GRAUPEL_DEMO is 1 or 0/],
    ['GRAUPEL_MASTER', '0:short', /GRAUPEL_MASTER is damaged/],
    ['GRAUPEL_DATA', '/dev/null/graupel', /GRAUPEL_DATA: \/dev\/null\/graupel can't be written/],
  ])('%s=%s is said in a line, with 1', async (name, value, words) => {
    const launcher = start(temporaryFolder(), { [name]: value })
    expect((await launcher.ended).code).toBe(1)
    expect(launcher.said()).toMatch(words)
    expect(launcher.said().trim().split('\n')).toHaveLength(1)
  })
})

describe('the demo', () => {
  it('is ready after the start, the same after a restart, and holds no key', async () => {
    const data = temporaryFolder()
    const first = start(data, { GRAUPEL_DEMO: '1' })
    const { origin } = await ready(first)
    const [, address] = await first.says(/demo +(\S+)/)
    expect(address).toBe(`${origin}/demo/`)
    const page = await (await fetch(address!)).text()
    expect(page).toMatch(/<script defer src="\/b\/\d+\.js"/)
    expect(page).not.toContain(read(data, 'admin-token').trim())
    expect(mode(join(data, 'demo.json'))).toBe('600')
    const kit = read(data, 'demo.json')
    first.kill('SIGTERM')
    await first.ended
    const second = start(data, { GRAUPEL_DEMO: '1' })
    await second.says(/demo +\S+\/demo\//)
    expect(read(data, 'demo.json')).toBe(kit)
  })

  it('is off where it is not wanted', async () => {
    const { origin } = await ready(start(temporaryFolder(), { GRAUPEL_DEMO: '0' }))
    expect((await fetch(`${origin}/demo/`)).status).toBe(404)
  })
})

describe('the command', () => {
  it.each([
    [['--version'], /^\d+\.\d+\.\d+$/m],
    [['--help'], /npx graupel start/],
    [['start', '--help'], /GRAUPEL_DATA +\.graupel/],
  ])('answers %j', async (args, words) => {
    const launcher = startLauncher({}, args)
    expect((await launcher.ended).code).toBe(0)
    expect(launcher.said()).toMatch(words)
  })

  it('prints another link for the server that runs', async () => {
    const data = temporaryFolder()
    const { origin } = await ready(start(data))
    const login = startLauncher({ GRAUPEL_DATA: data, PORT: new URL(origin).port }, ['login'])
    expect((await login.ended).code).toBe(0)
    expect(login.said()).toMatch(new RegExp(`^${origin}/login#[\\w-]+$`, 'm'))
  })
})
