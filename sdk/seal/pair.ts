/**
 * The ephemeral key pair of a page load, already agreed with the site's key, in memory only: a secret that a duplicated
 * tab could copy would seal two texts with one stream. Made natively where the browser can, else at once in BigInt.
 */
import { bytesIn } from './base64url'
import { salsa } from './salsa20'
import { x25519 } from './x25519'

/** What the server writes into the script where it says GRAUPEL_CONFIG. */
export type Config = readonly [
  site: number,
  epoch: number,
  /** The site's X25519 public key of that epoch, base64url. */
  key: string,
  /** The site's zone's offset from UTC, minutes. */
  offset: number,
  /** Where envelopes go, on the server's origin: `/p/`. */
  prefix: string,
  /** Opt-outs the site obeys: bit 1 Global Privacy Control, bit 2 Do Not Track. */
  respect: number,
]

export interface Pair {
  /** The envelope's first 39 bytes: header and ephemeral key. */
  opening: Uint8Array
  boxKey: Uint32Array
  seq: number
}

const CURVE = 'X25519'
const BASE = [9]
const VERSION_AND_KIND = 0x11

const pairOf = ([site, epoch]: Config, epk: ArrayBuffer, shared: ArrayBuffer): Pair => ({
  opening: Uint8Array.of(
    VERSION_AND_KIND,
    epoch >> 8,
    epoch,
    site >> 24,
    site >> 16,
    site >> 8,
    site,
    ...new Uint8Array(epk),
  ),
  // HSalsa20 of the shared point and nothing, as crypto_box does.
  boxKey: salsa(new Uint32Array(shared), [0, 0, 0, 0]),
  seq: 0,
})

/** Takes milliseconds, or tens on a slow phone. Throws where the site's key is of low order. */
export function pairNow(config: Config): Pair {
  const secret = crypto.getRandomValues(new Uint8Array(32))
  return pairOf(config, x25519(secret, BASE).buffer, x25519(secret, bytesIn(config[2])).buffer)
}

/** Off the page's thread; rejects where the browser has no X25519, as on any http: page. */
export async function pairSoon(config: Config): Promise<Pair> {
  const { subtle } = crypto
  const own = (await subtle.generateKey(CURVE, false, ['deriveBits'])) as CryptoKeyPair // An asymmetric algorithm.
  const site = await subtle.importKey('raw', bytesIn(config[2]), CURVE, false, [])
  return pairOf(
    config,
    await subtle.exportKey('raw', own.publicKey),
    await subtle.deriveBits({ name: CURVE, public: site }, own.privateKey, 256),
  )
}
