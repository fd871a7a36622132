/** What becomes of a beacon that opened: events on their way to a Hail, or a reason why not. */
import type { Event, Saying } from '../../sdk/wire/event'
import type { Note } from '../../sdk/wire/note'
import { rewardsOf } from '../decide/worth'
import { agentRefusal } from '../ingest/agent'
import { isBeyond } from '../ingest/allow'
import { judge } from '../ingest/clock'
import { crossed } from '../ingest/cross'
import { isDecided, noteOf, type Said } from '../ingest/decided'
import { eventsOf, isChosen, type Notes } from '../ingest/events'
import { fetchRefusal } from '../ingest/fetched'
import { fits } from '../ingest/origins'
import { hostOf } from '../ingest/place'
import type { Reason } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { hailsFor } from '../ingest/shard'
import type { VerifiedBeacon } from '../ingest/verify'
import { withVisitor } from '../ingest/visitor'
import type { Definitions } from './boards'
import type { Delivery } from './deliver'
import { exposureOf, isExposure } from './exposure'
import { type Reception, visitorAt } from './reception'
import { isVain } from './vain'

/** Tokens tell whole ones. */
const SECOND = 1_000

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
  const { notes, experiments } = await notesOf({ sayings: plaintext.sayings, when: judged.at }, site, reception)
  const events = eventsOf(verified, facts, judged.at, { ...(site.allow && { allow: site.allow }), notes }).map(
    (event) => {
      const type = isChosen(event.type) ? reception.said.type(site.site, event.type) : event.type
      return crossed({ ...event, type, metrics: countedOf(event, experiments) }, site.cross)
    },
  )
  const visitor = await visitorAt(judged.at, site, reception)
  const told = visitor === undefined ? events : withVisitor(events, visitor)
  const sender = visitor !== undefined && client !== undefined && site.rate !== false ? { sender: visitor } : {}
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
    ...(apart.length && { apart: apart.map((each) => ({ ...each, ...sender })) }),
    ...sender,
    ...(note && { note }),
  }
}

interface Noted {
  notes: Notes
  experiments?: Definitions | undefined
}

/** What of the sayings is of a decision, was decided here, and is not known to be told in vain. */
async function notesOf(
  { sayings, when }: { sayings: readonly Saying[]; when: number },
  site: Site,
  { env, deployment, now }: Reception,
): Promise<Noted> {
  const said = sayings.filter(isDecided)
  if (!said.length) return { notes: new Map() }
  const { boards, keys } = deployment
  const told = await Promise.all(said.map(async (saying) => [saying, await noteOf(saying, keys, site)] as const))
  const notes = told.filter((each): each is [Said, Note] => each[1] !== undefined)
  const fitting = (experiments: Definitions | undefined) => ({
    notes: new Map(notes.filter(([, note]) => !isVain(note, experiments, { now, when }))),
    experiments,
  })
  const found = fitting(await boards.list(env, site, now))
  // Another isolate that sealed a token may know of an experiment that this one has not heard of.
  const sealedAt = notes.flatMap(([saying, note]) => (found.notes.has(saying) ? [] : sealedOf(note)))
  if (!sealedAt.length) return found
  const since = Math.min(Math.max(...sealedAt) + SECOND, now)
  return fitting(await boards.list(env, { site: site.site, deciding: true }, now, since))
}

/** A reward is counted as one where its experiment goes by it: of some goals nobody asked. */
const countedOf = ({ note, metrics }: Event, experiments: Definitions | undefined): Event['metrics'] =>
  note?.kind === 'reward' ? { ...metrics, rewards: rewardsOf(experiments?.get(note.decision), note) } : metrics

/** When it was decided, where a Worker did: what a browser makes itself proves nothing. */
const sealedOf = (note: Note): number[] => ('number' in note && note.number !== undefined ? [note.at] : [])

/** What the owner is told of an event that counts, and not all of it. */
const noteOn = (sayings: readonly Saying[], { allow }: Site): Reason | undefined =>
  sayings.some((saying) => isBeyond(saying, allow)) ? 'metric' : undefined
