/** `/count`: events from an owner's own programs, by the site's write key. The caller's own agent and address are never looked at. */
import { type Context, Hono } from 'hono'
import type { Event } from '../../sdk/wire/event'
import { parseCounts } from '../ingest/count'
import { crossed } from '../ingest/cross'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import { visitorOf } from '../ingest/visitor'
import type { App } from './access'
import { deliver, type Outcome } from './deliver'
import { deploymentOf } from './deployment'
import { givenInBody, givenInQuery, jsonIn } from './given'
import { Problem } from './problem'

export const count = new Hono<App>()
  .get('/', async (c) => {
    const { site, given } = await givenInQuery(c, valueOf)
    return counted(c, site, given)
  })
  .post('/', async (c) => {
    const { site, given } = await givenInBody(c)
    return counted(c, site, given)
  })

/** `at` may be milliseconds. */
const valueOf = (name: string, text: string): unknown =>
  name === 'at' && /^-?\d+$/.test(text) ? Number(text) : jsonIn(name, text)

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
  const withoutId = deliveries.filter(({ id }) => id === undefined).length
  return tallied(c, outcomes, withoutId)
}

/** What became of each, and of how many a repeat could not be told. */
export function tallied(c: Context<App>, outcomes: readonly Outcome[], withoutId: number): Response {
  const amount = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length
  const [accepted, duplicates] = [amount('counted'), amount('duplicate')]
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
