/** What becomes of a beacon that opened: events on their way to a Hail, or a reason why not. */
import type { Saying } from '../../sdk/wire/event'
import type { Note } from '../../sdk/wire/note'
import { agentRefusal } from '../ingest/agent'
import { isBeyond } from '../ingest/allow'
import { judge } from '../ingest/clock'
import { crossed } from '../ingest/cross'
import { isDecided, noteOf } from '../ingest/decided'
import { eventsOf, isChosen, type Notes } from '../ingest/events'
import { fetchRefusal } from '../ingest/fetched'
import { fits } from '../ingest/origins'
import { hostOf } from '../ingest/place'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { hailsFor } from '../ingest/shard'
import type { VerifiedBeacon } from '../ingest/verify'
import { withVisitor } from '../ingest/visitor'
import type { Delivery } from './deliver'
import { exposureOf, isExposure } from './exposure'
import { type Reception, visitorAt } from './reception'
import { isVain } from './vain'

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
  const notes = await notesOf(plaintext.sayings, site, reception)
  const events = eventsOf(verified, facts, judged.at, { ...(site.allow && { allow: site.allow }), notes }).map(
    (event) => {
      const type = isChosen(event.type) ? reception.said.type(site.site, event.type) : event.type
      return crossed({ ...event, type }, site.cross)
    },
  )
  const visitor = await visitorAt(judged.at, site, reception)
  const told = visitor === undefined ? events : withVisitor(events, visitor)
  const exposures = await Promise.all(told.filter(isExposure).map((event) => exposureOf(event, site, now)))
  const apart = exposures.filter((delivery) => delivery !== undefined)
  const isKnown = plaintext.sayings.every((saying) => !isDecided(saying) || notes.has(saying))
  const note = isKnown && apart.length === exposures.length ? noteOn(plaintext.sayings, site) : 'decision'
  return {
    site: site.site,
    ...hailsFor(id, site.shards, { ts: plaintext.ts, now }),
    id,
    ts: plaintext.ts,
    events: told.filter((event) => !isExposure(event)),
    ...(apart.length && { apart }),
    ...(visitor !== undefined && client !== undefined && site.rate !== false && { sender: visitor }),
    ...(note && { note }),
  }
}

/** What of the sayings is of a decision, was decided here, and is not known to be told in vain. */
async function notesOf(sayings: readonly Saying[], site: Site, { env, deployment, now }: Reception): Promise<Notes> {
  const notes = new Map<Saying, Note>()
  const said = sayings.filter(isDecided)
  const experiments = said.length ? await deployment.boards.list(env, site, now) : undefined
  for (const saying of said) {
    const note = await noteOf(saying, deployment.keys, site)
    if (note && !isVain(note, experiments, now)) notes.set(saying, note)
  }
  return notes
}

/** What the owner is told of an event that counts, and not all of it. */
const noteOn = (sayings: readonly Saying[], { allow }: Site): Reason | undefined =>
  sayings.some((saying) => isBeyond(saying, allow)) ? 'metric' : undefined
