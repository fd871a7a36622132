/** What becomes of a beacon that opened: events on their way to a Hail, or a reason why not. */
import { agentRefusal } from '../ingest/agent'
import { isBeyond } from '../ingest/allow'
import { judge } from '../ingest/clock'
import { crossed } from '../ingest/cross'
import { eventsOf, isChosen } from '../ingest/events'
import { fetchRefusal } from '../ingest/fetched'
import { fits } from '../ingest/origins'
import { hostOf } from '../ingest/place'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { hailsFor } from '../ingest/shard'
import type { VerifiedBeacon } from '../ingest/verify'
import { withVisitor } from '../ingest/visitor'
import type { Delivery } from './deliver'
import { type Reception, visitorAt } from './reception'

export async function considerBeacon(
  verified: VerifiedBeacon,
  site: Site,
  reception: Reception,
): Promise<Delivery | Reason> {
  const { header, facts, client, now } = reception
  const { plaintext, id } = verified
  const refusal = agentRefusal(facts.agent) ?? fetchRefusal(header)
  if (refusal) return refusal
  const claims = { origin: header('origin'), referer: header('referer'), page: hostOf(plaintext.page) }
  if (!fits(site.origins, claims)) return 'origin'
  const judged = judge(plaintext.ts, now)
  if ('refusal' in judged) return judged.refusal
  const events = eventsOf(verified, facts, judged.at, site.allow).map((event) => {
    const type = isChosen(event.type) ? reception.said.type(site.site, event.type) : event.type
    return crossed({ ...event, type }, site.cross)
  })
  const visitor = await visitorAt(judged.at, site, reception)
  return {
    site: site.site,
    ...hailsFor(id, site.shards, { ts: plaintext.ts, now }),
    id,
    ts: plaintext.ts,
    events: visitor === undefined ? events : withVisitor(events, visitor),
    ...(visitor !== undefined && client !== undefined && site.rate !== false && { sender: visitor }),
    ...(plaintext.sayings.some((saying) => isBeyond(saying, site.allow)) && { note: 'metric' as const }),
  }
}
