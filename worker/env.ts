/** What the runtime hands the Worker: three kinds of object, two folders, and settings as text. */
import type { Hail } from './hail/hail'
import type { Pod } from './pod/pod'
import type { Whale } from './whale/whale'

export interface Env {
  POD: DurableObjectNamespace<Pod>
  HAIL: DurableObjectNamespace<Hail>
  WHALE: DurableObjectNamespace<Whale>
  /** The folder of the operator's .mmdb; absent on Cloudflare, which derives geo itself. */
  GEO?: Fetcher
  /** The rendered pages of the demo; absent on Cloudflare. */
  DEMO?: Fetcher
  /** What one client may send from anywhere in a minute; on Cloudflare alone. */
  RATE?: RateLimit
  GRAUPEL_MASTER?: string
  GRAUPEL_ADMIN?: string
  GRAUPEL_URL?: string
  GRAUPEL_PROXY?: string
  GRAUPEL_GEO_FILE?: string
  GRAUPEL_DEMO?: string
  /** `off` where the runtime reaches nobody; else what names this start, and its upstreams. See pod/links. */
  GRAUPEL_FORWARD?: string
}

/** One Pod a deployment, one Whale a site, K Hails a site: their names, and nothing else names an object. */
export const pod = (env: Env) => env.POD.get(idOf(env.POD, 'pod', 'pod'))
export const whale = (env: Env, site: number) => env.WHALE.get(idOf(env.WHALE, 'whale', String(site)))
export const hail = (env: Env, site: number, shard: number) => env.HAIL.get(idOf(env.HAIL, 'hail', `${site}/${shard}`))

/** An id is a hash of its name, and asked for with each event: as dear as opening a second envelope. */
const ids = new Map<string, DurableObjectId>()
const MOST_IDS = 10_000

function idOf(namespace: Pick<DurableObjectNamespace, 'idFromName'>, kind: string, name: string): DurableObjectId {
  const key = `${kind} ${name}`
  const known = ids.get(key)
  if (known) return known
  if (ids.size >= MOST_IDS) ids.clear()
  const id = namespace.idFromName(name)
  ids.set(key, id)
  return id
}
