/**
 * `/p/`: counts sealed URLs. A 2xx says counted or refused for good; anything else says keep it and come again.
 * The answer to a refusal is the answer to a success, byte for byte: an image must never look broken,
 * and a forger must learn nothing.
 */
import { type Context, Hono } from 'hono'
import { read } from '../../sdk/wire/envelope'
import { agentRefusal } from '../ingest/agent'
import { judge } from '../ingest/clock'
import { crossed } from '../ingest/cross'
import { eventsOf, isChosen } from '../ingest/events'
import { type Facts, factsOf } from '../ingest/facts'
import { BODY_BYTES, ENVELOPES, URL_CHARACTERS } from '../ingest/limits'
import { fits } from '../ingest/origins'
import { eventOfPixel, fill, idOfPixel, pixelRefusal } from '../ingest/pixel'
import { hostOf } from '../ingest/place'
import { addressOf, socketOf } from '../ingest/proxy'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, hailsFor, shardOf } from '../ingest/shard'
import { type VerifiedBeacon, type VerifiedPixel, verify } from '../ingest/verify'
import { visitorOf, withVisitor } from '../ingest/visitor'
import { dateOf } from '../rollup/interval'
import type { App } from './access'
import { readBody } from './body'
import { type Delivery, deliver, tellRefusals } from './deliver'
import { type Deployment, deploymentOf } from './deployment'
import { NO_SITE } from './refusals'

/** The smallest picture there is: 43 bytes, transparent. */
const GIF = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='), (c) =>
  c.charCodeAt(0),
)

const HEADERS = {
  'Cache-Control': 'no-store',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Date',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Robots-Tag': 'noindex',
  'Referrer-Policy': 'no-referrer',
}

export const pixel = new Hono<App>()
  .get('/p/:text', async (c) => {
    const isImage = c.req.param('text').endsWith('.gif')
    const text = isImage ? c.req.param('text').slice(0, -'.gif'.length) : c.req.param('text')
    // An open slot makes the URL longer than its envelope; what nothing may be long is refused unread.
    await receive(c, text.length > URL_CHARACTERS ? 'too-big' : [text])
    return isImage ? answerImage() : answer()
  })
  .post('/p/', async (c) => {
    const body = await readBody(c.req.raw, BODY_BYTES)
    const texts = body?.split('\n').filter(Boolean)
    await receive(c, !texts || texts.length > ENVELOPES ? 'too-big' : texts)
    return answer()
  })
  .options('/p/*', answer)

/** Headers change only with the second that `Date` names, and to make them anew costs as much as opening the envelope. */
let made = { second: 0, empty: new Headers(), image: new Headers() }

function headersAt(now: number): typeof made {
  const second = Math.floor(now / 1000)
  if (made.second === second) return made
  const headers = { ...HEADERS, Date: new Date(now).toUTCString() }
  made = { second, empty: new Headers(headers), image: new Headers({ ...headers, 'Content-Type': 'image/gif' }) }
  return made
}

function answer(): Response {
  return new Response(null, { status: 204, headers: headersAt(Date.now()).empty })
}

function answerImage(): Response {
  return new Response(GIF, { headers: headersAt(Date.now()).image })
}

/** What one request shares. */
interface Reception {
  c: Context<App>
  deployment: Deployment
  sites: Map<number, Site>
  facts: Facts
  /** The client's: whoever reads it forgets it. */
  address: string | undefined
  now: number
}

async function receive(c: Context<App>, texts: string[] | Reason): Promise<void> {
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const context = { env: c.env, deployment, now }
  const refuse = (site: number, reason: Reason) => deployment.refusals.add(site, reason)
  if (typeof texts === 'string') {
    refuse(NO_SITE, texts)
    tellLater(c, context, [NO_SITE])
    return
  }
  const sites = await sitesOf(context, texts)
  const address = addressFor(c, deployment)
  const reception: Reception = { c, deployment, sites, facts: factsFor(c, deployment, address), address, now }
  const deliveries: Delivery[] = []
  const refusedAt = new Set<number>()
  for (const text of texts) {
    const result = await consider(text, reception)
    if ('events' in result) {
      deliveries.push(result)
      continue
    }
    refuse(result.site, result.refusal)
    refusedAt.add(result.site)
  }
  if (deliveries.length) await deliver(context, deliveries)
  tellLater(c, context, refusedAt)
}

/** Behind the answer: how long it takes must not say that something was refused. */
function tellLater(c: Context<App>, context: Parameters<typeof tellRefusals>[0], sites: Iterable<number>): void {
  for (const site of sites) {
    c.executionCtx.waitUntil(
      tellRefusals(context, site).catch((error) => console.error(`refusals of site ${site} wait: ${error}`)),
    )
  }
}

/** The listed sites that the envelopes name, so that verifying needs no call. */
async function sitesOf(
  { env, deployment, now }: { env: App['Bindings']; deployment: Deployment; now: number },
  texts: string[],
): Promise<Map<number, Site>> {
  const sites = new Map<number, Site>()
  for (const number of new Set(texts.map((text) => read(text)?.site ?? NO_SITE))) {
    const site = number === NO_SITE ? undefined : await deployment.directory.site(env, number, now)
    if (site) sites.set(number, site)
  }
  return sites
}

function factsFor(c: Context<App>, { geo }: Deployment, address: string | undefined): Facts {
  return factsOf({ header: (name) => c.req.header(name), cf: c.req.raw.cf, address }, geo)
}

function addressFor(c: Context<App>, { proxy }: Deployment): string | undefined {
  const header = (name: string) => c.req.header(name)
  return addressOf({ socket: socketOf(c.req.raw.cf, header), header }, proxy)
}

async function consider(text: string, reception: Reception): Promise<Delivery | { site: number; refusal: Reason }> {
  const { deployment, sites, now } = reception
  const { keys, shared } = deployment
  const verified = await verify(text, { keys, shared, siteOf: (number) => sites.get(number), now })
  if ('refusal' in verified) {
    const claimed = read(text)?.site ?? NO_SITE
    return { site: sites.has(claimed) ? claimed : NO_SITE, refusal: verified.refusal }
  }
  const site = sites.get(verified.site)!
  const result =
    verified.kind === 'beacon'
      ? await considerBeacon(verified, site, reception)
      : await considerPixel(verified, site, reception)
  return typeof result === 'string' ? { site: site.site, refusal: result } : result
}

async function considerBeacon(verified: VerifiedBeacon, site: Site, reception: Reception): Promise<Delivery | Reason> {
  const { c, facts, now } = reception
  const { plaintext, id } = verified
  const refusal = agentRefusal(facts.agent)
  if (refusal) return refusal
  const claims = { origin: c.req.header('origin'), referer: c.req.header('referer'), page: hostOf(plaintext.page) }
  if (!fits(site.origins, claims)) return 'origin'
  const judged = judge(plaintext.ts, now)
  if ('refusal' in judged) return judged.refusal
  const events = eventsOf(verified, facts, judged.at).map((event) => {
    const type = isChosen(event.type) ? reception.deployment.said.type(site.site, event.type) : event.type
    return crossed({ ...event, type }, site.cross)
  })
  const visitor = await visitorAt(judged.at, site, reception)
  return {
    site: site.site,
    ...hailsFor(id, site.shards, { ts: plaintext.ts, now }),
    id,
    ts: plaintext.ts,
    events: visitor === undefined ? events : withVisitor(events, visitor),
  }
}

/** Who it was, among those of this day; an event counts as well without. */
async function visitorAt(at: number, site: Site, { c, deployment, address, now }: Reception) {
  if (address === undefined) return undefined
  try {
    const key = await deployment.salts.key(c.env, dateOf(at, site.zones), now)
    return key && (await visitorOf(key, site.site, address, c.req.header('user-agent') ?? ''))
  } catch (error) {
    console.error(`site ${site.site}: a visitor can't be told apart now: ${error}`)
    return undefined
  }
}

async function considerPixel(
  verified: VerifiedPixel,
  site: Site,
  { c, facts, now }: Reception,
): Promise<Delivery | Reason> {
  // A browser that only prepares a page, or opens the picture as a page, has shown it to nobody.
  if (/prefetch|prerender/.test(c.req.header('sec-purpose') ?? '') || c.req.header('sec-fetch-dest') === 'document') {
    return 'prefetch'
  }
  const refusal = pixelRefusal(verified.pixel, facts.agent)
  if (refusal) return refusal
  const filled = fill(verified.pixel, new URL(c.req.url).searchParams)
  if ('refusal' in filled) return filled.refusal
  const id = await idOfPixel(verified, filled)
  const shard = id === undefined ? SHARD_WITHOUT_ID : shardOf(id, site.fixedShards)
  const events = [crossed(eventOfPixel(verified, filled, facts, now), site.cross)]
  return { site: site.site, shard, ...(id !== undefined && { id }), events }
}
