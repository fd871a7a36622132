/**
 * The ephemeral key pair of a page load, already agreed with the site's key, in memory only: a secret that a duplicated
 * tab could copy would seal two texts with one stream. Made natively where the browser can, else at once in BigInt.
 */
import { config } from '../tag'
import { bufferOf } from './integer'
import { salsa } from './salsa20'
import { x25519 } from './x25519'

export interface Pair {
  /** The envelope's first 39 bytes: header and ephemeral key. */
  opening: number[]
  /** XSalsa20's key for every nonce that begins with the header. */
  streamKey: number[]
  seq: number
}

const HEADER = 7

export let pair: Pair | false

/** The next envelope gets a new key pair. */
export const renew = (): void => {
  pair = false
}

/** Where two ends agree on it by themselves: the pair's public point, and the one that both share. */
export const take = (epk: ArrayBuffer, shared: ArrayBuffer): void => {
  const header = config.slice(0, 2) as number[] // Its first two.
  pair = {
    opening: [...new Uint8Array(Uint32Array.from(header).buffer).slice(0, HEADER), ...new Uint8Array(epk)],
    // HSalsa20 of the shared point and nothing, as crypto_box does; then of that and what the nonces begin with.
    streamKey: salsa(salsa([...new Uint32Array(shared)], [0, 0, 0, 0]), [...header, 0, 0]),
    seq: 0,
  }
}

/** Takes milliseconds, or tens on a slow phone. Throws where the site's key is of low order. */
export const pairNow = (secret = crypto.getRandomValues(new BigUint64Array(4))): void =>
  take(x25519(secret, 9n), x25519(secret, BigInt(config[2])))

/** Off the page's thread; rejects where the browser has no X25519, as on any http: page. */
export const pairSoon = async (): Promise<void> => {
  const { subtle } = crypto
  // It is an asymmetric algorithm, which makes a pair.
  const { publicKey, privateKey } = (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair
  const site = await subtle.importKey('raw', bufferOf(BigInt(config[2]), 4), 'X25519', false, [])
  take(
    await subtle.exportKey('raw', publicKey),
    await subtle.deriveBits({ name: 'X25519', public: site }, privateKey, 256),
  )
}
