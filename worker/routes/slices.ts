/**
 * `/api/slices`: takes what another Graupel forwards, by the write key of the site it is for, and says how far it has that
 * log. The answer names the site for good, so that two addresses of one deployment are known to be one.
 */
import { type Context, Hono } from 'hono'
import type { Event } from '../../sdk/wire/event'
import type { Received } from '../../sdk/wire/forward'
import { hail } from '../env'
import { place } from '../hail/ids'
import type { Entry } from '../hail/log'
import { LogQuery } from '../asked/deployment'
import { type ForwardedSlice, parseForwarded } from '../ingest/forwarded'
import { FORWARD_BODY_BYTES } from '../ingest/limits'
import { nameOf, type Site } from '../ingest/settings'
import { shardOf } from '../ingest/shard'
import { weightOf } from '../rollup/weight'
import { type App, siteFor } from './access'
import { readBody } from './body'
import { queryBy } from './parsed'
import { Problem } from './problem'
import { refusalEvents } from './refusals'

/** A row of the log must stay under the platform's 2 MB: what no house of ours sends is told apart event by event. */
const ENTRY_CHARACTERS = 400_000

export const slices = new Hono<App>()
  .get('/', async (c) => {
    const { site } = await siteFor(c, undefined, 'write', Date.now())
    const { source, generation } = queryBy(LogQuery, c.req.query())
    const cursor = await hail(c.env, site.site, shardFor(source, site)).cursorOf(source, generation)
    return answer(c, { receiver: nameOf(site), cursor })
  })
  .post('/', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, undefined, 'write', now)
    const parsed = parseForwarded(await bodyOf(c), now)
    if ('problem' in parsed) throw new Problem(400, parsed.problem)
    const { slice } = parsed
    refuseLoop(site, slice.via)
    const shard = shardFor(slice.source, site)
    const taken = await hail(c.env, site.site, shard).receive({ ...slice, entries: entriesOf(slice, now) })
    if ('problem' in taken) throw new Problem(400, taken.problem)
    return answer(c, { receiver: nameOf(site), cursor: taken.cursor })
  })

/** A source meets the same Hail for the site's life, since the cursor lies there. */
const shardFor = (source: string, { fixedShards }: Site): number => shardOf(source, fixedShards)

const answer = (c: Context<App>, received: Received): Response => c.json(received)

/** What came from here, by whatever way, would go round for ever. */
function refuseLoop(site: Site, via: readonly string[]): void {
  if (via.includes(nameOf(site))) throw new Problem(409, 'a loop: this site is forwarded to where this comes from')
}

async function bodyOf(c: Context<App>): Promise<unknown> {
  const body = await readBody(unpacked(c.req.raw), FORWARD_BODY_BYTES).catch(() => {
    throw new Problem(400, 'the body can not be unpacked')
  })
  if (body === undefined) throw new Problem(413, `the slice is larger than ${FORWARD_BODY_BYTES} bytes`)
  try {
    return JSON.parse(body)
  } catch {
    throw new Problem(400, 'the body is not JSON')
  }
}

/** Read in chunks, so that a small body that unpacks to a huge one is not. */
function unpacked(request: Request): Request {
  if (request.headers.get('content-encoding') !== 'gzip' || !request.body) return request
  return new Request(request.url, { method: 'POST', body: request.body.pipeThrough(new DecompressionStream('gzip')) })
}

function entriesOf({ entries, refused }: ForwardedSlice, now: number): Entry[] {
  const told = refused ? [refusalEvents([['forwarded', refused]], now)] : []
  return [...entries, ...told].flatMap((events) => {
    const entry = entryOf(events, now)
    return entry.text.length <= ENTRY_CHARACTERS ? [entry] : events.map((event) => entryOf([event], now))
  })
}

const entryOf = (events: Event[], now: number): Entry => ({
  ...place(undefined, now),
  text: JSON.stringify(events),
  weight: events.reduce((sum, event) => sum + weightOf(event), 0),
})
