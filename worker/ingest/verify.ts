/**
 * Opens an envelope or names the reason why not. What comes out was sealed with the site's key and is unedited;
 * it is no proof of a person. It knows nothing of the request that carried the text.
 */
import { encode } from '../../sdk/wire/base64url'
import { boxKey, type Envelope, epochOf, kidOf, open, read, weekOf } from '../../sdk/wire/envelope'
import type { Plaintext } from '../../sdk/wire/event'
import { type Pixel, readPixel, readPlaintext } from '../../sdk/wire/plaintext'
import { idOfBeacon } from './id'
import type { Keys } from './keys'
import { SAYINGS, SEQS } from './limits'
import type { Reason } from './refusal'
import type { Site } from './settings'
import type { SharedKeys } from './shared'

export interface VerifiedBeacon {
  kind: 'beacon'
  site: number
  /** Ten characters, one a byte: eight of the ephemeral key, two of seq. */
  id: string
  plaintext: Plaintext
}

export interface VerifiedPixel {
  kind: 'pixel'
  site: number
  random: Uint8Array
  /** `random` in base64url, by which it is listed and revoked. */
  name: string
  pixel: Pixel
}

export type Verified = VerifiedBeacon | VerifiedPixel

/** An envelope of those kinds that a server seals. */
export type Minted = Extract<Envelope, { random: Uint8Array }>

export interface Verifier {
  keys: Keys
  shared: SharedKeys
  siteOf(site: number): Site | undefined
  /** Unix milliseconds. */
  now: number
}

/** The week whose key never expires. */
const STATIC = 0

/** What of a site says whether an envelope opens. */
type Lock = Pick<Site, 'site' | 'static' | 'revoked'> & { versions: Pick<Site['versions'], 'pixel'> }

/**
 * Stands where no site is listed. Site 0 is nobody's, its public key in no script, so nothing opens; but to try takes as
 * long as at a site that is there, and nobody learns by the time of an answer which is which.
 */
const NOBODY: Lock = { site: 0, static: false, revoked: [], versions: {} }

export async function verify(text: string, verifier: Verifier): Promise<Verified | { refusal: Reason }> {
  const envelope = read(text)
  if (!envelope) return { refusal: 'malformed' }
  const site = verifier.siteOf(envelope.site)
  const verified = await verifyFor(envelope, site ?? NOBODY, verifier)
  return site ? verified : { refusal: 'unlisted' }
}

async function verifyFor(envelope: Envelope, site: Lock, verifier: Verifier): Promise<Verified | { refusal: Reason }> {
  if (!verifier.keys.has(kidOf(envelope.epoch))) return { refusal: 'retired' }
  if (envelope.kind === 'beacon') return verifyBeacon(envelope, site, verifier)
  if (envelope.kind === 'pixel') return verifyPixel(envelope, site, verifier)
  return { refusal: 'kind' }
}

async function verifyBeacon(
  envelope: Extract<Envelope, { kind: 'beacon' }>,
  site: Lock,
  { shared, now }: Verifier,
): Promise<VerifiedBeacon | { refusal: Reason }> {
  const week = weekOf(envelope.epoch)
  if (isStale(week, now)) return { refusal: 'stale' }
  if (envelope.seq > SEQS) return { refusal: 'seq' }
  const key = await shared.of(site.site, envelope.epoch, envelope.epk)
  const text = key && open(envelope, key)
  // Said when it was tried: what a site allows is nobody's business either.
  if (week === STATIC && !site.static) return { refusal: 'static' }
  if (!key || text === undefined) return { refusal: 'forged' }
  shared.keep(site.site, envelope.epoch, envelope.epk, key)
  const plaintext = readPlaintext(text)
  if (!plaintext) return { refusal: 'malformed' }
  if (plaintext.sayings.length > SAYINGS) return { refusal: 'too-big' }
  // HSalsa20 of the key says nothing of the key, and costs less than a microsecond.
  const name = boxKey(key)
  return name
    ? { kind: 'beacon', site: site.site, id: idOfBeacon(name, envelope.seq), plaintext }
    : { refusal: 'forged' }
}

/** Beside the current week there count the one before, for queues and caches, and the next, for clocks that run ahead. */
const isStale = (week: number, now: number): boolean => week !== STATIC && Math.abs(week - weekOf(epochOf(now))) > 1

async function verifyPixel(
  envelope: Minted,
  site: Lock,
  { keys, now }: Verifier,
): Promise<VerifiedPixel | { refusal: Reason }> {
  const opened = await openPixel(envelope, site.site, keys)
  if ('refusal' in opened) return opened
  const { name, pixel } = opened
  if (weekOf(envelope.epoch) < (site.versions.pixel ?? 0) || site.revoked.includes(name)) return { refusal: 'revoked' }
  if (pixel.expires && now >= pixel.expires * 1000) return { refusal: 'expired' }
  if (now < pixel.notBefore * 1000) return { refusal: 'early' }
  return opened
}

/** What is sealed in it, whether or not it counts any more. */
export async function openPixel(
  envelope: Minted,
  site: number,
  keys: Keys,
): Promise<VerifiedPixel | { refusal: 'forged' | 'malformed' }> {
  const { epoch, random } = envelope
  const key = await keys.derive('pixel', site, epoch)
  const text = key && open(envelope, key)
  if (text === undefined) return { refusal: 'forged' }
  const pixel = readPixel(text)
  return pixel ? { kind: 'pixel', site, random, name: encode(random), pixel } : { refusal: 'malformed' }
}
