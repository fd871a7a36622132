/** What becomes of a minted pixel that opened: an event on its way to a Hail, or a reason why not. */
import { crossed } from '../ingest/cross'
import { PAGEVIEW } from '../ingest/events'
import { eventOfPixel, type Filled, fill, idOfCap, idOfPixel, pixelRefusal } from '../ingest/pixel'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import type { VerifiedPixel } from '../ingest/verify'
import { isOptedOut, viewed } from '../ingest/viewed'
import { withVisitor } from '../ingest/visitor'
import { dateOf } from '../rollup/interval'
import type { Delivery } from './deliver'
import { isOnlyPrepared } from './keeping'
import { type Reception, visitorAt } from './reception'

export async function considerPixel(
  verified: VerifiedPixel,
  site: Site,
  reception: Reception,
): Promise<Delivery | Reason> {
  const { c, facts } = reception
  const { pixel } = verified
  if (isOnlyPrepared(c)) return 'prefetch'
  const claims = { origin: c.req.header('origin'), referer: c.req.header('referer') }
  const refusal = pixelRefusal(pixel, facts.agent, claims)
  if (refusal) return refusal
  if (pixel.type === PAGEVIEW && isOptedOut(site.respect, (name) => c.req.header(name))) return 'opt-out'
  const filled = fill(pixel, new URL(c.req.url).searchParams)
  if ('refusal' in filled) return filled.refusal
  return deliveryOf(verified, filled, site, reception)
}

async function deliveryOf(
  verified: VerifiedPixel,
  filled: Filled,
  site: Site,
  reception: Reception,
): Promise<Delivery> {
  const { now } = reception
  const { pixel, name } = verified
  const { once, cap } = pixel.options
  const isView = pixel.type === PAGEVIEW
  const visitor = once || isView ? await visitorAt(now, site, reception) : undefined
  // Where nobody can be told from anybody, each request counts, and the browser's own cache keeps a reader to one.
  const shown = once && visitor !== undefined ? { visitor, date: dateOf(now, site.zones) } : undefined
  const id = await idOfPixel(verified, filled, shown)
  const event = crossed(eventOfPixel(verified, filled, factsOf(isView, verified, site, reception), now), site.cross)
  return {
    site: site.site,
    shard: shardOfPixel(cap === undefined ? id : await idOfCap(verified), site),
    ...(id !== undefined && { id }),
    ...(cap !== undefined && { cap: { name, most: cap, until: pixel.expires * 1000 } }),
    events: isView && visitor !== undefined ? withVisitor([event], visitor) : [event],
  }
}

/** All that a capped pixel counts meets one Hail, whatever its orders are: only one can know how often. */
const shardOfPixel = (id: string | undefined, { fixedShards }: Site): number =>
  id === undefined ? SHARD_WITHOUT_ID : shardOf(id, fixedShards)

function factsOf(isView: boolean, { pixel }: VerifiedPixel, { origins }: Site, { c, facts }: Reception) {
  if (!isView) return { facts }
  const { host } = new URL(c.req.url)
  const showing = { host, origins: pixel.options.origins ?? origins, referer: c.req.header('referer') }
  return { facts, page: viewed(showing) }
}
