/**
 * One envelope, and what would become of it: what is sealed in it, the events as they would be counted, or why it is refused
 * and what to do about it. It goes the way that a request goes, up to where that would write; no key leaves with it.
 * What only a Hail can know when it counts is not told: a cap that is spent, a flood.
 */
import { encode } from '../../sdk/wire/base64url'
import { type Envelope, kidOf, read, WEEK, weekOf } from '../../sdk/wire/envelope'
import type { Event } from '../../sdk/wire/event'
import { hail } from '../env'
import { place } from '../hail/ids'
import { SKEW } from '../ingest/clock'
import { type Reason, refusals } from '../ingest/refusal'
import { openPixel, verify } from '../ingest/verify'
import { type Worded, worded } from '../ingest/wording'
import { consider } from './consider'
import type { Delivery } from './deliver'
import type { Reception } from './reception'
import { type End, held, pageProblem } from './share'

export interface Explained {
  /** Null where it is no envelope. */
  kind: Envelope['kind'] | null
  site?: number
  /** The site's, where it is listed. */
  name?: string
  /** `week` is the first day of its key's week, and null for the key that does not change. */
  epoch?: { number: number; week: string | null; masterKey: number }
  /** Of a page load, which of its envelopes it is. */
  seq?: number
  /** Of a beacon that opened, the event's; of pixels and shares, by which they are listed and revoked. */
  id?: string
  /** What opened, as it was sealed. */
  sealed?: Worded | object
  /** Of what is counted, whether it would be, and the events it would count as. */
  counts?: boolean
  events?: Event[]
  /** Whether its id has been counted, so that it counts no more; absent where it has none. */
  counted?: boolean
  /** Of a share, whether it may be read with. */
  reads?: boolean
  refusal?: { reason: string; why: string; mend: string }
  /** What is beside the rule, and does not keep it from counting. */
  notes: string[]
}

const refused = (reason: Reason) => ({ reason, ...refusals[reason] })

/** Of a request that is refused before anything in it is looked at. */
export const unread = (reason: Reason): Explained => ({
  kind: null,
  counts: false,
  refusal: refused(reason),
  notes: [],
})

/** `own` is this deployment's own origin, whose pages show any share. */
export async function explained(text: string, reception: Reception, own: string): Promise<Explained> {
  const envelope = read(text)
  if (!envelope) return unread('malformed')
  const name = reception.sites.get(envelope.site)?.name
  const clear = {
    kind: envelope.kind,
    site: envelope.site,
    ...(name !== undefined && { name }),
    epoch: epochOf(envelope),
    ...('seq' in envelope ? { seq: envelope.seq } : { id: encode(envelope.random) }),
  }
  if (envelope.kind === 'share') return { ...clear, ...(await share(text, envelope.site, reception, own)) }
  return { ...clear, ...(await opened(text, envelope, reception)), ...(await verdict(text, reception)) }
}

const epochOf = ({ epoch }: Envelope): Explained['epoch'] => ({
  number: epoch,
  week: weekOf(epoch) ? new Date(weekOf(epoch) * WEEK).toISOString().slice(0, 10) : null,
  masterKey: kidOf(epoch),
})

/** What it holds, also where it is refused for another reason than that it does not open. */
async function opened(
  text: string,
  envelope: Envelope,
  { deployment: { keys, shared }, sites, now }: Reception,
): Promise<Pick<Explained, 'id' | 'sealed'>> {
  if (envelope.kind === 'beacon') {
    const verified = await verify(text, { keys, shared, siteOf: (number) => sites.get(number), now })
    if (!('plaintext' in verified)) return {}
    return { id: encode(bytesOf(verified.id)), sealed: worded(verified.plaintext) }
  }
  if (envelope.kind !== 'pixel' || !sites.has(envelope.site)) return {}
  const verified = await openPixel(envelope, envelope.site, keys)
  return 'pixel' in verified ? { sealed: verified.pixel } : {}
}

const bytesOf = (id: string): Uint8Array => Uint8Array.from(id, (sign) => sign.charCodeAt(0))

type Verdict = Pick<Explained, 'counts' | 'events' | 'counted' | 'refusal' | 'notes'>

async function verdict(text: string, reception: Reception): Promise<Verdict> {
  const result = await consider(text, reception)
  if ('refusal' in result) return { counts: false, refusal: refused(result.refusal), notes: [] }
  const { note, ts, id, apart = [] } = result
  const events = [result, ...apart].flatMap((delivery) => delivery.events)
  const notes = [
    ...(note ? [`${refusals[note].why} ${refusals[note].mend}`] : []),
    ...(ts !== undefined && ts - reception.now > SKEW
      ? ['Its clock is more than ten minutes ahead, so that it counts when it arrives.']
      : []),
  ]
  return { counts: true, events, ...(id !== undefined && { counted: await wasCounted(id, result, reception) }), notes }
}

/** Where the event is or may have been counted. Makes nothing where there was nothing. */
async function wasCounted(
  id: string,
  { site, shard, elsewhere = [], ts }: Delivery,
  { env, now }: Reception,
): Promise<boolean> {
  const { bucket } = place(ts, now)
  const known = await Promise.all([shard, ...elsewhere].map((each) => hail(env, site, each).knows([{ id, bucket }])))
  return known.flat().includes(true)
}

/** As a refusal's texts, for those who read with one. */
const SHARES: Record<End, { why: string; mend: string }> = {
  unknown: {
    why: 'The seal does not fit: made or edited without the site’s key, or of another deployment.',
    mend: 'Copy the share whole, or make another.',
  },
  revoked: { why: 'The share was revoked, by itself or with all that were made before.', mend: 'Make another.' },
  expired: { why: 'The share’s last second is over.', mend: 'Make another with a later expiry.' },
}

async function share(
  text: string,
  number: number,
  { env, sites, header, now }: Reception,
  own: string,
): Promise<Pick<Explained, 'sealed' | 'reads' | 'refusal' | 'notes'>> {
  const { share: sealed, end } = await held(env, { text, site: sites.get(number), now })
  const claims = { origin: header('origin'), referer: header('referer') }
  const isAsked = claims.origin !== undefined || claims.referer !== undefined
  const problem = sealed && isAsked ? pageProblem(sealed.scope, claims, own) : undefined
  const refusal = end
    ? { reason: end, ...SHARES[end] }
    : problem && { reason: 'origin', why: `${problem}.`, mend: 'Make one with the page among its origins.' }
  return { ...(sealed && { sealed }), reads: !refusal, ...(refusal && { refusal }), notes: [] }
}
