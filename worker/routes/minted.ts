/** What becomes of a minted pixel that opened: an event on its way to a Hail, or a reason why not. */
import { crossed } from '../ingest/cross'
import { fetchRefusal } from '../ingest/fetched'
import { isOptedOut, NOBODY } from '../ingest/optout'
import { eventOfPixel, fill, idOfPixel, pixelRefusal } from '../ingest/pixel'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import type { VerifiedPixel } from '../ingest/verify'
import type { Delivery } from './deliver'
import type { Reception } from './reception'

export async function considerPixel(
  verified: VerifiedPixel,
  site: Site,
  { c, facts, now }: Reception,
): Promise<Delivery | Reason> {
  const header = (name: string) => c.req.header(name)
  const refusal = fetchRefusal(header) ?? pixelRefusal(verified.pixel, facts.agent)
  if (refusal) return refusal
  const filled = fill(verified.pixel, new URL(c.req.url).searchParams)
  if ('refusal' in filled) return filled.refusal
  const id = await idOfPixel(verified, filled)
  const shard = id === undefined ? SHARD_WITHOUT_ID : shardOf(id, site.fixedShards)
  const told = isOptedOut(site.respect, header) ? NOBODY : facts
  const events = [crossed(eventOfPixel(verified, filled, told, now), site.cross)]
  return { site: site.site, shard, ...(id !== undefined && { id }), events }
}
