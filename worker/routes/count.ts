/** `/count`: events from an owner's own programs, by the site's write key. The caller's own agent and address are never looked at. */
import { type Context, Hono } from 'hono'
import type { Event } from '../../sdk/wire/event'
import { parseCounts } from '../ingest/count'
import { crossed } from '../ingest/cross'
import { COUNT_BODY_BYTES } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import { visitorOf } from '../ingest/visitor'
import { type App, bearerFor, siteFor } from './access'
import { readBody } from './body'
import { deliver, type Outcome } from './deliver'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

export const count = new Hono<App>()
  .get('/', async (c) => {
    // A look changes nothing, and the router takes one for a GET.
    if (c.req.method === 'HEAD') throw new Problem(405, '/count takes GET, POST')
    const { site: asked, ...query } = c.req.query()
    const { site } = await siteFor(c, asked, 'write', Date.now())
    const event = Object.fromEntries(Object.entries(query).map(([name, text]) => [name, valueOf(name, text)]))
    return counted(c, site, event)
  })
  .post('/', async (c) => {
    await bearerFor(c, 'write', Date.now())
    const body = await readBody(c.req.raw, COUNT_BODY_BYTES)
    if (body === undefined) throw new Problem(413, `the body is larger than ${COUNT_BODY_BYTES} bytes`)
    const given = parsed(body)
    const { site } = await siteFor(c, c.req.query('site') ?? siteNamedIn(given), 'write', Date.now())
    return counted(c, site, given)
  })

/** JSON, or NDJSON: one event a line. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    const lines = body.split('\n').filter((line) => line.trim())
    if (lines.length < 2)
      throw new Problem(400, `the body is not JSON: ${error instanceof Error ? error.message : error}`)
    return lines.map((line, index) => {
      try {
        return JSON.parse(line)
      } catch {
        throw new Problem(400, `line ${index + 1} is not JSON`, `[${index}]`)
      }
    })
  }
}

/** The site may stand in the event instead of the URL; all events of a call are of one site. */
function siteNamedIn(given: unknown): string | undefined {
  const named = (Array.isArray(given) ? given : [given]).flatMap((event: unknown) =>
    typeof event === 'object' && event !== null && 'site' in event && isName(event.site) ? [String(event.site)] : [],
  )
  if (new Set(named).size > 1) throw new Problem(400, 'all events of one call must be of one site', 'site')
  return named[0]
}

/** Else the event is none, as its schema will say. */
const isName = (site: unknown): boolean => typeof site === 'string' || typeof site === 'number'

/** In a query, as HailWhale: what begins like JSON is JSON, and `at` may be milliseconds. */
function valueOf(name: string, text: string): unknown {
  if (name === 'at' && /^-?\d+$/.test(text)) return Number(text)
  if (!/^[[{"]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, `${name} begins like JSON and is not`, name)
  }
}

/** Sessions are told by the time between a visitor's events; where the sender tells one, that is what counts. */
function eventBy(visitor: number | undefined | '', event: Event, { cross }: Site) {
  const crossedEvent = crossed(event, cross)
  if (!visitor) return { events: [crossedEvent] }
  return { events: [{ ...crossedEvent, visitor }], visit: { visitor, at: event.at } }
}

async function counted(c: Context<App>, site: Site, given: unknown): Promise<Response> {
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const result = await parseCounts(given, { now, ...(deployment.geo && { geo: deployment.geo }) })
  if ('problem' in result) throw new Problem(400, result.problem.message, result.problem.field)
  // An id is remembered from its first arrival, whatever time the event names: a retry may name another.
  const deliveries = await Promise.all(
    result.items.map(async ({ id, visitor, event }) => ({
      site: site.site,
      shard: id === undefined ? SHARD_WITHOUT_ID : shardOf(id, site.fixedShards),
      ...(id !== undefined && { id }),
      ...eventBy(visitor && (await visitorOf(await deployment.keys.visitorKey(site.site), visitor)), event, site),
    })),
  )
  const outcomes = await deliver({ env: c.env, deployment, now }, deliveries)
  const amount = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length
  const [accepted, duplicates] = [amount('counted'), amount('duplicate')]
  const withoutId = deliveries.filter(({ id }) => id === undefined).length
  return c.json(
    {
      accepted,
      duplicates,
      refused: outcomes.length - accepted - duplicates,
      ...(withoutId && { notDeduplicated: withoutId }),
    },
    200,
    { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*' },
  )
}
