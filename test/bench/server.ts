/**
 * The server: the bundle on plain workerd under load from another process, in turn with a Worker that only says 204.
 * Machines are noisy, so what counts is the ratio of the two in the same minute.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { call, makeSite, statusOf, total } from '../flow/api'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor'
import { type Figure, say } from './figure'
import type { Load, Seen, Shot } from './load'
import { loaded } from './loaded'
import { cpuSeconds } from './process'
import { type Serving, serveBare, serveGraupel } from './serving'

const CONNECTIONS = 64
const ROUNDS = 3
/** Multiples of the connections, so that each is sent and none twice; two slices and little more, so that what is sent is merged. */
const EVENTS = 160 * CONNECTIONS
const SLICE = 5_000
const BARE_REQUESTS = 300 * CONNECTIONS
const BATCHES = 8 * CONNECTIONS
const BATCH = 20
/** As many as the script seals with one pair of keys. */
const VIEWS_A_LOAD = 150
/** How often is looked whether slices are merged, and how long at the most. */
const LOOK_MS = 50
const PATIENCE_MS = 10_000

/** What was promised of a case. */
interface Promised {
  /** Seconds of CPU per 1,000 events, at most. */
  cpu: number
  /** Events a second to the bare 204's, at least. */
  ratio: number
}

interface Case {
  name: string
  serving: Serving
  /** Its load, made anew for each round: an envelope counts once. */
  load(): Load
  eventsPerRequest: number
  /** Each counts at a site of its own, where its events must be found again; the bare one counts nothing. */
  site?: number
  type: string
  promised?: Promised
}

/** What one round saw. */
interface Round extends Seen {
  /** Seconds of server CPU per 1,000 requests, what was merged of them included. */
  cpu: number
}

/** One case, from a process of its own; what it saw, and what the server spent. */
async function measure({ serving, load, site }: Case): Promise<Round> {
  const made = load()
  const before = cpuSeconds(serving.pid)
  const seen = await loaded(made)
  if (site) await merged(serving, site)
  return { ...seen, cpu: ((cpuSeconds(serving.pid) - before) / seen.succeeded) * 1000 }
}

/** Waits until every whole slice is merged: that is part of what an event costs. */
async function merged(serving: Serving, site: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const { shards } = await statusOf(serving, site)
    if (shards.every(({ waiting }) => waiting < SLICE)) return
    await pause(LOOK_MS)
  }
  throw new Error('slices are not merged')
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

/** The URLs of one pixel, each another order. */
function orders(url: string): Shot[] {
  const run = Math.random().toString(36).slice(2)
  const { pathname } = new URL(url)
  return Array.from({ length: EVENTS }, (_, i) => ({
    method: 'GET',
    path: `${pathname}?dollars=${i % 500}&order=${run}${i}`,
  }))
}

async function mintedAt(graupel: Serving, site: number): Promise<string> {
  const wish = { type: 'order', dimensions: { sales: 'shop' }, slots: { dollars: [0, 500], order: 1 } }
  const { status, body } = await call<{ url: string }>(graupel, 'POST', `/api/sites/${site}/pixels`, wish)
  if (status !== 201) throw new Error(`not minted: ${status}`)
  return body.url
}

const BEACONS: { name: string; perLoad: number; promised?: Promised }[] = [
  { name: 'each a new page load', perLoad: 1, promised: { cpu: 0.32, ratio: 0.12 } },
  { name: 'two per page load', perLoad: 2, promised: { cpu: 0.25, ratio: 0.15 } },
  { name: 'of few page loads', perLoad: VIEWS_A_LOAD },
]

async function casesOf(bare: Serving, graupel: Serving): Promise<Case[]> {
  const agent = { 'user-agent': CHROME }
  const load = ({ origin }: Serving, shots: Shot[], amount = shots.length, headers: Load['headers'] = agent): Load => ({
    origin,
    connections: CONNECTIONS,
    shots,
    amount,
    headers,
  })
  const beacons = BEACONS.map(async ({ name, perLoad, promised }): Promise<Case> => {
    const { site } = await makeSite(graupel)
    const key = await siteKey(graupel.origin, site)
    return {
      name: `beacons, ${name}`,
      serving: graupel,
      load: () => load(graupel, views(key, EVENTS, perLoad)),
      eventsPerRequest: 1,
      site,
      type: 'pageview',
      ...(promised && { promised }),
    }
  })
  const pixels = await makeSite(graupel)
  const url = await mintedAt(graupel, pixels.site)
  const { site, keys } = await makeSite(graupel)
  const write = { ...agent, 'content-type': 'application/json', authorization: `Bearer ${keys.write}` }
  const served = { serving: graupel, eventsPerRequest: 1 }
  const empty = load(bare, [{ method: 'GET', path: '/' }], BARE_REQUESTS)
  return [
    { name: 'bare 204', serving: bare, load: () => empty, eventsPerRequest: 1, type: '' },
    ...(await Promise.all(beacons)),
    { ...served, name: 'pixels', load: () => load(graupel, orders(url)), site: pixels.site, type: 'order' },
    {
      ...served,
      name: `/count, batches of ${BATCH}`,
      load: () => load(graupel, batches(site), BATCHES, write),
      eventsPerRequest: BATCH,
      site,
      type: 'bench',
    },
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
function rowOf({ name, eventsPerRequest }: Case, rounds: Round[], bare: Round[]): Row {
  const of = (pick: (round: Round, i: number) => number) => median(rounds.map(pick))
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

/** What was promised, and what became of it. */
function figuresOf({ name, promised }: Case, row: Row): Figure[] {
  if (!promised) return []
  return [
    { name: `CPU per 1,000 ${name}`, value: row.cpu, unit: 's', budget: promised.cpu, bare: row.cpuRatio },
    {
      name: `acknowledged events/s ÷ bare 204, ${name}`,
      value: row.ratio,
      unit: '',
      budget: promised.ratio,
      isSpeed: true,
      bare: row.ratio,
      note: `${row.eventsPerSecond.toFixed(0)}/s`,
    },
  ]
}

export interface Served {
  figures: Figure[]
  rows: Row[]
}

export async function measureServer(scratch: string, bundle: string): Promise<Served> {
  const bare = await serveBare()
  const graupel = await serveGraupel(bundle, join(scratch, 'server'))
  try {
    const cases = await casesOf(bare, graupel)
    const rounds = new Map(cases.map((each) => [each, [] as Round[]]))
    const sent = new Map(cases.map((each) => [each, 0]))
    for (let round = 0; round <= ROUNDS; round++) {
      for (const each of cases) {
        const seen = await measure(each)
        sent.set(each, sent.get(each)! + seen.succeeded * each.eventsPerRequest)
        const rate = (seen.perSecond * each.eventsPerRequest).toFixed(0).padStart(7)
        say(`${round ? `round ${round}` : 'warming'}: ${each.name.padEnd(30)} ${rate} events/s`)
        if (round > 0) rounds.get(each)!.push(seen)
      }
    }
    for (const [{ site, type, name }, events] of sent) {
      const counted = site && (await total(graupel, site, 'hits', [], { type }))
      if (site && counted !== events) throw new Error(`${name}: sent ${events}, counted ${counted}`)
    }
    say('every event is counted, once')
    const rows = cases.map((each) => rowOf(each, rounds.get(each)!, rounds.get(cases[0]!)!))
    return { rows, figures: cases.flatMap((each, i) => figuresOf(each, rows[i]!)) }
  } finally {
    await Promise.all([bare.stop(), graupel.stop()])
  }
}
