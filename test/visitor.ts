/**
 * A browser's part, played in node: page loads that seal what they say as the script does, with node's own X25519 and
 * tweetnacl's box. Tests and benchmarks send what it makes; nothing of the server is used to make it.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import nacl from 'tweetnacl'
import { decode, encode } from '../sdk/wire/base64url'
import { type Config, type SiteKey, siteKeyOf } from '../sdk/wire/config'

const PADDING = 32
export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** crypto_box's key from a shared point: HSalsa20, present in tweetnacl and absent from its types. */
function boxKey(point: Uint8Array): Uint8Array {
  const { lowlevel } = nacl as typeof nacl & {
    lowlevel: { crypto_core_hsalsa20(out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void }
  }
  const key = new Uint8Array(32)
  lowlevel.crypto_core_hsalsa20(key, new Uint8Array(16), point, new TextEncoder().encode('expand 32-byte k'))
  return key
}

export type { SiteKey }

/** What the script of a site carries: asked of the server as a page does that stays open for long. */
export async function siteKey(origin: string, site: number): Promise<SiteKey> {
  const answer = await fetch(`${origin}/b/${site}.json`)
  if (!answer.ok) throw new Error(`no key of site ${site}`)
  return siteKeyOf((await answer.json()) as Config) // It is what the server writes.
}

export class PageLoad {
  private readonly to: SiteKey
  private readonly epk: Uint8Array
  private readonly shared: Uint8Array
  private seq = 0

  constructor(to: SiteKey) {
    this.to = to
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    this.epk = decode(publicKey.export({ format: 'jwk' }).x ?? '')!
    const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: encode(to.key) }, format: 'jwk' })
    this.shared = boxKey(diffieHellman({ privateKey, publicKey: theirs }))
  }

  /** The envelope of a plaintext: `[ts, page, referrer, width, …sayings]`. */
  seal(plaintext: readonly unknown[]): string {
    this.seq += 1
    const header = new Uint8Array(7)
    const view = new DataView(header.buffer)
    header[0] = 0x11
    view.setUint16(1, this.to.epoch)
    view.setUint32(3, this.to.site)
    const seq = Uint8Array.of(this.seq >> 8, this.seq & 255)
    const nonce = new Uint8Array(24)
    nonce.set(header)
    nonce.set(seq, 22)
    const text = new TextEncoder().encode(JSON.stringify(plaintext))
    const padded = new Uint8Array(Math.ceil(text.length / PADDING) * PADDING).fill(32)
    padded.set(text)
    const box = nacl.secretbox(padded, nonce, this.shared)
    return encode(new Uint8Array([...header, ...this.epk, ...seq, ...box]))
  }

  view(page: string, { at = Date.now(), flags = 0, age = 0, previous = '', entry = '', referrer = '' } = {}): string {
    return this.seal([at, page, referrer, 1280, ['p', flags, age, previous, entry]])
  }
}

/** Posts envelopes as a browser would; the status, or 0 where no answer came. */
export async function send(origin: string, envelopes: string[], headers: Record<string, string> = {}): Promise<number> {
  try {
    const response = await fetch(`${origin}/p/`, {
      method: 'POST',
      body: envelopes.join('\n'),
      headers: { 'Content-Type': 'text/plain', 'User-Agent': CHROME, ...headers },
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Sends until it is acknowledged, as the script's queue does; how often it had to. */
export async function deliver(
  origin: () => string,
  envelopes: string[],
  { patienceMs = 60_000, headers = {} }: { patienceMs?: number; headers?: Record<string, string> } = {},
): Promise<number> {
  const end = Date.now() + patienceMs
  for (let tries = 1; Date.now() < end; tries++) {
    const status = await send(origin(), envelopes, headers)
    if (status >= 200 && status < 300) return tries
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80))
  }
  throw new Error(`not acknowledged in ${patienceMs} ms`)
}
