/**
 * One event as a browser sends it, sealed by the script's own code with the key that it is served with, and its count
 * read back. It goes out twice, byte for byte, as a browser does that got no answer, and must count once.
 * Its type is `doctor`, so that it adds to no view, session or visitor, and every probe counts under the same few paths.
 */
import { pairSoon, renew } from '../seal/pair'
import { seal } from '../seal/seal'
import { tell } from '../tag'
import type { Config } from '../wire/config'
import type { Graph } from '../wire/query'
import { get } from './get'
import { ask, type Server } from './server'
import { Stop } from './stop'

const DOCTOR = 'doctor'
/** A real browser's, as the server refuses what names itself a program. */
export const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** As far as `/spy` reaches. */
const SPIED = 1_000
/** As the script does: what lies further ahead of when it was written would be refused. */
const AHEAD_MS = 8 * 86_400_000
const WIDTH = 1280

/** What of a site the probe must know, as the API answers it. */
export interface Probable {
  site: number
  name: string
  origins: readonly string[]
  prefixes: { script: string }
}

export interface Way {
  /** The origin that browsers are sent to, where it is another than the one that the API is asked at. */
  at?: string
  /** The page that it says it is sent from, as an origin; else one that the site allows. */
  page?: string
}

/** What became of it. */
export interface Probed {
  site: number
  /** How often it counted: once, where all is well. */
  counted: number
  /** From the first sending to its acknowledgement. */
  ms: number
  /** What the answer told every page: whether it may read it, and the server's time. */
  headers: Headers
  envelope: string
  page: string
}

/** Throws a Stop where it can't be sent at all. */
export async function probe(server: Server, name: string | number, way: Way = {}): Promise<Probed> {
  const site = await ask<Probable>(server, 'GET', `/api/sites/${encodeURIComponent(name)}`)
  const at = way.at ?? server.origin
  const page = way.page ?? pageOf(site.origins, at)
  const script = `${at}/${site.prefixes.script}/${site.site}.js`
  const config = await configOf(script, page)
  const mark = Math.random()
  const envelope = await sealed(config, script, [DOCTOR, new URL(page).host, mark])
  const target = new URL(config[4] + envelope, script)
  const before = await hits(server, site.site)
  const started = performance.now()
  const { headers } = await send(target, page)
  const ms = performance.now() - started
  await send(target, page)
  const counted = await countedOf(server, site.site, { mark, before })
  return { site: site.site, counted, ms, headers, envelope, page }
}

/** The first page that a site's list lets in; where it lets in all, the server's own. */
export function pageOf([origin]: readonly string[], own: string): string {
  if (origin === undefined) return new URL(own).origin
  const host = origin.replace('*.', 'www.')
  return host.includes('://') ? host : `https://${host}`
}

/** As a page of another origin asks for a script, a key, or a pixel. */
const asFrom = (page: string, dest: 'script' | 'empty') => ({
  'User-Agent': AGENT,
  'Accept-Language': 'en-US,en;q=0.9',
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Dest': dest,
  // A script tag names no origin.
  ...(dest === 'empty' && { Origin: page }),
})

/** The script as its tag gets it, and from beside it what the server wrote into it. */
async function configOf(script: string, page: string): Promise<Config> {
  const answer = await get(script, { headers: asFrom(page, 'script') })
  const type = answer.headers.get('content-type') ?? 'nothing'
  if (!answer.ok || !type.includes('javascript'))
    throw new Stop(`${script} is no script: it answered ${answer.status}, ${type}`)
  const beside = await get(`${script}on`, { headers: asFrom(page, 'empty') })
  const config: unknown = await beside.json().catch(() => undefined)
  if (!Array.isArray(config) || typeof config[2] !== 'string' || typeof config[4] !== 'string')
    throw new Stop(`${script}on holds no site's key: it answered ${beside.status}`)
  return config as unknown as Config // What the server writes for its own script.
}

/** A number that no path is made of tells it from another's: of what a browser may always say, `reward` takes any from 0 to 1. */
async function sealed(config: Config, script: string, [type, host, mark]: [string, string, number]): Promise<string> {
  tell(config, {}, script)
  renew()
  // Where there is no X25519 sealing makes its pair itself, as in a browser.
  await pairSoon().catch(() => undefined)
  const now = Math.max(config[6], Math.min(Date.now(), config[6] + AHEAD_MS))
  return seal(JSON.stringify([now, `${host}/`, '', WIDTH, ['c', {}, { reward: mark }, type]]))
}

async function send(target: URL, page: string): Promise<Response> {
  const answer = await get(target, { headers: asFrom(page, 'empty') })
  if (answer.status === 204) return answer
  const wait = answer.headers.get('retry-after')
  const later = wait === null ? '' : ` and asks to come again in ${wait} s`
  throw new Stop(
    `an event sent to ${target.origin}${new URL('.', target).pathname} got ${answer.status}${later}, not 204`,
  )
}

async function hits(server: Server, site: number): Promise<number> {
  const { series } = await ask<Graph>(server, 'GET', `/graph?site=${site}&type=${DOCTOR}&period=all&interval=all`)
  return series[0]?.total ?? 0
}

interface Sighting {
  metrics: Record<string, number>
}

/**
 * Others may be probing the same site just now, and their events are counted with ours. Which are ours the last events
 * say, by the mark; that they have come into the rollups, the total. Where a busy site has driven ours out of the last
 * events, the total alone must do.
 */
async function countedOf(
  server: Server,
  site: number,
  { mark, before }: { mark: number; before: number },
): Promise<number> {
  const more = (await hits(server, site)) - before
  const { events } = await ask<{ events: Sighting[] }>(server, 'GET', `/spy?site=${site}&type=${DOCTOR}&limit=${SPIED}`)
  const ours = events.filter(({ metrics }) => metrics.reward === mark).length
  return ours ? Math.min(ours, more) : more
}
