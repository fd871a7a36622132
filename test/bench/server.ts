/**
 * The server: the bundle on plain workerd under load from another process, in turn with a Worker that only says 204.
 * Machines are noisy, so what counts is the ratio of the two in the same minute.
 */
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, constants } from 'node:zlib'
import { type Made, makeSite, total } from '../flow/api'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor'
import { say } from './figure'
import type { Load, Seen, Shot } from './load'
import { cpuSeconds } from './process'
import { type Serving, serveBare, serveGraupel } from './serving'

const CONNECTIONS = 64
const ROUNDS = 3
/** Multiples of the connections, so that each is sent and none twice. */
const EVENTS = 100 * CONNECTIONS
const BARE_REQUESTS = 200 * CONNECTIONS
const BATCHES = 5 * CONNECTIONS
const BATCH = 20
const root = join(import.meta.dirname, '../..')

interface Case {
  name: string
  serving: Serving
  /** Its load, made anew for each round: an envelope counts once. */
  load(): Load
  eventsPerRequest: number
  /** What of it must be found in the site's pageviews. */
  views: boolean
}

interface Figure extends Seen {
  /** Seconds of server CPU per 1,000 requests. */
  cpu: number
}

export function build(scratch: string): string {
  const out = join(scratch, 'dist')
  say('building…')
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] } as const
  execFileSync('npm', ['run', '--silent', 'build', '--', '--out', out], { ...options, stdio: [...options.stdio] })
  return out
}

/** One case, from a process of its own; what it saw, and what the server spent. */
async function measure({ serving, load }: Case): Promise<Figure> {
  const made = JSON.stringify(load())
  const before = cpuSeconds(serving.pid)
  const child = spawn(process.execPath, ['--import', './test/resolve.js', join(import.meta.dirname, 'load.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(made)
  const seen = JSON.parse(await text(child.stdout)) as Seen
  if (seen.failed) throw new Error(`${seen.failed} requests failed`)
  return { ...seen, cpu: ((cpuSeconds(serving.pid) - before) / seen.succeeded) * 1000 }
}

/** Distinct envelopes as URLs: so many views to a page load. */
function views(key: SiteKey, count: number, perLoad: number): Shot[] {
  const shots: Shot[] = []
  while (shots.length < count) {
    const load = new PageLoad(key)
    for (let i = 0; i < perLoad && shots.length < count; i++) {
      const page = `shop.example/products/${shots.length % 200}`
      const envelope = load.view(page, { flags: i ? 16 : 255, age: i * 30, entry: '/', referrer: 'www.google.com/' })
      shots.push({ method: 'GET', path: `/p/${envelope}` })
    }
  }
  return shots
}

/** Server events, each with an id of its own. */
function batches(site: number): Shot[] {
  const run = Math.random()
  return Array.from({ length: BATCHES }, (_, i) => ({
    method: 'POST',
    path: `/count?site=${site}`,
    body: JSON.stringify(Array.from({ length: BATCH }, (_, j) => ({ type: 'bench', id: `${run} ${i} ${j}` }))),
  }))
}

function casesOf(bare: Serving, graupel: Serving, made: Made, key: SiteKey): Case[] {
  const agent = { 'user-agent': CHROME }
  const write = { ...agent, 'content-type': 'application/json', authorization: `Bearer ${made.keys.write}` }
  const connections = CONNECTIONS
  const beacons = (perLoad: number) => (): Load => ({
    origin: graupel.origin,
    connections,
    shots: views(key, EVENTS, perLoad),
    amount: EVENTS,
    headers: agent,
  })
  const empty: Load = {
    origin: bare.origin,
    connections,
    shots: [{ method: 'GET', path: '/' }],
    amount: BARE_REQUESTS,
    headers: agent,
  }
  const counts = (): Load => ({
    origin: graupel.origin,
    connections,
    shots: batches(made.site),
    amount: BATCHES,
    headers: write,
  })
  return [
    { name: 'bare 204', serving: bare, load: () => empty, eventsPerRequest: 1, views: false },
    { name: 'beacons, each a new page load', serving: graupel, load: beacons(1), eventsPerRequest: 1, views: true },
    { name: 'beacons, two per page load', serving: graupel, load: beacons(2), eventsPerRequest: 1, views: true },
    { name: `/count, batches of ${BATCH}`, serving: graupel, load: counts, eventsPerRequest: BATCH, views: false },
  ]
}

interface Row {
  name: string
  eventsPerSecond: number
  /** To the bare 204 of the same round; the median over rounds. */
  ratio: number
  p50: number
  p99: number
  /** Seconds of server CPU per 1,000 events, and that over the bare 204's of the same round. */
  cpu: number
  cpuRatio: number
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Ratios are taken round by round: what disturbs a minute disturbs both sides. */
function rowOf({ name, eventsPerRequest }: Case, figures: Figure[], bare: Figure[]): Row {
  const of = (pick: (figure: Figure, i: number) => number) => median(figures.map(pick))
  return {
    name,
    eventsPerSecond: of(({ perSecond }) => perSecond * eventsPerRequest),
    ratio: of(({ perSecond }, i) => (perSecond * eventsPerRequest) / bare[i]!.perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpu: of(({ cpu }) => cpu / eventsPerRequest),
    cpuRatio: of(({ cpu }, i) => cpu / eventsPerRequest / bare[i]!.cpu),
  }
}

export const serverTable = (rows: readonly Row[]): string =>
  [
    '| case | events/s | ÷ bare 204 | p50 ms | p99 ms | CPU s per 1,000 events | ÷ bare 204 |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows.map(({ name, eventsPerSecond, ratio, p50, p99, cpu, cpuRatio }) => {
      const figures = [eventsPerSecond.toFixed(0), ratio.toFixed(2), p50, p99, cpu.toFixed(3), cpuRatio.toFixed(1)]
      return `| ${name} | ${figures.join(' | ')} |`
    }),
  ].join('\n')

async function scriptBytes(origin: string, site: number): Promise<number> {
  const script = Buffer.from(await (await fetch(`${origin}/b/${site}.js`)).arrayBuffer())
  return brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
}

export interface Served {
  rows: Row[]
  scriptBytes: number
}

/** `bundle` is a build that is there already. */
export async function measureServer(scratch: string, bundle = build(scratch)): Promise<Served> {
  const bare = await serveBare()
  const graupel = await serveGraupel(bundle, scratch)
  try {
    const made = await makeSite(graupel)
    const cases = casesOf(bare, graupel, made, await siteKey(graupel.origin, made.site))
    const figures = new Map(cases.map((each) => [each, [] as Figure[]]))
    let sent = 0
    for (let round = 0; round <= ROUNDS; round++) {
      for (const each of cases) {
        const figure = await measure(each)
        if (each.views) sent += figure.succeeded
        const rate = (figure.perSecond * each.eventsPerRequest).toFixed(0).padStart(7)
        say(`${round ? `round ${round}` : 'warming'}: ${each.name.padEnd(30)} ${rate} events/s`)
        if (round > 0) figures.get(each)!.push(figure)
      }
    }
    const counted = await total(graupel, made.site)
    if (counted !== sent) throw new Error(`sent ${sent} views, counted ${counted}`)
    say(`all ${counted} views are counted, once`)
    const rows = cases.map((each) => rowOf(each, figures.get(each)!, figures.get(cases[0]!)!))
    return { rows, scriptBytes: await scriptBytes(graupel.origin, made.site) }
  } finally {
    await Promise.all([bare.stop(), graupel.stop()])
  }
}
