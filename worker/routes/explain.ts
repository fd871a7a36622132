/**
 * `/api/explain`: an envelope, and what would become of it if it came in such a request. It counts nothing, refuses nothing
 * into the statistics and keeps nothing of what it was asked. What of a request is left out is not judged.
 */
import { type Context, Hono } from 'hono'
import { readName } from '../../sdk/wire/address'
import { read } from '../../sdk/wire/envelope'
import { Explaining } from '../asked/explain'
import { factsOf } from '../ingest/facts'
import { BODY_BYTES, ENVELOPES, URL_CHARACTERS } from '../ingest/limits'
import { NOBODY } from '../ingest/optout'
import type { Site } from '../ingest/settings'
import { type App, bearerFor, originOf } from './access'
import { readBody } from './body'
import { clientSeen } from './client'
import { type Deployment, deploymentOf } from './deployment'
import { type Explained, explained, unread } from './explained'
import { bodyBy } from './parsed'
import { Problem } from './problem'
import type { Reception } from './reception'

/** JSON may write each byte of an envelope's text as six. */
const MOST_BYTES = 8 * BODY_BYTES

export const explain = new Hono<App>().post('/', async (c) => {
  const now = Date.now()
  await bearerFor(c, 'admin', now)
  const asked = askedIn(await readBody(c.req.raw, MOST_BYTES))
  const deployment = await deploymentOf(c.env)
  const answer = { client: clientSeen(c, deployment, now), envelopes: await all(c, asked, deployment, now) }
  return c.json(answer)
})

function askedIn(body: string | undefined): Explaining {
  if (body === undefined) throw new Problem(413, `the body is larger than ${MOST_BYTES} bytes`)
  return bodyBy(Explaining, parsedJson(body || '{}'))
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function all(c: Context<App>, asked: Explaining, deployment: Deployment, now: number): Promise<Explained[]> {
  const written = (asked.envelope ?? '').split('\n').map((each) => each.trim())
  const lines = written.filter(Boolean).map(lineOf)
  if (lines.length > ENVELOPES) return [unread('too-big')]
  const answers: Explained[] = []
  for (const { text, query, isUrl } of lines) {
    const site = await siteOf(c, deployment, text, now)
    const reception = receptionOf(c, { asked, deployment, query, site, isImage: read(text)?.kind === 'pixel' })
    const isLong = isUrl && text.length > URL_CHARACTERS
    answers.push(isLong ? unread('too-big') : await explained(text, reception, originOf(c)))
  }
  return answers
}

interface Line {
  text: string
  query: string
  isUrl: boolean
}

/** A share stands in a query, all else at the end of a path. */
function lineOf(written: string): Line {
  if (!/[/?]/.test(written)) return { ...readName(written), query: '', isUrl: false }
  const [, path = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(written) ?? []
  const share = new URLSearchParams(query).get('share')
  if (share !== null) return { text: share, query: '', isUrl: true }
  return { ...readName(path.slice(path.lastIndexOf('/') + 1)), query, isUrl: true }
}

async function siteOf(c: Context<App>, { directory }: Deployment, text: string, now: number) {
  const number = read(text)?.site
  return number === undefined ? undefined : directory.site(c.env, number, now)
}

interface Supposed {
  asked: Explaining
  deployment: Deployment
  query: string
  site: Site | undefined
  /** A picture's request tells its page by Referer, a script's by Origin. */
  isImage: boolean
}

/** The request as it is supposed to be. It has no address where visitors are told apart, or a day's salt would be made for it. */
function receptionOf(c: Context<App>, { asked, deployment, query, site, isImage }: Supposed): Reception {
  const { page, agent, address, headers, at } = asked
  const named = new Map(Object.entries(headers ?? {}).map(([name, text]) => [name.toLowerCase(), text]))
  if (typeof agent === 'string') named.set('user-agent', agent)
  if (typeof page === 'string') named.set(isImage ? 'referer' : 'origin', isImage ? page : new URL(page).origin)
  const header = (name: string) => named.get(name)
  const facts = factsOf({ header, cf: undefined, address: address ?? undefined }, deployment.geo)
  const url = new URL(c.req.url)
  url.search = query
  return {
    env: c.env,
    url: url.href,
    header,
    deployment,
    said: { type: (number, type) => deployment.said.asked(number, type) },
    sites: new Map(site && [[site.site, site]]),
    facts: named.has('user-agent') ? facts : { ...facts, agent: NOBODY.agent },
    address: undefined,
    client: undefined,
    now: at ?? Date.now(),
  }
}
