/**
 * What an isolate holds for its whole life: keys, the list of sites, refusals not yet told, the geo file.
 * Only resolved values are kept, never a promise of one request that another would wait for.
 */
import type { Env } from '../env'
import type { Allowance } from '../ingest/allowance'
import { GeoFile } from '../ingest/geo'
import { Keys, parseMaster } from '../ingest/keys'
import { parseProxy, type TrustedProxy } from '../ingest/proxy'
import { Said } from '../ingest/said'
import { SharedKeys } from '../ingest/shared'
import { Directory } from '../pod/directory'
import { Salts } from '../pod/salts'
import { Boards } from './boards'
import { Problem } from './problem'
import { rates } from './rate'
import { Refusals } from './refusals'

export interface Deployment {
  keys: Keys
  shared: SharedKeys
  directory: Directory
  refusals: Refusals
  salts: Salts
  said: Said
  boards: Boards
  rates: Allowance
  proxy: TrustedProxy | undefined
  geo: GeoFile | undefined
}

/** Nobody counts how often a token is tried: ours hold 256 random bits. */
const ADMIN_CHARACTERS = 24

/** Where there is none, or one that could be guessed, nobody is the admin, and what comes is counted all the same. */
export const adminToken = ({ GRAUPEL_ADMIN }: Env): string | undefined =>
  // What the runtime was not told may be null.
  GRAUPEL_ADMIN && GRAUPEL_ADMIN.length >= ADMIN_CHARACTERS ? GRAUPEL_ADMIN : undefined

export const guessable = (env: Env): string | undefined =>
  env.GRAUPEL_ADMIN && !adminToken(env)
    ? `GRAUPEL_ADMIN is shorter than ${ADMIN_CHARACTERS} characters, and could be guessed: nobody is the admin`
    : undefined

let deployment: Deployment | undefined

export async function deploymentOf(env: Env): Promise<Deployment> {
  deployment ??= await build(env)
  return deployment
}

async function build(env: Env): Promise<Deployment> {
  // A Worker without its master never invents one: what it sealed could not be opened by the next.
  if (!env.GRAUPEL_MASTER) throw new Problem(503, 'no master key: GRAUPEL_MASTER is not set')
  const master = parseMaster(env.GRAUPEL_MASTER)
  if ('problem' in master) throw new Problem(503, `no master key: ${master.problem}`)
  const keys = new Keys(master)
  return {
    keys,
    shared: new SharedKeys(keys),
    directory: new Directory(),
    refusals: new Refusals(),
    salts: new Salts(),
    said: new Said(),
    boards: new Boards(),
    rates: rates(),
    proxy: proxyOf(env),
    geo: await geoOf(env),
  }
}

function proxyOf(env: Env): TrustedProxy | undefined {
  if (!env.GRAUPEL_PROXY) return undefined
  const proxy = parseProxy(env.GRAUPEL_PROXY)
  if ('problem' in proxy) throw new Problem(503, `GRAUPEL_PROXY: ${proxy.problem}`)
  return proxy
}

async function geoOf(env: Env): Promise<GeoFile | undefined> {
  if (!env.GRAUPEL_GEO_FILE || !env.GEO) return undefined
  const response = await env.GEO.fetch(`http://geo/${encodeURIComponent(env.GRAUPEL_GEO_FILE)}`)
  if (!response.ok) throw new Problem(503, `GRAUPEL_GEO: ${env.GRAUPEL_GEO_FILE} can't be read`)
  return new GeoFile(new Uint8Array(await response.arrayBuffer()))
}
