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

export interface Verifier {
  keys: Keys
  shared: SharedKeys
  siteOf(site: number): Site | undefined
  /** Unix milliseconds. */
  now: number
}

export async function verify(text: string, verifier: Verifier): Promise<Verified | { refusal: Reason }> {
  const envelope = read(text)
  if (!envelope) return { refusal: 'malformed' }
  const site = verifier.siteOf(envelope.site)
  if (!site) return { refusal: 'unlisted' }
  if (!verifier.keys.has(kidOf(envelope.epoch))) return { refusal: 'retired' }
  if (envelope.kind === 'beacon') return verifyBeacon(envelope, site, verifier)
  if (envelope.kind === 'pixel') return verifyPixel(envelope, site, verifier)
  return { refusal: 'kind' }
}

async function verifyBeacon(
  envelope: Extract<Envelope, { kind: 'beacon' }>,
  site: Site,
  { shared, now }: Verifier,
): Promise<VerifiedBeacon | { refusal: Reason }> {
  const refusal = weekRefusal(weekOf(envelope.epoch), site, now)
  if (refusal) return { refusal }
  if (envelope.seq > SEQS) return { refusal: 'seq' }
  const key = await shared.of(site.site, envelope.epoch, envelope.epk)
  const text = key && open(envelope, key)
  if (!key || text === undefined) return { refusal: 'forged' }
  const plaintext = readPlaintext(text)
  if (!plaintext) return { refusal: 'malformed' }
  if (plaintext.sayings.length > SAYINGS) return { refusal: 'too-big' }
  // HSalsa20 of the key says nothing of the key, and costs less than a microsecond.
  const name = boxKey(key)
  return name
    ? { kind: 'beacon', site: site.site, id: idOfBeacon(name, envelope.seq), plaintext }
    : { refusal: 'forged' }
}

/** The current week, the one before for queues and caches, the next for clocks that run ahead. */
function weekRefusal(week: number, site: Site, now: number): Reason | undefined {
  if (week === 0) return site.static ? undefined : 'static'
  return Math.abs(week - weekOf(epochOf(now))) > 1 ? 'stale' : undefined
}

async function verifyPixel(
  envelope: Extract<Envelope, { random: Uint8Array }>,
  site: Site,
  { keys, now }: Verifier,
): Promise<VerifiedPixel | { refusal: Reason }> {
  if (weekOf(envelope.epoch) < (site.versions.pixel ?? 0)) return { refusal: 'revoked' }
  const key = await keys.derive('pixel', site.site, envelope.epoch)
  const text = key && open(envelope, key)
  if (text === undefined) return { refusal: 'forged' }
  const pixel = readPixel(text)
  if (!pixel) return { refusal: 'malformed' }
  const name = encode(envelope.random)
  if (site.revoked.includes(name)) return { refusal: 'revoked' }
  if (pixel.expires && now >= pixel.expires * 1000) return { refusal: 'expired' }
  if (now < pixel.notBefore * 1000) return { refusal: 'early' }
  return { kind: 'pixel', site: site.site, random: envelope.random, name, pixel }
}
