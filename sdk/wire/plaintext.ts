/**
 * Reads and writes what envelopes hold: positional JSON. Hand-written, because every beacon passes here;
 * it checks shapes and lengths, never meaning. Specified in README.md beside this file.
 */
import type { Dimensions, Numbers, Plaintext, Saying } from './event'

/** `[expires, notBefore, type, dimensions, metrics, slots, options]`; times are unix seconds, 0 for none. */
export interface Pixel {
  expires: number
  notBefore: number
  type: string
  dimensions: Dimensions
  metrics: Numbers
  /** Names the URL may fill in: a metric and its range, or `order`, which becomes the event's id. */
  slots: Record<string, readonly [least: number, most: number] | 1>
  options: PixelOptions
}

export interface PixelOptions {
  /** Refuse what isbot calls a bot; by default a pixel counts all. */
  refuseBots?: boolean
  /** A label for the owner's list. */
  name?: string
}

/** `[expires, scope]`: what the bearer may read; an absent field does not limit. */
export interface Share {
  expires: number
  scope: { type?: string; dimension?: readonly string[]; metrics?: readonly string[] }
}

type Json = unknown
const isList = (value: Json): value is Json[] => Array.isArray(value)
const isTree = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !isList(value)

function parse(text: string): Json[] | undefined {
  try {
    const value: Json = JSON.parse(text)
    return isList(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isNumber = (value: Json): value is number => typeof value === 'number' && Number.isFinite(value)
const isNumbers = (value: Json): value is Numbers => isTree(value) && Object.values(value).every(isNumber)
const isDimensions = (value: Json): value is Dimensions => value !== undefined

/** Each known code and whether its items have the right shape; the rest is ignored, for later versions' sake. */
const SHAPES: Record<string, (items: Json[]) => boolean> = {
  p: ([, flags, age = 0, previous = '', entry = '']) =>
    Number.isInteger(flags) && isNumber(age) && typeof previous === 'string' && typeof entry === 'string',
  e: ([, seconds, scroll = 0]) => isNumber(seconds) && seconds >= 0 && isNumber(scroll),
  d: ([, url]) => typeof url === 'string',
  o: ([, url]) => typeof url === 'string',
  c: ([, dimensions, metrics = {}, type = '_']) =>
    isDimensions(dimensions) && isNumbers(metrics) && typeof type === 'string',
  l: ([, envelopes]) => isNumber(envelopes) && envelopes >= 0,
}

/** What a page itself chose to say: where that has a wrong shape it is left out, and takes nothing else with it. */
const CHOSEN = 'c'

/** A beacon's plaintext, or undefined where a known part has the wrong shape. */
export function readPlaintext(text: string): Plaintext | undefined {
  const list = parse(text)
  if (!list) return undefined
  const [ts, page, referrer, width, ...items] = list
  if (!isNumber(ts) || typeof page !== 'string' || typeof referrer !== 'string' || !isNumber(width)) return undefined
  const sayings: Saying[] = []
  for (const item of items) {
    if (!isList(item) || typeof item[0] !== 'string') return undefined
    // A code like `constructor` is unknown too, though every object has one.
    const fits = Object.hasOwn(SHAPES, item[0]) ? SHAPES[item[0]] : undefined
    if (!fits) continue
    if (!fits(item)) {
      if (item[0] === CHOSEN) continue
      return undefined
    }
    sayings.push(item as unknown as Saying) // The table has just checked it.
  }
  return { ts: Math.trunc(ts), page, referrer, width, sayings }
}

export const writePixel = (pixel: Pixel): string =>
  JSON.stringify([
    pixel.expires,
    pixel.notBefore,
    pixel.type,
    pixel.dimensions,
    pixel.metrics,
    pixel.slots,
    pixel.options,
  ])

export function readPixel(text: string): Pixel | undefined {
  const list = parse(text)
  if (!list) return undefined
  const [expires, notBefore = 0, type = '_', dimensions = {}, metrics = {}, slots = {}, options = {}] = list
  if (!isNumber(expires) || !isNumber(notBefore) || typeof type !== 'string') return undefined
  if (!isDimensions(dimensions) || !isNumbers(metrics) || !isTree(slots) || !isTree(options)) return undefined
  return { expires, notBefore, type, dimensions, metrics, slots: slots as Pixel['slots'], options }
}

export const writeShare = (share: Share): string => JSON.stringify([share.expires, share.scope])

export function readShare(text: string): Share | undefined {
  const list = parse(text)
  if (!list || !isNumber(list[0]) || !isTree(list[1])) return undefined
  return { expires: list[0], scope: list[1] as Share['scope'] }
}
