/**
 * The envelope, wire v1: bytes in a URL that only the site's deployment can open, and nobody can edit.
 *
 *   kind 1 (beacon)                  kind 2 pixel, 3 server, 4 share
 *   0  1  version<<4 | kind          0  1  version<<4 | kind
 *   1  2  epoch, big endian          1  2  epoch
 *   3  4  site, big endian           3  4  site
 *   7 32  ephemeral X25519 key       7 12  random: the id
 *  39  2  seq, big endian           19 16  Poly1305 tag
 *  41 16  Poly1305 tag              35  n  XSalsa20 text
 *  57  n  XSalsa20 text
 *
 * The nonce is built from the header and never sent whole, so NaCl authenticates the clear header for free.
 * It knows nothing of keys: where they come from is `worker/ingest/keys`.
 */
import nacl from 'tweetnacl'
import { decode, encode } from './base64url'

export const VERSION = 1
export const KINDS = { beacon: 1, pixel: 2, server: 3, share: 4 } as const
export type Kind = keyof typeof KINDS
const KIND_OF: Record<number, Kind> = { 1: 'beacon', 2: 'pixel', 3: 'server', 4: 'share' }

/** What is added so that a length tells little: plaintexts are padded with spaces to a multiple of this. */
export const PADDING = { beacon: 32, pixel: 16, server: 16, share: 16 } as const

const HEADER = 7
const EPK = 32
const RANDOM = 12
const TAG = 16

export const WEEK = 7 * 24 * 3600 * 1000
/** 14 bits of weeks since the unix epoch, and the id of the master key in the upper two; week 0 is static. */
export const epochOf = (ms: number, kid = 0): number => (kid << 14) | (Math.floor(ms / WEEK) & 0x3fff)
export const weekOf = (epoch: number): number => epoch & 0x3fff
export const kidOf = (epoch: number): number => epoch >> 14

interface Opening {
  epoch: number
  site: number
  nonce: Uint8Array
  box: Uint8Array
}
export type Envelope =
  | (Opening & { kind: 'beacon'; epk: Uint8Array; seq: number })
  | (Opening & { kind: 'pixel' | 'server' | 'share'; random: Uint8Array })

/** 2^255 - 19, little endian: a point at or past it has a second spelling, so it is refused. */
function isCanonicalPoint(u: Uint8Array): boolean {
  if (u[31]! > 0x7f) return false
  if (u[31]! < 0x7f || u[0]! < 0xed) return true
  for (let i = 1; i < 31; i++) if (u[i] !== 0xff) return true
  return false
}

/** Reads the clear part, or undefined where it is not an envelope of this version in its one spelling. */
export function read(text: string): Envelope | undefined {
  const bytes = decode(text)
  if (!bytes || bytes.length < HEADER + RANDOM + TAG || bytes[0]! >> 4 !== VERSION) return undefined
  const kind = KIND_OF[bytes[0]! & 15]
  if (!kind) return undefined
  const view = new DataView(bytes.buffer)
  const epoch = view.getUint16(1)
  const site = view.getUint32(3)
  if (!site) return undefined
  const nonce = new Uint8Array(24)
  nonce.set(bytes.subarray(0, HEADER))
  if (kind !== 'beacon') {
    const random = bytes.subarray(HEADER, HEADER + RANDOM)
    nonce.set(random, HEADER)
    return { kind, epoch, site, random, nonce, box: bytes.subarray(HEADER + RANDOM) }
  }
  const start = HEADER + EPK + 2
  const epk = bytes.subarray(HEADER, HEADER + EPK)
  if (bytes.length < start + TAG || !isCanonicalPoint(epk)) return undefined
  nonce.set(bytes.subarray(HEADER + EPK, start), 22)
  return { kind, epoch, site, epk, seq: view.getUint16(HEADER + EPK), nonce, box: bytes.subarray(start) }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** The plaintext, or undefined: forged, edited, or sealed for another site, kind or epoch. */
export function open(envelope: Envelope, key: Uint8Array): string | undefined {
  const plain = nacl.secretbox.open(envelope.box, envelope.nonce, key)
  if (!plain) return undefined
  try {
    return decoder.decode(plain)
  } catch {
    return undefined
  }
}

/** The seven bytes that every envelope begins with. */
export function headerOf(kind: Kind, epoch: number, site: number): Uint8Array {
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  header[0] = (VERSION << 4) | KINDS[kind]
  view.setUint16(1, epoch)
  view.setUint32(3, site)
  return header
}

/** Mints a pixel, server or share envelope. `random` is twelve fresh random bytes and becomes its id. */
export function mint(
  kind: Exclude<Kind, 'beacon'>,
  { epoch, site, random }: { epoch: number; site: number; random: Uint8Array },
  key: Uint8Array,
  text: string,
): string {
  const header = new Uint8Array(HEADER + RANDOM)
  header.set(headerOf(kind, epoch, site))
  header.set(random, HEADER)
  const nonce = new Uint8Array(24)
  nonce.set(header)
  const plain = encoder.encode(text)
  const padded = new Uint8Array(Math.ceil(plain.length / PADDING[kind]) * PADDING[kind]).fill(32)
  padded.set(plain)
  const box = nacl.secretbox(padded, nonce, key)
  const bytes = new Uint8Array(header.length + box.length)
  bytes.set(header)
  bytes.set(box, header.length)
  return encode(bytes)
}

/** Present in tweetnacl, absent from its types. */
const { lowlevel } = nacl as typeof nacl & {
  lowlevel: { crypto_core_hsalsa20(out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void }
}
const SIGMA = encoder.encode('expand 32-byte k')
const ZERO = new Uint8Array(16)

/** crypto_box's key from an X25519 shared point (HSalsa20), or undefined for the all-zero point of a low-order key. */
export function boxKey(point: Uint8Array): Uint8Array | undefined {
  if (point.every((byte) => byte === 0)) return undefined
  const key = new Uint8Array(32)
  lowlevel.crypto_core_hsalsa20(key, ZERO, point, SIGMA)
  return key
}

/** The public key of a secret one; about a millisecond, so callers keep it. */
export const publicKey = (secret: Uint8Array): Uint8Array => nacl.scalarMult.base(secret)
