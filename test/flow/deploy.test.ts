/** `graupel deploy`: the real wrangler asks Cloudflare's API on loopback, and what it uploads is run by real workerd. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { parseKeys } from '../../sdk/cli/secrets'
import { type Config, siteKeyOf } from '../../sdk/wire/config'
import { kidOf } from '../../sdk/wire/envelope'
import { call, total } from './api'
import { ACCOUNT, type Cloudflare, openCloudflare, PLACE } from './cloudflare'
import { ADMIN, MASTER, temporaryFolder } from './server'

interface Said {
  code: number | null
  stdout: string
  /** Both streams, with wrangler's words. */
  said: string
}

async function graupel(words: string[], env: Record<string, string>): Promise<Said> {
  const { PATH = '' } = process.env
  const command = [join(inject('built'), 'cli/graupel.js'), ...words]
  const child = spawn(process.execPath, command, { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill())
  const ended: Said = { code: null, stdout: '', said: '' }
  child.stdout.on('data', (bytes: Buffer) => (ended.stdout += bytes.toString()))
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (ended.said += bytes.toString()))
  }
  const [code] = await once(child, 'close')
  return { ...ended, code }
}

/** A clone's folder of secrets, a home without a login, and the command there. */
function clone(cloud: Cloudflare, more: Record<string, string> = {}) {
  const home = temporaryFolder()
  const keys = join(home, 'cloud')
  const env = { ...cloud.env, HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, GRAUPEL_URL: cloud.edge.origin, ...more }
  return {
    keys,
    /** What lies about, beside the keys, of what was handed to wrangler. */
    left: () => readdirSync(home).filter((name) => name.startsWith('graupel-')),
    deploy: (words: string[] = [], settings: Record<string, string> = {}) =>
      graupel(['deploy', '--keys', keys, ...words], { ...env, ...settings }),
    rotate: () => graupel(['keys', 'rotate'], { GRAUPEL_DATA: keys }),
    read: (name: string) => readFileSync(join(keys, name), 'utf8').trim(),
  }
}

/** The real wrangler takes a second to start, three times a deploy, and longer on a busy machine. */
const PATIENT = { timeout: 120_000 }

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
/** A file of keys as the Worker takes it. */
const keyLines = (text: string) => parseKeys(text)?.join('\n')
const uploads = ({ calls }: Cloudflare) => calls.filter((each) => each.startsWith('PUT '))
const secretsOf = ({ workers }: Cloudflare) => Object.fromEntries(workers.get(PLACE)?.secrets ?? [])
/** How the last upload bound each of the two secrets. */
const boundAs = ({ workers }: Cloudflare) =>
  workers
    .get(PLACE)!
    .metadata.bindings.flatMap(({ name, type }) => (/MASTER|ADMIN/.test(name) ? [`${name} ${type}`] : []))

const BOTH_SENT = ['GRAUPEL_MASTER secret_text', 'GRAUPEL_ADMIN secret_text']
const NONE_SENT = ['GRAUPEL_MASTER inherit', 'GRAUPEL_ADMIN inherit']

async function kidInScript(cloud: Cloudflare, site: number): Promise<number> {
  const config = (await (await fetch(`${cloud.edge.origin}/b/${site}.json`)).json()) as Config
  return kidOf(siteKeyOf(config).epoch)
}

/** Three kinds of object on SQLite, the rate, the secrets, and the date that all was tested under; nobody's business is told. */
function expectWhole({ workers }: Cloudflare): void {
  const { metadata } = workers.get(PLACE)!
  expect(metadata.exports).toEqual({
    Pod: { type: 'durable-object', storage: 'sqlite' },
    Hail: { type: 'durable-object', storage: 'sqlite' },
    Whale: { type: 'durable-object', storage: 'sqlite' },
  })
  expect(metadata).toMatchObject({ main_module: 'index.js', compatibility_date: '2026-10-01' })
  expect(metadata).not.toHaveProperty('package_dependencies')
  expect(metadata.bindings).toEqual(
    expect.arrayContaining([
      { name: 'POD', type: 'durable_object_namespace', class_name: 'Pod' },
      { name: 'HAIL', type: 'durable_object_namespace', class_name: 'Hail' },
      { name: 'WHALE', type: 'durable_object_namespace', class_name: 'Whale' },
      { name: 'RATE', type: 'ratelimit', namespace_id: '7001', simple: { limit: 6000, period: 60 } },
      { name: 'GRAUPEL_MASTER', type: 'secret_text' },
      { name: 'GRAUPEL_ADMIN', type: 'secret_text' },
    ]),
  )
}

describe('a first deploy', () => {
  test(
    'makes the secrets, sends them along, and ends with a login, a snippet and an event that counted',
    PATIENT,
    async () => {
      const cloud = await openCloudflare()
      cloud.edge.unaware = 1
      // By which wrangler would go to another Worker than the one that it was asked about.
      const { keys, deploy, read, left } = clone(cloud, { CLOUDFLARE_ENV: 'staging' })
      const { code, said } = await deploy()
      expect([code, said]).toEqual([0, expect.stringContaining(`address    ${cloud.edge.origin}`)])

      expect(secretsOf(cloud)).toEqual({
        GRAUPEL_MASTER: keyLines(read('keys')),
        GRAUPEL_ADMIN: read('admin-token'),
      })
      expect([
        mode(keys),
        mode(join(keys, 'keys')),
        mode(join(keys, 'admin-token')),
        mode(join(keys, 'uploaded.json')),
      ]).toEqual(['700', '600', '600', '600'])
      expect(left()).toEqual([])
      expect(uploads(cloud)).toHaveLength(1)
      expectWhole(cloud)
      for (const secret of Object.values(secretsOf(cloud))) {
        for (const text of [said, read('uploaded.json')]) expect(text).not.toContain(secret.replace(/^0:/, ''))
      }

      const server = { origin: cloud.edge.origin, admin: read('admin-token') }
      const [, code18] = /login#(\S+)/.exec(said)!
      const login = () => fetch(`${server.origin}/login`, { method: 'POST', body: JSON.stringify({ code: code18 }) })
      expect([(await login()).status, (await login()).status]).toEqual([204, 401])
      const [snippet, src, site] = /<script defer src="(\S+\/b\/(\d+)\.js)"><\/script>/.exec(said)!
      expect(await (await fetch(src!)).text()).toContain('0x')
      const { body } = await call<{ sites: object[] }>(server, 'GET', '/api/sites')
      expect(body.sites).toMatchObject([{ site: Number(site), name: 'site' }])
      expect(snippet).toContain(`${cloud.edge.origin}/b/${site}`)
      expect(await total(server, Number(site), 'hits', [], { type: 'doctor' })).toBe(1)
      expect(await total(server, Number(site))).toBe(0)
    },
  )

  test('that broke off goes on with the same secrets', PATIENT, async () => {
    const cloud = await openCloudflare()
    const { deploy, read, left } = clone(cloud)
    cloud.refuse(/^PUT /, 'not just now')
    const refused = await deploy()
    expect(left()).toEqual([])
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('goes on with the same keys')])
    const made = { GRAUPEL_MASTER: keyLines(read('keys')), GRAUPEL_ADMIN: read('admin-token') }
    expect(cloud.workers.size).toBe(0)

    const unheard = await deploy(['--wait', '0'], { GRAUPEL_URL: '' })
    expect(unheard.said).toContain('address    https://graupel.rain.invalid')
    expect([unheard.code, unheard.said]).toEqual([
      1,
      expect.stringContaining('the Worker graupel is deployed, but: no answer'),
    ])
    expect([boundAs(cloud), secretsOf(cloud)]).toEqual([BOTH_SENT, made])
  })
})

describe('a later deploy', () => {
  /** A Worker of before, and a clone that has its copy again. */
  async function before() {
    const cloud = await openCloudflare()
    cloud.give(PLACE, { GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: ADMIN })
    const copy = clone(cloud)
    mkdirSync(copy.keys)
    writeFileSync(join(copy.keys, 'keys'), MASTER, { mode: 0o644 })
    writeFileSync(join(copy.keys, 'admin-token'), ADMIN)
    return { cloud, ...copy }
  }

  test('sends no secrets, and then what was changed', PATIENT, async () => {
    const { cloud, keys, deploy, rotate, read } = await before()
    const same = await deploy(['--json'])
    expect([same.code, boundAs(cloud), mode(join(keys, 'keys'))]).toEqual([0, NONE_SENT, '600'])
    const document = JSON.parse(same.stdout)
    expect(document).toMatchObject({
      url: cloud.edge.origin,
      worker: 'graupel',
      account: ACCOUNT.id,
      secrets: { sent: [] },
      login: expect.stringContaining(`${cloud.edge.origin}/login#`),
      site: { name: 'site', made: true },
      probe: { counted: 1 },
    })
    // By its keys the copy was known for the Worker's own.
    expect(Object.keys(JSON.parse(read('uploaded.json')))).toEqual([PLACE])

    expect((await rotate()).code).toBe(0)
    const changed = await deploy(['--site', 'shop'], { CI: 'true' })
    expect([changed.code, changed.said]).toEqual([0, expect.stringContaining('GRAUPEL_MASTER (changed)')])
    expect(boundAs(cloud).toSorted()).toEqual(['GRAUPEL_ADMIN inherit', 'GRAUPEL_MASTER secret_text'])
    expect(secretsOf(cloud)).toEqual({ GRAUPEL_ADMIN: ADMIN, GRAUPEL_MASTER: keyLines(read('keys')) })
    expect(await kidInScript(cloud, document.site.site)).toBe(1)
    expect(changed.said).toMatch(/site +shop, \d+, made just now/)
    // Whoever reads the log of a build must not become the admin.
    expect(changed.said).not.toContain('login#')
  })

  test('stops where the copy is gone', PATIENT, async () => {
    const { cloud, keys, deploy } = await before()
    rmSync(keys, { recursive: true })
    const { code, said } = await deploy()
    expect([code, said]).toEqual([1, expect.stringContaining('there is no copy of its keys')])
    expect([existsSync(keys), uploads(cloud)]).toEqual([false, []])
  })

  test('knows another copy for what it is, and sends none of it', PATIENT, async () => {
    const { cloud, keys, deploy } = await before()
    writeFileSync(join(keys, 'keys'), `0:${Buffer.alloc(32, 1).toString('base64url')}`)
    const { code, said } = await deploy()
    expect([code, said]).toEqual([1, expect.stringContaining('seals with other keys than the newest in')])
    expect([boundAs(cloud), existsSync(join(keys, 'uploaded.json'))]).toEqual([NONE_SENT, false])
    expect(secretsOf(cloud)).toEqual({ GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: ADMIN })
  })
})

describe('without the right to it', () => {
  test.each([
    [
      'a login',
      { CLOUDFLARE_API_TOKEN: '' },
      /nobody is logged in at Cloudflare.*npx wrangler login.*CLOUDFLARE_API_TOKEN/s,
    ],
    [
      'a token that is known',
      { CLOUDFLARE_API_TOKEN: 'no-such-token' },
      /Is the token known there.*"Edit Cloudflare Workers"/s,
    ],
    [
      'a word for one of several accounts',
      {},
      /set CLOUDFLARE_ACCOUNT_ID to one of them:\n +0123\w+ +Rain\n +f{32} +Snow/,
    ],
    ['an account that is its own', { CLOUDFLARE_ACCOUNT_ID: 'e'.repeat(32) }, /does not reach the account e{32}/],
    [
      'a network',
      { CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9' },
      /Cloudflare did not say who is logged in: .*fetch failed/s,
    ],
  ])('of %s nothing is made or sent', PATIENT, async (_, settings, why) => {
    const cloud = await openCloudflare()
    cloud.accounts.push({ id: 'f'.repeat(32), name: 'Snow' })
    const { keys, deploy } = clone(cloud)
    const { code, said } = await deploy([], settings)
    expect([code, said]).toEqual([1, expect.stringMatching(why)])
    expect(said).not.toContain('no-such-token')
    expect([existsSync(keys), uploads(cloud)]).toEqual([false, []])
  })

  test('to list secrets nothing is made or sent, for it is not known what is there', PATIENT, async () => {
    const cloud = await openCloudflare()
    cloud.refuse(/\/secrets$/, 'you may not')
    const { keys, deploy } = clone(cloud)
    const { code, said } = await deploy()
    expect([code, said]).toEqual([1, expect.stringContaining('did not say which secrets the Worker graupel has')])
    expect([existsSync(keys), uploads(cloud)]).toEqual([false, []])
  })

  test.each([['--name', 'other'], ['--env=test'], ['--secrets-file', 'x'], ['--dryRun'], ['-c./other.jsonc'], ['-ex']])(
    'wrangler is not told %s',
    async (...words) => {
      const cloud = await openCloudflare()
      const { code, said } = await clone(cloud).deploy(['--', ...words])
      expect([code, said]).toEqual([2, expect.stringContaining('is not handed on to wrangler')])
      expect(cloud.calls).toEqual([])
    },
  )
})

describe('in Cloudflare’s own builds', () => {
  const BUILD = { WORKERS_CI: '1', CLOUDFLARE_ACCOUNT_ID: ACCOUNT.id }

  test('what the Worker was given there stays, and nobody is logged in', PATIENT, async () => {
    const cloud = await openCloudflare()
    cloud.give(PLACE, { GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: ADMIN })
    const { keys, deploy } = clone(cloud, BUILD)
    const { code, said } = await deploy()
    expect([code, said]).toEqual([0, expect.stringContaining(`npx graupel login --server ${cloud.edge.origin}`)])
    expect([boundAs(cloud), existsSync(keys), said.includes('login#')]).toEqual([NONE_SENT, false, false])
    const { body } = await call<{ sites: object[] }>({ origin: cloud.edge.origin, admin: ADMIN }, 'GET', '/api/sites')
    expect(body.sites).toEqual([])
  })

  test('a Worker that was given none is not uploaded, unless the build was given them', PATIENT, async () => {
    const cloud = await openCloudflare()
    const { keys, deploy } = clone(cloud, BUILD)
    const { code, said } = await deploy()
    expect([code, said]).toEqual([1, expect.stringContaining('GRAUPEL_MASTER, GRAUPEL_ADMIN')])
    expect([uploads(cloud), existsSync(keys)]).toEqual([[], false])

    expect((await deploy([], { GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: ADMIN })).code).toBe(0)
    expect([boundAs(cloud), existsSync(keys)]).toEqual([BOTH_SENT, false])
  })
})

test('a dry run asks nobody, makes nothing, and says what would be sent', PATIENT, async () => {
  const cloud = await openCloudflare()
  const { keys, deploy } = clone(cloud, { CLOUDFLARE_API_TOKEN: '', GRAUPEL_ADMIN: ADMIN })
  const { code, said } = await deploy(['--dry-run'])
  expect([code, said]).toEqual([0, expect.stringContaining(`GRAUPEL_MASTER  made in ${keys} and sent`)])
  expect(said).toContain('GRAUPEL_ADMIN  sent, from the environment')
  expect([cloud.calls, existsSync(keys), said.includes(ADMIN)]).toEqual([[], false, false])
})
