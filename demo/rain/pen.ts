/**
 * Seals as the script does, by the script's own code: a page load has one ephemeral key and counts its envelopes from 1.
 * The keys are not drawn but derived from the rain's name, so that the same rain is the same bytes and counts once however
 * often it is sent. Whoever knows the seed can open it all: that is for make-believe alone, and never for a visitor's words.
 */
import { createHash, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { take } from '../../sdk/seal/pair'
import { seal } from '../../sdk/seal/seal'
import type { Plaintext } from '../../sdk/send'
import { tell } from '../../sdk/tag'
import { encode } from '../../sdk/wire/base64url'
import { type Config, siteKeyOf } from '../../sdk/wire/config'

/** What stands before the 32 bytes of an X25519 secret in PKCS #8 (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const KEY = 32

export class Pen {
  private readonly name: string
  private readonly site: KeyObject

  /** Of one site at a time: the script's own code knows one. */
  constructor(name: string, config: Config) {
    tell(config, {}, '')
    const x = encode(siteKeyOf(config).key)
    this.name = name
    this.site = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
  }

  /** All that a page load says, in its order; its name is its own in the whole rain. */
  seal(load: string, plaintexts: readonly Plaintext[]): string[] {
    const secret = createHash('sha256').update(`${this.name}/${load}`).digest()
    const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' })
    const epk = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-KEY)
    take(bufferOf(epk), bufferOf(diffieHellman({ privateKey, publicKey: this.site })))
    return plaintexts.map((plaintext) => seal(JSON.stringify(plaintext)))
  }
}

/** Of its own: a node Buffer may lie in a larger one. */
const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer
