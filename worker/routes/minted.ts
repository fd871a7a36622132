/** What becomes of a minted pixel that opened: an event on its way to a Hail, or a reason why not. */
import { crossed } from '../ingest/cross'
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
