/**
 * `/p/`: counts sealed URLs. A 2xx says counted or refused for good; anything else says keep it and come again.
 * The answer to a refusal is the answer to a success, byte for byte: an image must never look broken,
 * and a forger must learn nothing. What comes too fast is told so before anything is opened.
 */
import { type Context, Hono } from 'hono'
import { readName } from '../../sdk/wire/address'
import { read } from '../../sdk/wire/envelope'
import { clientOf } from '../ingest/client'
import { BODY_BYTES, ENVELOPES, URL_CHARACTERS } from '../ingest/limits'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import type { App } from './access'
import { readBody } from './body'
import { consider } from './consider'
import { type Delivery, deliver, tellRefusals } from './deliver'
import { type Deployment, deploymentOf } from './deployment'
import { keptToMidnight, NOT_KEPT } from './keeping'
import { secondsToWait } from './rate'
import type { Reception } from './reception'
import { NO_SITE } from './refusals'
import { addressFor, factsFor } from './sender'

/** The smallest picture there is: 43 bytes, transparent. */
const GIF = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='), (c) =>
  c.charCodeAt(0),
)

const HEADERS = {
  'Cache-Control': NOT_KEPT,
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Date, Retry-After',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Robots-Tag': 'noindex',
  'Referrer-Policy': 'no-referrer',
}

export const pixel = new Hono<App>()
  .get('/p/:text', async (c) => {
    const now = Date.now()
    const { text, isImage, isOnce } = readName(c.req.param('text'))
    // Who asks for headers alone looks whether there is something, and shows it to nobody.
    if (c.req.method === 'HEAD') return isImage ? answerImage() : answer()
    // An open slot makes the URL longer than its envelope; what nothing may be long is refused unread.
    const wait = await receive(c, text.length > URL_CHARACTERS ? 'too-big' : [text])
    if (wait) return answerLater(wait, isImage && read(text)?.kind === 'pixel')
    const answered = isImage ? answerImage() : answer()
    // By the clock before it was counted: an event of today must not be kept for tomorrow.
    if (isOnce) answered.headers.set('Cache-Control', await keptToMidnight(c, text, now))
    return answered
  })
  .post('/p/', async (c) => {
    const body = await readBody(c.req.raw, BODY_BYTES)
    const texts = body?.split('\n').filter(Boolean)
    const wait = await receive(c, !texts || texts.length > ENVELOPES ? 'too-big' : texts)
    return wait ? answerLater(wait, false) : answer()
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

/**
 * Nothing was taken: come again. A picture that loads tells the script that its event arrived, whatever the status, so that a
 * beacon gets none; a pixel is shown to people, and nothing of it comes again.
 */
function answerLater(seconds: number, isShown: boolean): Response {
  const { empty, image } = headersAt(Date.now())
  const headers = new Headers(isShown ? image : empty)
  headers.set('Retry-After', String(seconds))
  return new Response(isShown ? GIF : null, { status: 429, headers })
}

/** Seconds after which all of it may come again; 0 where it was counted or refused for good. */
async function receive(c: Context<App>, texts: string[] | Reason): Promise<number> {
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const context = { env: c.env, deployment, now }
  const refuse = (site: number, reason: Reason, events = 1) => deployment.refusals.add(site, reason, events)
  if (typeof texts === 'string') {
    refuse(NO_SITE, texts)
    tellLater(c, context, [NO_SITE])
    return 0
  }
  const { sites, amounts } = await sitesOf(context, texts)
  const address = addressFor(c, deployment)
  const client = clientOf(address, deployment.proxy)
  const wait = await secondsToWait({ ...context, rates: deployment.rates, client, amounts, sites })
  if (wait) {
    for (const site of sites.keys()) refuse(site, 'rate', amounts.get(site))
    tellLater(c, context, sites.keys())
    return wait
  }
  const reception: Reception = {
    env: c.env,
    url: c.req.url,
    header: (name) => c.req.header(name),
    deployment,
    said: deployment.said,
    sites,
    facts: factsFor(c, deployment, address),
    address,
    client,
    now,
  }
  const deliveries: Delivery[] = []
  const refusedAt = new Set<number>()
  for (const text of texts) {
    const result = await consider(text, reception)
    if ('events' in result) {
      deliveries.push(result, ...(result.apart ?? []))
      continue
    }
    refuse(result.site, result.refusal)
    refusedAt.add(result.site)
  }
  const outcomes = deliveries.length ? await deliver(context, deliveries) : []
  for (const [i, outcome] of outcomes.entries()) {
    const { site, note } = deliveries[i]!
    const reason = outcome === 'counted' ? note : outcome
    if (!reason || reason === 'duplicate') continue
    refuse(site, reason)
    refusedAt.add(site)
  }
  tellLater(c, context, refusedAt)
  return 0
}

/** Behind the answer: how long it takes must not say that something was refused. */
export function tellLater(c: Context<App>, context: Parameters<typeof tellRefusals>[0], sites: Iterable<number>): void {
  for (const site of sites) {
    c.executionCtx.waitUntil(
      tellRefusals(context, site).catch((error) => console.error(`refusals of site ${site} wait: ${error}`)),
    )
  }
}

/** The listed sites that the envelopes name, so that verifying needs no call, and how many name each. */
async function sitesOf(
  { env, deployment, now }: { env: App['Bindings']; deployment: Deployment; now: number },
  texts: string[],
): Promise<{ sites: Map<number, Site>; amounts: Map<number, number> }> {
  const sites = new Map<number, Site>()
  const amounts = new Map<number, number>()
  for (const [number, { length }] of Map.groupBy(texts, (text) => read(text)?.site ?? NO_SITE)) {
    const site = number === NO_SITE ? undefined : await deployment.directory.site(env, number, now)
    if (site) sites.set(number, site)
    const listed = site ? number : NO_SITE
    amounts.set(listed, (amounts.get(listed) ?? 0) + length)
  }
  return { sites, amounts }
}
