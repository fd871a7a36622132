/**
 * What a sender of beacons must know of a site: what the server writes into the script, and answers as JSON beside it.
 * Everything stands in the shape that costs the script fewest bytes. Specified in README.md beside this file.
 */
import { headerOf } from './envelope'

export type Config = [
  /** The envelope's header and a zero byte, with which every nonce begins: two little-endian words. */
  header: number,
  headerEnd: number,
  /** The site's X25519 public key of that epoch, a number in hexadecimal: `0x…`. */
  key: string,
  /** The site's zone's offset from UTC, milliseconds. */
  offset: number,
  /** Where envelopes go, on the server's origin: `/p/`. */
  prefix: string,
  /** Opt-outs the site obeys: bit 1 Global Privacy Control, bit 2 Do Not Track. */
  respect: number,
  /** When the server wrote this, unix milliseconds by its own clock. */
  written: number,
]

export interface SiteKey {
  site: number
  epoch: number
  /** X25519, 32 bytes. */
  key: Uint8Array
}

const KEY = 32

export function configOf(
  { site, epoch, key }: SiteKey,
  {
    offset = 0,
    prefix = '/p/',
    respect = 3,
    written,
  }: { offset?: number; prefix?: string; respect?: number; written: number },
): Config {
  const header = new DataView(new ArrayBuffer(8))
  headerOf('beacon', epoch, site).forEach((byte, i) => header.setUint8(i, byte))
  const digits = [...key].reverse().map((byte) => byte.toString(16).padStart(2, '0'))
  return [
    header.getUint32(0, true),
    header.getUint32(4, true),
    `0x${digits.join('')}`,
    offset,
    prefix,
    respect,
    written,
  ]
}

/** The key in a configuration, and whose it is. */
export function siteKeyOf([start, end, number]: Config): SiteKey {
  const header = new DataView(new ArrayBuffer(8))
  header.setUint32(0, start, true)
  header.setUint32(4, end, true)
  const digits = number.slice(2).padStart(2 * KEY, '0')
  const key = Uint8Array.from({ length: KEY }, (_, i) =>
    Number.parseInt(digits.slice(2 * (KEY - 1 - i)).slice(0, 2), 16),
  )
  return { epoch: header.getUint16(1), site: header.getUint32(3), key }
}
