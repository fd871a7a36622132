/**
 * A token: what `/decide` answers as its id. It holds all that a later reward must bring back, sealed, so that no row is
 * written for a decision that nothing comes of. It is bound to the site, the decision's name and the option: who shows
 * another option than was drawn has no token for it.
 *
 *    0  1   version << 4 | master key id
 *    1  1   1 of the holdout, 2 propensities follow
 *    2  4   the experiment's number
 *    6  4   version of the weights
 *   10  4   when it was decided, unix seconds
 *   14  6   the decision's own id
 *   20  1   number of options, then of each the propensity (float32) where they follow
 *           values of the experiment's dimensions: a JSON list
 *   -8  8   HMAC-SHA256 of decision NUL option NUL and all of the above, its first bytes
 */
import { decode, encode } from '../../sdk/wire/base64url'
import type { Keys } from './keys'

const VERSION = 1
const HOLDOUT = 1
const UNEVEN = 2
/** Of a decision's own id. */
export const ID_BYTES = 6
const LEAD = 21
const TAG = 8
/** Of values beyond this nothing is learnt: a token travels in URLs. */
const CONTEXT_CHARACTERS = 400

export interface Token {
  number: number
  version: number
  /** Unix milliseconds, of whole seconds. */
  at: number
  id: string
  propensities?: readonly number[]
  isHoldout?: true
  context: readonly (string | null)[]
}

/** What is decided, and for which option. */
export interface Choice {
  site: number
  decision: string
  option: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** `name` is six bytes. Throws where the deployment has no master key. */
export async function sealToken(
  keys: Keys,
  choice: Choice,
  token: Omit<Token, 'id'>,
  name = crypto.getRandomValues(new Uint8Array(ID_BYTES)),
): Promise<string> {
  const { number, version, at, propensities, isHoldout, context } = token
  const tail = encoder.encode(JSON.stringify(fitting(context)))
  const bytes = new Uint8Array(LEAD + 4 * (propensities?.length ?? 0) + tail.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, (VERSION << 4) | keys.newest)
  view.setUint8(1, (isHoldout ? HOLDOUT : 0) | (propensities ? UNEVEN : 0))
  view.setUint32(2, number)
  view.setUint32(6, version)
  view.setUint32(10, Math.floor(at / 1000))
  bytes.set(name, 14)
  view.setUint8(20, propensities?.length ?? 0)
  propensities?.forEach((p, i) => view.setFloat32(LEAD + 4 * i, p))
  bytes.set(tail, bytes.length - tail.length)
  const tag = await tagOf(keys, keys.newest, choice, bytes)
  if (!tag) throw new Error(`no master key ${keys.newest}`)
  const sealed = new Uint8Array(bytes.length + TAG)
  sealed.set(bytes)
  sealed.set(tag, bytes.length)
  return encode(sealed)
}

/** What a token brings back of a context: all of it or, where that is too long, nothing. */
export const fitting = (context: Token['context']): Token['context'] =>
  JSON.stringify(context).length > CONTEXT_CHARACTERS ? context.map(() => null) : context

/** Undefined for what was not sealed here for this very choice. */
export async function openToken(keys: Keys, choice: Choice, text: string): Promise<Token | undefined> {
  const sealed = decode(text)
  if (!sealed || sealed.length < LEAD + TAG) return undefined
  const bytes = sealed.subarray(0, -TAG)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const lead = view.getUint8(0)
  if (lead >> 4 !== VERSION) return undefined
  const tag = await tagOf(keys, lead & 15, choice, bytes)
  if (!tag || !isSame(tag, sealed.subarray(-TAG))) return undefined
  const flags = view.getUint8(1)
  const options = view.getUint8(20)
  const propensities = Array.from({ length: options }, (_, i) => view.getFloat32(LEAD + 4 * i))
  return {
    number: view.getUint32(2),
    version: view.getUint32(6),
    at: view.getUint32(10) * 1000,
    id: encode(bytes.subarray(14, 14 + ID_BYTES)),
    ...(flags & UNEVEN && { propensities }),
    ...(flags & HOLDOUT && { isHoldout: true as const }),
    context: JSON.parse(decoder.decode(bytes.subarray(LEAD + 4 * options))) as Token['context'], // Its seal is ours.
  }
}

async function tagOf(keys: Keys, kid: number, { site, decision, option }: Choice, bytes: Uint8Array) {
  const key = await keys.decisionKey(site, kid)
  if (!key) return undefined
  const names = encoder.encode(`${decision}\0${option}\0`)
  const text = new Uint8Array(names.length + bytes.length)
  text.set(names)
  text.set(bytes, names.length)
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, text)).subarray(0, TAG)
}

/** Takes as long whatever is wrong. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.reduce((sum, byte, i) => sum | (byte ^ b[i]!), 0) === 0
