/** What becomes of a minted pixel that opened: an event on its way to a Hail, or a reason why not. */
import { crossed } from '../ingest/cross'
import { PAGEVIEW } from '../ingest/events'
import { fetchRefusal } from '../ingest/fetched'
import { isOptedOut, NOBODY } from '../ingest/optout'
import { eventOfPixel, type Filled, fill, idOfCap, idOfPixel, pixelRefusal } from '../ingest/pixel'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import type { VerifiedPixel } from '../ingest/verify'
import { viewed } from '../ingest/viewed'
import { withVisitor } from '../ingest/visitor'
import { dateOf } from '../rollup/interval'
import type { Delivery } from './deliver'
import { type Reception, visitorAt } from './reception'

export async function considerPixel(
  verified: VerifiedPixel,
  site: Site,
  reception: Reception,
): Promise<Delivery | Reason> {
  const { header, url, facts } = reception
  const { pixel } = verified
  const claims = { origin: header('origin'), referer: header('referer') }
  const refusal = fetchRefusal(header) ?? pixelRefusal(pixel, facts.agent, claims)
  if (refusal) return refusal
  const isHidden = isOptedOut(site.respect, header)
  if (isHidden && pixel.type === PAGEVIEW) return 'opt-out'
  const filled = fill(pixel, new URL(url).searchParams)
  if ('refusal' in filled) return filled.refusal
  return isHidden
    ? deliveryOf({ verified, filled, site, now: reception.now, told: { facts: NOBODY } })
    : deliveryOf({ verified, filled, site, now: reception.now, ...(await whoSaw(verified, site, reception)) })
}

interface Seen {
  verified: VerifiedPixel
  filled: Filled
  site: Site
  now: number
  told: Parameters<typeof eventOfPixel>[2]
  /** Who it was, among those of this day; only asked for where it matters. */
  visitor?: number
}

async function deliveryOf({ verified, filled, site, now, told, visitor }: Seen): Promise<Delivery> {
  const { pixel, name } = verified
  const { once, cap } = pixel.options
  // Where nobody can be told from anybody, each request counts, and the browser's own cache keeps a reader to one.
  const shown = once && visitor !== undefined ? { visitor, date: dateOf(now, site.zones) } : undefined
  const id = await idOfPixel(verified, filled, shown)
  const event = crossed(eventOfPixel(verified, filled, told, now), site.cross)
  return {
    site: site.site,
    shard: shardOfPixel(cap === undefined ? id : await idOfCap(verified), site),
    ...(id !== undefined && { id }),
    ...(cap !== undefined && { cap: { name, most: cap, until: pixel.expires * 1000 } }),
    events: visitor !== undefined && pixel.type === PAGEVIEW ? withVisitor([event], visitor) : [event],
  }
}

/** All that a capped pixel counts meets one Hail, whatever its orders are: only one can know how often. */
const shardOfPixel = (id: string | undefined, { fixedShards }: Site): number =>
  id === undefined ? SHARD_WITHOUT_ID : shardOf(id, fixedShards)

async function whoSaw(
  { pixel }: VerifiedPixel,
  site: Site,
  reception: Reception,
): Promise<Pick<Seen, 'told' | 'visitor'>> {
  const { header, url, facts, now } = reception
  const isView = pixel.type === PAGEVIEW
  const visitor = isView || pixel.options.once ? await visitorAt(now, site, reception) : undefined
  const who = visitor === undefined ? {} : { visitor }
  if (!isView) return { told: { facts }, ...who }
  const { host } = new URL(url)
  const origins = pixel.options.origins ?? site.origins
  return { told: { facts, page: viewed({ host, origins, referer: header('referer') }) }, ...who }
}
