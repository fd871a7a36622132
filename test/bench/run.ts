/**
 * `npm run bench`: the bundle on plain workerd under load from another process, in turn with a Worker that only says 204.
 * Machines are noisy, so what counts is the ratio of the two in the same minute. Prints a table, and writes last.json.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { brotliCompressSync, constants } from 'node:zlib'
import { Workerd } from '../../sdk/cli/workerd.ts'
import { call, makeSite, total } from '../flow/api.ts'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor.ts'
import type { Load, Seen } from './load.ts'
import { cpuSeconds } from './process.ts'

const CONNECTIONS = 64
const ROUNDS = 3
/** Multiples of the connections, so that every body is sent and none twice. */
const EVENTS = 100 * CONNECTIONS
const BARE_REQUESTS = 200 * CONNECTIONS
const BATCHES = 5 * CONNECTIONS
const root = join(import.meta.dirname, '../..')
const MASTER = `0:${Buffer.alloc(32, 7).toString('base64url')}`
const admin = `ga_${Buffer.alloc(32, 9).toString('base64url')}`

interface Figure extends Seen {
  /** Seconds of server CPU per 1,000 events. */
  cpu: number
}

const scratch = mkdtempSync(join(tmpdir(), 'graupel-bench-'))
const say = (line: string) => process.stderr.write(`${line}\n`)

/** One case, from a process of its own; what it saw, and what the server spent. */
async function measure(pid: number, load: Load): Promise<Figure> {
  const before = cpuSeconds(pid)
  const child = spawn(process.execPath, ['--import', './test/resolve.js', join(import.meta.dirname, 'load.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(load))
  const seen = JSON.parse(await text(child.stdout)) as Seen
  return { ...seen, cpu: ((cpuSeconds(pid) - before) / seen.succeeded) * 1000 }
}

/** Distinct envelopes: so many views to a page load. */
function envelopes(key: SiteKey, count: number, perLoad: number): string[] {
  const made: string[] = []
  while (made.length < count) {
    const load = new PageLoad(key)
    for (let i = 0; i < perLoad && made.length < count; i++) {
      const page = `shop.example/products/${made.length % 200}`
      made.push(load.view(page, { flags: i ? 16 : 255, age: i * 30, entry: '/', referrer: 'www.google.com/' }))
    }
  }
  return made
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function summary(figures: Figure[]): Figure {
  const of = (field: keyof Figure) => median(figures.map((figure) => figure[field]))
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    succeeded: of('succeeded'),
    failed: figures.reduce((sum, { failed }) => sum + failed, 0),
    seconds: of('seconds'),
    cpu: of('cpu'),
  }
}

async function bare(): Promise<{ workerd: Workerd; url: string }> {
  const bundle = join(scratch, 'bare')
  mkdirSync(bundle)
  writeFileSync(join(bundle, 'workerd.capnp'), readFileSync(join(import.meta.dirname, 'bare.capnp')))
  // Its folders go unused: the configuration names none, so only the address is handed over.
  const program = (createRequire(import.meta.url)('workerd') as { default: string }).default
  const child = spawn(program, ['serve', join(bundle, 'workerd.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const port = await new Promise<number>((resolve) =>
    child.stdio[3]!.once('data', (line: Buffer) => resolve((JSON.parse(line.toString()) as { port: number }).port)),
  )
  const workerd = { pid: child.pid!, stop: async () => void child.kill('SIGTERM') }
  return { workerd: workerd as unknown as Workerd, url: `http://127.0.0.1:${port}/` }
}

async function graupel(bundle: string) {
  const folders = Object.fromEntries(['objects', 'geo', 'demo'].map((name) => [name, join(scratch, name)]))
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  const { objects = '', geo = '', demo = '' } = folders
  const env = { GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: admin }
  const workerd = new Workerd({ bundle: join(bundle, 'worker'), address: '127.0.0.1:0', objects, geo, demo, env })
  workerd.open()
  const port = await workerd.listening
  if (!port) throw new Error('workerd ended before it listened')
  return { workerd, origin: `http://127.0.0.1:${port}`, admin }
}

/** Its own build, or one that `--bundle DIR` names. */
function built(): string {
  const { bundle } = parseArgs({ options: { bundle: { type: 'string' } } }).values
  if (bundle) return bundle
  const out = join(scratch, 'dist')
  say('building…')
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  execFileSync('npm', ['run', '--silent', 'build', '--', '--out', out], { cwd: root, stdio: [...stdio] })
  return out
}

async function main(): Promise<void> {
  const bundle = built()
  const empty = await bare()
  const server = await graupel(bundle)
  try {
    const { site, keys } = await makeSite(server)
    const key = await siteKey(server.origin, site)
    const headers = { 'content-type': 'text/plain', 'user-agent': CHROME }
    const post = (bodies: string[]): Load => ({
      url: `${server.origin}/p/`,
      connections: CONNECTIONS,
      bodies,
      amount: 0,
      headers,
    })
    const counts = () => {
      const json = { ...headers, 'content-type': 'application/json', authorization: `Bearer ${keys.write}` }
      const bodies = Array.from({ length: BATCHES }, (_, i) =>
        JSON.stringify(Array.from({ length: 20 }, (_, j) => ({ type: 'bench', id: `${Math.random()}-${i}-${j}` }))),
      )
      return { ...post(bodies), url: `${server.origin}/count?site=${site}`, headers: json }
    }
    const cases: [name: string, pid: number, make: () => Load, eventsPerRequest: number][] = [
      ['bare 204', empty.workerd.pid, () => ({ ...post([]), url: empty.url, amount: BARE_REQUESTS }), 1],
      ['new page loads', server.workerd.pid, () => post(envelopes(key, EVENTS, 1)), 1],
      ['two per page load', server.workerd.pid, () => post(envelopes(key, EVENTS, 2)), 1],
      ['/count, batches of 20', server.workerd.pid, counts, 20],
    ]
    const figures = new Map<string, Figure[]>()
    let sent = 0
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, pid, make] of cases) {
        const figure = await measure(pid, make())
        if (name.includes('page load')) sent += figure.succeeded
        say(`round ${round || 'of warming'}: ${name.padEnd(22)} ${figure.perSecond.toFixed(0).padStart(7)} requests/s`)
        if (round > 0) figures.set(name, [...(figures.get(name) ?? []), figure])
      }
    }
    const counted = await total(server, site)
    if (counted !== sent) throw new Error(`sent ${sent} views, counted ${counted}`)
    const script = await (await fetch(`${server.origin}/b/${site}.js`)).arrayBuffer()
    const bytes = brotliCompressSync(Buffer.from(script), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: script.byteLength },
    }).length
    report(cases, figures, bytes)
    const status = await call(server, 'GET', `/status?site=${site}`)
    say(`all ${counted} views counted; status ${status.status}`)
  } finally {
    await Promise.all([empty.workerd.stop(), server.workerd.stop()])
    rmSync(scratch, { recursive: true, force: true })
  }
}

function report(
  cases: [name: string, pid: number, make: () => Load, eventsPerRequest: number][],
  figures: Map<string, Figure[]>,
  scriptBytes: number,
): void {
  const base = summary(figures.get('bare 204') ?? []).perSecond
  const rows = cases.map(([name, , , events]) => {
    const { perSecond, p50, p99, cpu, failed } = summary(figures.get(name) ?? [])
    return {
      name,
      eventsPerSecond: perSecond * events,
      ratio: (perSecond * events) / base,
      p50,
      p99,
      cpu: cpu / events,
      failed,
    }
  })
  console.log('| case | events/s | ÷ bare 204 | p50 ms | p99 ms | CPU s per 1,000 events |')
  console.log('|---|---:|---:|---:|---:|---:|')
  for (const { name, eventsPerSecond, ratio, p50, p99, cpu } of rows) {
    console.log(
      `| ${name} | ${eventsPerSecond.toFixed(0)} | ${ratio.toFixed(2)} | ${p50} | ${p99} | ${cpu.toFixed(3)} |`,
    )
  }
  console.log(`\nscript: ${scriptBytes} bytes brotli`)
  writeFileSync(join(import.meta.dirname, 'last.json'), `${JSON.stringify({ rows, scriptBytes }, null, 2)}\n`)
}

await main()
