/**
 * All keys of a deployment, derived from its few master keys: nothing else has to be kept secret or backed up.
 *
 *   HMAC-SHA256(master[kid], "graupel1/" word "/" site "/" epoch)      sealing keys, decimal numbers
 *   HMAC-SHA256(master[kid], "graupel1/token/" word "/" site "/" version)   bearer keys
 *   HMAC-SHA256(master[kid], "graupel1/decision/" site)                     what seals decisions
 *
 * Several masters stand side by side while they rotate; an epoch's upper two bits say which one it means.
 */
import { decode, encode } from '../../sdk/wire/base64url'
import { type Kind, kidOf, publicKey } from '../../sdk/wire/envelope'
import { Bounded } from './bounded'

/** Two bits of an epoch. */
const MOST_KID = 3
const MASTER_BYTES = 32
/** A hundred bytes each; a deployment of a thousand sites uses some ten keys a site. */
const REMEMBERED = 10_000

export type Master = ReadonlyMap<number, Uint8Array>

/** Reads `kid:base64url` entries, one a line or separated by commas; `#` starts a comment. The last is the newest. */
export function parseMaster(text: string): Map<number, Uint8Array> | { problem: string } {
  const master = new Map<number, Uint8Array>()
  const entries = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(','))
    .map((entry) => entry.trim())
    .filter(Boolean)
  for (const [index, entry] of entries.entries()) {
    const problem = (what: string) => ({ problem: `master key ${index + 1} of ${entries.length}: ${what}` })
    const [, digit, secret] = /^(\d+):([\w-]+)$/.exec(entry) ?? []
    if (digit === undefined || secret === undefined) return problem('must read <kid>:<32 bytes in base64url>')
    const kid = Number(digit)
    if (kid > MOST_KID) return problem(`kid must be 0 to ${MOST_KID}`)
    if (master.has(kid)) return problem(`kid ${kid} is given twice`)
    const bytes = decode(secret)
    if (bytes?.length !== MASTER_BYTES) return problem('must be 32 bytes in base64url without padding')
    master.set(kid, bytes)
  }
  return master.size ? master : { problem: 'no master key is given' }
}

/** What bearer keys begin with, so that a leaked one can be recognized. */
const TOKENS = { write: 'gw', read: 'gr', session: 'gs' } as const
export type TokenWord = keyof typeof TOKENS

const encoder = new TextEncoder()

export class Keys {
  private readonly master: Master
  private readonly masters = new Map<number, CryptoKey>()
  private readonly derived = new Bounded<Uint8Array>(REMEMBERED)
  private readonly visitorKeys = new Bounded<CryptoKey>(REMEMBERED)
  private readonly decisionKeys = new Bounded<CryptoKey>(REMEMBERED)
  private readonly publicKeys = new Bounded<Uint8Array>(REMEMBERED)
  /** The kid that new keys are made with. */
  readonly newest: number

  constructor(master: Master) {
    const newest = [...master.keys()].at(-1)
    if (newest === undefined) throw new Error('no master key is given')
    this.master = master
    this.newest = newest
  }

  has(kid: number): boolean {
    return this.master.has(kid)
  }

  /** A sealing key, or undefined where its master key is not here. */
  async derive(word: Kind, site: number, epoch: number): Promise<Uint8Array | undefined> {
    return this.hmac(kidOf(epoch), `graupel1/${word}/${site}/${epoch}`)
  }

  /** What a site's script carries: the public half of its beacon key. */
  async publicKey(site: number, epoch: number): Promise<Uint8Array | undefined> {
    const name = `${site}/${epoch}`
    const known = this.publicKeys.get(name)
    if (known) return known
    const secret = await this.derive('beacon', site, epoch)
    if (!secret) return undefined
    const key = publicKey(secret)
    this.publicKeys.set(name, key)
    return key
  }

  /** A bearer key, `gw_<site>_<secret>`. */
  async token(word: TokenWord, site: number, version: number, kid = this.newest): Promise<string> {
    const secret = await this.hmac(kid, `graupel1/token/${word}/${site}/${version}`)
    if (!secret) throw new Error(`no master key ${kid}`)
    return `${TOKENS[word]}_${site}_${encode(secret)}`
  }

  /** Whether it is the site's bearer key, made under any of the master keys. */
  async recognizes(text: string, word: TokenWord, site: number, version: number): Promise<boolean> {
    let fits = false
    for (const kid of this.master.keys()) {
      if (isToken(text, await this.token(word, site, version, kid))) fits = true
    }
    return fits
  }

  /** Of the hashes of a site's own words for its visitors: by the oldest master key, so that a new one does not make them strangers. */
  async visitorKey(site: number): Promise<CryptoKey> {
    const known = this.visitorKeys.get(String(site))
    if (known) return known
    const [oldest = this.newest] = this.master.keys()
    const secret = await this.hmac(oldest, `graupel1/visitor/${site}`)
    if (!secret) throw new Error(`no master key ${oldest}`)
    const key = await importHmac(secret)
    this.visitorKeys.set(String(site), key)
    return key
  }

  /** What seals the tokens of a site's decisions, or undefined where its master key is not here. */
  async decisionKey(site: number, kid = this.newest): Promise<CryptoKey | undefined> {
    const name = `${kid}/${site}`
    const known = this.decisionKeys.get(name)
    if (known) return known
    const secret = await this.hmac(kid, `graupel1/decision/${site}`)
    if (!secret) return undefined
    const key = await importHmac(secret)
    this.decisionKeys.set(name, key)
    return key
  }

  private async hmac(kid: number, label: string): Promise<Uint8Array | undefined> {
    const name = `${kid}/${label}`
    const known = this.derived.get(name)
    if (known) return known
    const key = await this.masterKey(kid)
    if (!key) return undefined
    const value = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(label)))
    this.derived.set(name, value)
    return value
  }

  private async masterKey(kid: number): Promise<CryptoKey | undefined> {
    const known = this.masters.get(kid)
    const secret = this.master.get(kid)
    if (known || !secret) return known
    const key = await importHmac(secret)
    this.masters.set(kid, key)
    return key
  }
}

const importHmac = (secret: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

/** Which key of which site a bearer text claims to be. */
export function readToken(text: string): { word: TokenWord; site: number } | undefined {
  const [, prefix, site] = /^(g[a-z])_(\d{1,10})_[\w-]{43}$/.exec(text) ?? []
  const words = Object.keys(TOKENS) as TokenWord[] // Its own keys, which TypeScript calls strings.
  const word = words.find((each) => TOKENS[each] === prefix)
  return word && site ? { word, site: Number(site) } : undefined
}

/** Compares without telling by its time how much was right; the length is no secret. */
export function isToken(text: string, expected: string): boolean {
  const a = encoder.encode(text)
  const b = encoder.encode(expected)
  if (a.length !== b.length) return false
  // Workers have it natively, node does not.
  const subtle: SubtleCrypto & { timingSafeEqual?(a: Uint8Array, b: Uint8Array): boolean } = crypto.subtle
  if (subtle.timingSafeEqual) return subtle.timingSafeEqual(a, b)
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
