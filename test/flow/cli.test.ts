/** The command as an owner types it, against a server that runs, one that is no Graupel, and none. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PageLoad, send, siteKey } from '../visitor'
import { call, type Made, makeSite, total } from './api'
import { commandOf, environment, graupel } from './command'
import { openServer, type Server, temporaryFolder } from './server'

const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
/** Another's token in form: what any wrong one is. */
const WRONG = `ga_${Buffer.alloc(32, 1).toString('base64url')}`
const NOBODY = 'http://127.0.0.1:1'

let server: Server
let shop: Made
/** Somebody else, who answers all with a page. */
let stranger: HttpServer

beforeAll(async () => {
  server = await openServer({ dataFolder: folder })
  shop = await makeSite(server, { name: 'shop' })
  await makeExperiment('pages')
  stranger = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>'))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await server.end()
  stranger.closeAllConnections()
  stranger.close()
  rmSync(folder, { recursive: true })
})

const makeExperiment = (decision: string) =>
  call(server, 'POST', '/experiments?site=shop', { decision, options: ['long', 'short'] })

const here = () => ({ env: { PORT: new URL(server.origin).port, GRAUPEL_ADMIN: server.admin } })
const elsewhere = (origin: string) => ({ env: { GRAUPEL_ADMIN: server.admin }, words: ['--server', origin] })
const strange = () => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}` // it listens on a port

function fileOf(text: string): string {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, text)
  return file
}

const errorIn = (err: string): string => (JSON.parse(err) as { error: string }).error

/** Each verb that asks a server, as it is right. */
const VERBS = [
  'login',
  'site list',
  'site list shop',
  'site add SITE',
  'site remove SITE --yes',
  'count shop --type asked',
  'status',
  'status shop',
  'mint --site shop --type mail',
  'forward off',
  'experiment create NAME --site shop --option a --option b',
  'experiment list --site shop',
  'experiment show pages --site shop',
  'experiment pause pages --site shop',
  'experiment resume pages --site shop',
  'experiment finish pages --site shop',
  'experiment hide pages --site shop',
  'experiment unhide pages --site shop',
  'experiment delete NAME --site shop --yes',
]

const named = (line: string) => line.replace(/SITE|NAME/, `name-${VERBS.indexOf(line)}`)

test.each(VERBS)('graupel %s does it, and says so to people and to programs', async (line) => {
  for (const json of [false, true]) {
    const words = named(line).split(' ')
    const name = `${words[2]}${json ? '-again' : ''}`
    if (/SITE|NAME/.test(line)) words[2] = name
    if (line.includes('remove')) await makeSite(server, { name })
    if (line.includes('delete')) await makeExperiment(name)
    const { code, out, err } = await graupel(json ? [...words, '--json', '--server', server.origin] : words, here())
    expect([code, err]).toEqual([0, ''])
    if (!json) expect(out).toMatch(/^[^{].+\n$/s)
    else expect([JSON.parse(out), out.split('\n').length]).toEqual([expect.any(Object), 2])
  }
})

interface Mistake {
  env: Record<string, string>
  words?: string[]
}

const given = (env: Record<string, string>): Mistake => ({ env: { ...here().env, ...env } })

const MISTAKES: [what: string, mistake: () => Mistake, code: number, said: RegExp][] = [
  ['a wrong token', () => given({ GRAUPEL_ADMIN: WRONG }), 1, /does not know the token from GRAUPEL_ADMIN/],
  ['a read key', () => given({ GRAUPEL_ADMIN: shop.keys.read }), 1, /refuses the token from GRAUPEL_ADMIN/],
  ['no token', () => given({ GRAUPEL_ADMIN: '', GRAUPEL_DATA: '/nowhere' }), 1, /there is no admin token in \/nowhere/],
  ['no server', () => elsewhere(NOBODY), 1, /no answer from http:\/\/127\.0\.0\.1:1 .*is it started\?/],
  ['another that answers', () => elsewhere(strange()), 1, /answers, but not as a Graupel does/],
  ['a path', () => elsewhere(`${server.origin}/status`), 2, /--server is an origin such as/],
  ['an option that is none', () => ({ ...here(), words: ['--colour', 'red'] }), 2, /unknown option '--colour'/],
]

/** What a read key is for. */
const READS = /^(status|ope|experiment (list|show))/

test.each([...VERBS, 'ope pages --site shop'])(
  'graupel %s ends with what was wrong, and repeats no token',
  async (line) => {
    const mistakes = MISTAKES.filter(([what]) => what !== 'a read key' || !READS.test(line))
    const ends = await Promise.all(
      mistakes.map(async ([what, mistake, code, said]) => {
        const { env, words = [] } = mistake()
        const ran = await graupel([...named(line).split(' '), ...words, '--json'], { env })
        return { what, said, expected: code, ...ran }
      }),
    )
    for (const { what, said, expected, code, out, err } of ends) {
      expect([what, code, out]).toEqual([what, expected, ''])
      expect(errorIn(err)).toMatch(said)
      for (const secret of [server.admin, WRONG, shop.keys.read]) expect(err).not.toContain(secret)
    }
  },
)

/** Commands to a terminal, and a mark that turns what follows. */
const COMMANDS = '\u001b]0;mine\u0007\u001b[2J\u202e'

/** Its answers are of the right shape, and each word in them is for a terminal. */
async function hostile(): Promise<string> {
  const [name, refusal] = [COMMANDS, { reason: COMMANDS, events: 1, why: COMMANDS, mend: COMMANDS }]
  const site = { site: name, name, timezone: name, origins: [name], snippet: name, keys: { write: name, read: name } }
  const forward = { upstreams: [name], waiting: 0, lagSeconds: 0, lastError: { at: 1, upstream: name, message: name } }
  const all = { ok: true, code: name, id: name, url: name, sites: [site], series: [], accepted: 1, upstreams: [] }
  const health = { types: [name], shards: [], merged: [], gaps: [], refusals: [refusal], forward }
  const envelope = { kind: name, site: name, name, id: name, refusal, notes: [name], events: [] }
  const arm = { id: name, trials: 1, rate: 1, ci95: [0, 1], p_best: 1, share: 1, uplift: null, weighted: null }
  const experiment = { decision: name, options: [name, name], policy: name, by: name, status: name, winner: name }
  const standing = { ...experiment, arms: [arm, arm], control: 'a', warnings: [name], experiments: [experiment] }
  const answer = { ...site, ...all, ...health, ...standing, envelopes: [envelope] }
  const evil = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(200, { connection: 'close' }).end(JSON.stringify(answer))),
  )
  onTestFinished(() => void evil.close())
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(evil.address() as AddressInfo).port}` // it listens on a port
}

test.each([...VERBS, 'explain envelope', 'site list shop --keys'])(
  'graupel %s shows a terminal no command that a server answers',
  async (line) => {
    const { env } = here()
    const { out, err } = await graupel([...named(line).split(' '), '--server', await hostile()], { env })
    expect(err).toBe('')
    expect(out).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
  },
)

test.concurrent.each<[string, number, RegExp]>([
  ['', 2, /^Usage: graupel/],
  ['site', 2, /^Usage: graupel site/],
  ['sit', 2, /^graupel: unknown command 'sit'\n\(Did you mean site\?\)$/],
  ['site lst', 2, /^graupel: unknown command 'lst'\n\(Did you mean list\?\)$/],
  ['help nothing', 2, /^Usage: graupel/],
  ['site add', 2, /^graupel: missing required argument 'name'$/],
  ['site add a b', 2, /^graupel: too many arguments/],
  ['site add shop', 1, /^graupel: there is a site of this name already: \d+$/],
  ['site add a --timezone Mars/Base', 2, /^graupel: --timezone .*Mars\/Base/],
  ['site add a --origin a/b', 2, /^graupel: --origin.* must be/],
  ['site add a --keep raw=many', 2, /^graupel: --keep raw must be a finite number$/],
  ['site add a --keep raw=1000', 2, /^graupel: --keep raw must/],
  ['site add a --allow seats', 2, /^graupel: --allow must read seats=0\.\.100, not "seats"$/],
  ['site add a --shards 65', 2, /^graupel: --shards must be a whole number from 1 to 64, not "65"$/],
  ['site add a --rate 5', 2, /^graupel: --rate /],
  ['site add a --prefix script=api', 2, /^graupel: --prefix.* must be/],
  ['site add a --respect dns', 2, /^graupel: --respect.* must be/],
  ['site list --keys', 2, /^graupel: --keys are those of one site/],
  ['site list nowhere', 1, /^graupel: there is no site "nowhere"$/],
  ['site remove nowhere --yes', 1, /^graupel: there is no site "nowhere"$/],
  ['count', 2, /^graupel: missing required argument 'site'$/],
  ['count shop', 2, /^graupel: say what to count/],
  ['count shop --type a /nowhere', 2, /^graupel: a file has its events in it/],
  ['count shop /nowhere', 1, /^graupel: \/nowhere can't be read \(ENOENT\)$/],
  ['count shop /', 1, /^graupel: \/ is a folder$/],
  ['count shop - --key -', 2, /^graupel: stdin can be the key or the events/],
  ['count shop --type a --key /nowhere', 1, /^graupel: --key names a file that can't be read \(ENOENT\)$/],
  ['count shop --skip x -', 2, /^graupel: --skip must be a whole number/],
  ['count shop --at soon', 2, /^graupel: --at must be .*ISO 8601/],
  ['count shop --metric dollars=x', 2, /^graupel: --metric dollars must be a finite number$/],
  ['count shop --dimension {', 2, /^graupel: --dimension begins like JSON and is not/],
  ['count nowhere --type a', 1, /^graupel: there is no site "nowhere"$/],
  ['status nowhere', 1, /^graupel: there is no site "nowhere"$/],
  ['status --watch soon', 2, /^graupel: --watch must be seconds from 1 to 3600, not "soon"$/],
  ['status --watch 0', 2, /^graupel: --watch must be seconds/],
  ['login now', 2, /^graupel: too many arguments/],
  ['forward', 2, /^graupel: missing required argument 'urls'$/],
  ['forward stats.example.com', 2, /^graupel: forward: an upstream is an origin/],
  ['forward https://stats.example.com', 1, /^graupel: this server was started without --forward/],
  ['keys list', 1, /^graupel: there is no \/nowhere\/keys/],
  ['keys revoke', 2, /^graupel: missing required argument 'kid'$/],
  ['start --port 9000', 2, /^graupel: unknown option '--port'$/],
])('“%s” ends with %i and a word why', async (line, code, words) => {
  const { env } = here()
  const ran = await graupel(line.split(' ').filter(Boolean), { env: { ...env, GRAUPEL_DATA: '/nowhere' } })
  expect([ran.code, ran.out]).toEqual([code, ''])
  expect(ran.err.trim()).toMatch(words)
})

test('help reads verbs of two words', async () => {
  expect(await graupel(['help', 'site', 'add'])).toEqual(await graupel(['site', 'add', '--help']))
})

test.each([['--help'], ['help'], ['help', 'count'], ['--version']])('%s is answered with 0', async (...words) => {
  expect(await graupel(words)).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/\d\.\d\.\d|Usage: graupel/),
  })
})

describe('site', () => {
  test('makes one of its options, and shows keys to whoever asks for them', async () => {
    const options = `--timezone Europe/Stockholm --origin a.example --origin *.b.example --static --respect gpc --shards 2
      --prefix script=s --cross country,device --keep raw=7 --allow seats=0..100 --rate off`
    const { code, out } = await graupel(['site', 'add', 'kiosk', ...options.split(/\s+/), '--json'], here())
    const made = JSON.parse(out) as Made
    expect([code, made]).toMatchObject([
      0,
      {
        name: 'kiosk',
        timezone: 'Europe/Stockholm',
        origins: ['a.example', '*.b.example'],
        static: true,
        respect: 1,
        shards: [{ k: 2 }],
        prefixes: { script: 's', pixel: 'p' },
        cross: [['country', 'device']],
        keep: { raw: 7, hours: 93, days: 800 },
        allow: { seats: [0, 100] },
        rate: false,
      },
    ])
    expect(made.snippet).toBe(`<script defer src="${server.origin}/s/${made.site}.js"></script>`)
    const { keys } = (await call<Made>(server, 'GET', `/api/sites/${made.site}`)).body
    const plain = await graupel(['site', 'list', 'kiosk'], here())
    expect(plain.out).toContain(made.snippet)
    for (const key of Object.values(keys)) expect(out + plain.out).not.toContain(key)
    const asked = await graupel(['site', 'list', 'kiosk', '--keys'], here())
    for (const key of Object.values(keys)) expect(asked.out).toContain(key)
    const json = await graupel(['site', 'list', String(made.site), '--keys', '--json'], here())
    expect(JSON.parse(json.out)).toMatchObject({ name: 'kiosk', keys })
  })

  test('lists them under each other', async () => {
    const { out } = await graupel(['site', 'list'], here())
    const [head, ...rows] = out.trimEnd().split('\n')
    expect(head).toMatch(/^ *site {2}name +timezone +origins$/)
    expect(rows).toContainEqual(expect.stringMatching(new RegExp(`^ *${shop.site} {2}shop +UTC +all$`)))
  })

  test('deletes one only where that is said twice', async () => {
    const { site } = await makeSite(server, { name: 'brief' })
    const asked = await graupel(['site', 'remove', 'brief'], here())
    expect([asked.code, asked.err]).toEqual([
      1,
      expect.stringMatching(new RegExp(`brief \\(${site}\\).* remove ${site} --yes`)),
    ])
    expect((await call(server, 'GET', `/api/sites/${site}`)).status).toBe(200)
    const done = await graupel(['site', 'remove', 'brief', '--yes', '--json'], here())
    expect([done.code, JSON.parse(done.out)]).toEqual([0, { removed: 'brief' }])
    expect((await call(server, 'GET', `/api/sites/${site}`)).status).toBe(404)
  })
})

describe('count', () => {
  const lines = (from: number, to: number, more: object = {}) =>
    Array.from({ length: to - from }, (_, i) => JSON.stringify({ type: 'sold', id: `n${from + i}`, ...more }))

  test('counts one event of its options, once', async () => {
    const options = '--type order --dimension sales=shoes --metric dollars=12.5 --gauge stock=7 --id o1 --visitor v1'
    const whose = ['--agent', 'curl/8', '--page', 'https://shop.example/a', '--referrer', 'https://www.google.com/']
    const at = new Date(Date.now() - 3_600_000).toISOString()
    const words = ['count', 'shop', ...options.split(' '), ...whose, '--at', at]
    expect(await graupel(words, here())).toMatchObject({ code: 0, out: 'counted 1\n' })
    expect((await graupel(words, here())).out).toBe('counted 0\n1 were counted before\n')
    const of = { type: 'order' }
    expect(await total(server, shop.site, 'dollars', ['sales', 'shoes'], of)).toBe(12.5)
    expect(await total(server, shop.site, 'last(stock)', [], of)).toBe(7)
    expect(await total(server, shop.site, 'hits', ['source', 'google.com'], of)).toBe(1)
  })

  test('counts a file in batches, from where it is told, and a second time nothing', async () => {
    const { site } = await makeSite(server, { name: 'files' })
    const file = fileOf(`${lines(0, 2500).join('\n')}\n\n`)
    expect((await graupel(['count', 'files', file], here())).out).toBe('counted 2,500\n')
    const again = await graupel(['count', 'files', '-', '--json'], { ...here(), input: lines(2000, 2600).join('\r\n') })
    expect(JSON.parse(again.out)).toEqual({ accepted: 100, duplicates: 500, refused: 0, notDeduplicated: 0 })
    const more = fileOf(['{"type":"sold"}', '', '{"type":"sold"}'].join('\n'))
    const skipped = await graupel(['count', 'files', more, '--skip', '2'], here())
    expect(skipped.out).toBe('counted 1\n1 without an id: what is sent again counts again\n')
    expect(await total(server, site, 'hits', [], { type: 'sold' })).toBe(2601)
  })

  test('keeps each batch within what one call may hold', async () => {
    const { site } = await makeSite(server, { name: 'large' })
    const page = `https://shop.example/${'long'.repeat(1000)}`
    const input = lines(0, 600, { page }).join('\n')
    expect((await graupel(['count', 'large', '-'], { ...here(), input })).out).toBe('counted 600\n')
    expect(await total(server, site, 'hits', [], { type: 'sold' })).toBe(600)
    const huge = await graupel(['count', 'large', '-'], {
      ...here(),
      input: `${JSON.stringify({ page: 'x'.repeat(1 << 20) })}\n`,
    })
    expect([huge.code, huge.err]).toEqual([1, expect.stringMatching(/line 1 is larger than 1048576 bytes/)])
  })

  test.each([
    ['{"type"', /^graupel: line 1502 is no event, such as .*Lines 1 to 1001 are counted; send it again/],
    ['{"colour":1}', /^graupel: line 1502 colour .*\. Lines 1 to 1001 are counted/],
    ['[]', /^graupel: line 1502 is no event, such as .*\. Lines 1 to 1001/],
  ])('names the line that holds %s, and what stands already', async (bad, words) => {
    const { site } = await makeSite(server)
    const input = [...lines(0, 700), '', ...lines(700, 1500), bad].join('\n')
    const ran = await graupel(['count', String(site), '-'], { ...here(), input })
    expect([ran.code, ran.out]).toEqual([1, ''])
    expect(ran.err).toMatch(words)
    expect(await total(server, site, 'hits', [], { type: 'sold' })).toBe(1000)
  })

  test('says of which lines nobody knows, where an answer was lost', async () => {
    let batch = 0
    const torn = createServer((request, response) =>
      request.resume().on('end', () => {
        batch += 1
        if (batch > 1) return void response.destroy()
        response.setHeader('connection', 'close').end('{"accepted":1000}')
      }),
    )
    onTestFinished(() => void torn.close())
    await new Promise<void>((resolve) => torn.listen(0, '127.0.0.1', resolve))
    const { env, words } = elsewhere(`http://127.0.0.1:${(torn.address() as AddressInfo).port}`) // it listens on a port
    const input = lines(0, 1500).join('\n')
    const { code, err } = await graupel(['count', 'shop', '-', ...words], { env, input })
    expect(code).toBe(1)
    expect(err).toMatch(/no answer .*\. Lines 1001 to 1500 may have counted or not\. Lines 1 to 1000 are counted/)
  })

  test('takes a write key from a file or stdin, without the admin token', async () => {
    const { keys } = shop
    const { PORT } = here().env
    const env = { PORT, GRAUPEL_DATA: '/nowhere' }
    const event = ['--type', 'keyed']
    const byFile = await graupel(['count', 'shop', ...event, '--key', fileOf(`${keys.write}\n`)], { env })
    expect(byFile).toMatchObject({ code: 0, out: expect.stringMatching(/^counted 1\n1 without an id/) })
    expect(await graupel(['count', 'shop', ...event, '--key', '-'], { env, input: keys.write })).toMatchObject({
      code: 0,
    })
    const other = await makeSite(server)
    const refused = await graupel(['count', 'shop', ...event, '--key', '-'], { env, input: other.keys.write })
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/refuses the token from --key: this key is for another site/),
    ])
    expect(await total(server, shop.site, 'hits', [], { type: 'keyed' })).toBe(2)
  })
})

describe('status', () => {
  test('tells what came last, what waits, and what was refused with what to do about it', async () => {
    const { site } = await makeSite(server, { name: 'watched', origins: ['shop.example'] })
    const events = [
      { type: 'a', id: '1' },
      { type: 'a.b', id: '2' },
    ]
    await call(server, 'POST', `/count?site=${site}`, events)
    const page = new PageLoad(await siteKey(server.origin, site))
    await send(server.origin, [page.view('other.example/')])
    const { code, out } = await graupel(['status', 'watched'], here())
    expect(code).toBe(0)
    expect(out).toMatch(
      new RegExp(`^watched {2}${site}, last event \\d s ago\n\nshard {2}last event {2}merged {2}waiting {2}oldest\n`),
    )
    expect(out).toMatch(/^ +0 +\d s ago +– +2 +\d s$/m)
    expect(out).toMatch(/^Refused\n +1 {2}origin {2}It came from a page .*\n +Add the host to the origins/m)
    const all = await graupel(['status'], here())
    expect(all.out).toMatch(/^ *site {2}name +last event +waiting +oldest +gaps +refused$/m)
    expect(all.out).toMatch(new RegExp(`^ *${site} {2}watched +\\d s ago +2 +\\d s +– +1$`, 'm'))
    const json = JSON.parse((await graupel(['status', '--json'], here())).out) as { sites: object[] }
    expect(json.sites).toContainEqual(
      expect.objectContaining({ site, name: 'watched', waiting: 2, gaps: 0, refused: 1 }),
    )
  })

  test('watches, a document or a line each time, until it is told to end', async () => {
    for (const [more, isOne] of [
      [['--json'], (line: string) => (JSON.parse(line) as { site: number }).site === shop.site],
      [[], (line: string) => /^\d{4}-.*Z {2}shop {2}last event .*, \d+ waiting, 0 gaps, \d+ refused$/.test(line)],
    ] as const) {
      const watching = running(['status', 'shop', '--watch', '1', ...more])
      await expect.poll(() => watching.out().split('\n').length).toBeGreaterThan(2)
      watching.child.kill('SIGINT')
      expect(await watching.ended).toBe(0)
      expect(watching.out().trimEnd().split('\n').every(isOne)).toBe(true)
    }
  })

  test('goes on watching while the server is away, and does not begin without one', async () => {
    const other = await openServer({ dataFolder: temporaryFolder() })
    const watching = running(['status', '--watch', '1', '--json', '--server', other.origin])
    await expect.poll(watching.out).toMatch(/^\{"at"/)
    await other.end()
    await expect.poll(watching.err).toMatch(/no answer from/)
    expect(watching.child.exitCode).toBe(null)
    expect(await graupel(['status', '--watch', '--server', NOBODY], here())).toMatchObject({ code: 1 })
  })
})

/** One that goes on until it is told to end. */
function running(words: string[], terminal?: true, env: Record<string, string> = here().env) {
  const [program, ...args] = commandOf(words, terminal)
  const child = spawn(program, args, { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, out: () => out, err: () => err, ended }
}

const ESCAPE = '\u001b'

// macOS has another `script`.
describe.runIf(process.platform === 'linux')('on a terminal', () => {
  test('has colours, unless they are not wanted; elsewhere none, unless they are', async () => {
    const words = ['status', 'shop']
    const { env } = here()
    const looks: [boolean, Promise<{ code: number | null; out: string }>][] = [
      [true, graupel(words, { env, terminal: true })],
      [false, graupel(words, { env: { ...env, NO_COLOR: '1' }, terminal: true })],
      [false, graupel([...words, '--json'], { env, terminal: true })],
      [false, graupel(words, { env })],
      [true, graupel(words, { env: { ...env, FORCE_COLOR: '1' } })],
    ]
    for (const [isColoured, ran] of looks) {
      const { code, out } = await ran
      expect([code, out.includes(ESCAPE)]).toEqual([0, isColoured])
    }
  })

  test('watches in place, until Ctrl-C', async () => {
    const watching = running(['status', 'shop', '--watch', '1'], true)
    const drawn = () => watching.out().split(`${ESCAPE}[H`).slice(1)
    await expect.poll(() => drawn().length).toBeGreaterThan(1)
    watching.child.stdin.write('\u0003')
    expect(await watching.ended).toBe(0)
    for (const screen of drawn()) expect(screen).toMatch(/shop.*\r\n.*shard.*every 1 s, Ctrl-C ends/s)
    // Whatever comes after it goes on in the next line again.
    const [cut, wrapped] = ['l', 'h'].map((word) => watching.out().lastIndexOf(`${ESCAPE}[?7${word}`))
    expect(wrapped).toBeGreaterThan(cut!)
  })

  test('shows how far a file is', async () => {
    const file = fileOf(Array.from({ length: 2000 }, (_, i) => `{"type":"seen","id":"${i}"}`).join('\n'))
    const { out } = await graupel(['count', 'shop', file], { ...here(), terminal: true })
    expect(out).toMatch(/\r1,000 lines, \d+ %.*\r2,000 lines, 100 %.*\r.*counted 2,000/s)
    expect((await graupel(['count', 'shop', file], here())).err).toBe('')
  })
})

test('ends without a word where nobody reads on', async () => {
  const [program, ...args] = commandOf(['mint', '--site', 'shop', '--type', 'mail', '--count', '5000', '--json'])
  const command = [program, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('/bin/sh', ['-c', `{ ${command}; echo "ended $?" >&2; } | head -n 1`], {
    env: environment(here().env),
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes) => (out += String(bytes)))
  child.stderr.on('data', (bytes) => (err += String(bytes)))
  await new Promise((resolve) => child.once('close', resolve))
  expect(JSON.parse(out)).toMatchObject({ id: expect.any(String) })
  expect(err).toBe('ended 0\n')
})

describe('start', () => {
  const settings = () => ({ PORT: '0', GRAUPEL_DATA: temporaryFolder(), GRAUPEL_DEMO: '1' })

  test('says to programs in one line what is ready, and nothing else', async () => {
    const { GRAUPEL_DATA, ...env } = settings()
    const started = running(['start', '--json'], undefined, { ...env, GRAUPEL_DATA })
    await expect.poll(started.out).toMatch(/\n$/)
    const ready = JSON.parse(started.out()) as { url: string; pid: number }
    onTestFinished(() => kill(ready.pid))
    expect(ready).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      dashboard: expect.stringContaining(`${ready.url}/login#`),
      demo: `${ready.url}/demo/`,
      forward: [],
      pid: expect.any(Number),
      data: GRAUPEL_DATA,
    })
    const busy = await graupel(['start', '--json'], { env: { ...env, GRAUPEL_DATA } })
    expect([busy.code, busy.out, errorIn(busy.err)]).toEqual([1, '', expect.stringContaining(`process ${ready.pid}`)])
    started.child.kill('SIGTERM')
    expect([await started.ended, started.out().trim().split('\n').length]).toEqual([0, 1])
  })

  test('serves on where nobody reads what it says', async () => {
    const started = running(['start'], undefined, settings())
    started.child.stdout.once('data', () => started.child.stdout.destroy())
    await expect.poll(started.out).toMatch(/counts at/)
    const [, origin, pid] = /counts at (\S+) .*process (\d+)/.exec(started.out())!
    onTestFinished(() => kill(Number(pid)))
    await expect.poll(async () => (await fetch(`${origin}/demo/`)).status).toBe(200)
    started.child.kill('SIGTERM')
    expect(await new Promise((resolve) => started.child.once('exit', resolve))).toBe(0)
  })
})

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it had ended
  }
}
