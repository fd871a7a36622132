/** Seals beacons as a browser would, by tweetnacl alone: the tests' own pen, so that two hands write one wire. */
import nacl from 'tweetnacl'
import { encode } from '../../../sdk/wire/base64url'
import { epochOf, publicKey } from '../../../sdk/wire/envelope'
import { Keys } from '../../../worker/ingest/keys'
import type { Site } from '../../../worker/ingest/settings'
import { SharedKeys } from '../../../worker/ingest/shared'
import type { Verifier } from '../../../worker/ingest/verify'
import { siteWith } from '../../site'

export const NOW = Date.UTC(2026, 9, 21, 12)
export const SITE = 0xcafe0001
export const OTHER = 0xcafe0002
export const MASTER = new Map([
  [0, new Uint8Array(32).fill(3)],
  [2, new Uint8Array(32).fill(5)],
])

export const site = (number: number, changes: Partial<Site> = {}): Site => siteWith({ site: number, ...changes })

export function verifier(changes: Partial<Site> = {}, now = NOW): Verifier {
  const keys = new Keys(MASTER)
  const sites = new Map([SITE, OTHER].map((number) => [number, site(number, changes)]))
  return { keys, shared: new SharedKeys(keys), siteOf: (number) => sites.get(number), now }
}

export interface Sealing {
  site?: number
  epoch?: number
  seq?: number
  text?: string
  pair?: nacl.BoxKeyPair
  /** The site's secret, where it is not the right one. */
  secret?: Uint8Array
}

export const PAGEVIEW = JSON.stringify([NOW, 'shop.example/', '', 1280, ['p', 3, 0, '', '']])

export async function seal(keys: Keys, sealing: Sealing = {}): Promise<string> {
  const { site = SITE, epoch = epochOf(NOW), seq = 1, text = PAGEVIEW, pair = nacl.box.keyPair() } = sealing
  const secret = sealing.secret ?? (await keys.derive('beacon', site, epoch))!
  const header = new Uint8Array(41)
  const view = new DataView(header.buffer)
  header[0] = 0x11
  view.setUint16(1, epoch)
  view.setUint32(3, site)
  header.set(pair.publicKey, 7)
  view.setUint16(39, seq)
  const nonce = new Uint8Array(24)
  nonce.set(header.subarray(0, 7))
  nonce.set(header.subarray(39), 22)
  const plain = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 32) * 32))
  const box = nacl.box(plain, nonce, publicKey(secret), pair.secretKey)
  return encode(Uint8Array.of(...header, ...box))
}
