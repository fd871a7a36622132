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
  /** Hosts, origins or `*.host` of the pages that may show it; without them all may. */
  origins?: readonly string[]
  /** With origins: what does not say where the picture stands counts too, such as a mail program's request. */
  allowMissing?: boolean
  /** A visitor counts once in each day of the site's calendar. */
  once?: 'day'
  /** So many count in all, and no more. */
  cap?: number
}

/** `[expires, scope]`: unix seconds, 0 for never; what the bearer may read, and on which pages. */
export interface Share {
  expires: number
  scope: Scope
}

/** An absent member does not limit. */
export interface Scope {
  /** And the types below it. */
  type?: string
  /** And the paths below it. */
  dimension?: readonly string[]
  metrics?: readonly string[]
  /** As questions name them, `30d` or `2026-01-01..2026-12-31`: all that is read must lie within one of them. */
  periods?: readonly string[]
  intervals?: readonly string[]
  /** Hosts, origins or `*.host` whose pages may show it. */
  origins?: readonly string[]
  /** Beside those, whoever does not say on which page it is shown. */
  allowMissing?: true
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

/** Of an option that is there: whether it has the right shape. One of another kind may limit what it counts, so it is not passed over. */
const OPTIONS: Record<keyof PixelOptions, (value: Json) => boolean> = {
  refuseBots: (value) => typeof value === 'boolean',
  name: (value) => typeof value === 'string',
  origins: (value) => isList(value) && value.length > 0 && value.every((origin) => typeof origin === 'string'),
  allowMissing: (value) => typeof value === 'boolean',
  once: (value) => value === 'day',
  cap: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
}

const isOptions = (value: Json): value is PixelOptions =>
  isTree(value) && Object.entries(OPTIONS).every(([name, fits]) => value[name] === undefined || fits(value[name]))

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
  x: ([, decision, option, id]) => [decision, option, id].every(isText),
  r: ([, decision, option, id, metrics = {}, goal = '']) =>
    [decision, option, id, goal].every(isText) && isNumbers(metrics),
}

/** What a page itself chose to say: where that has a wrong shape it is left out, and takes nothing else with it. */
const CHOSEN = ['c', 'x', 'r']

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
      if (CHOSEN.includes(item[0])) continue
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
  if (!isDimensions(dimensions) || !isNumbers(metrics) || !isTree(slots) || !isOptions(options)) return undefined
  return { expires, notBefore, type, dimensions, metrics, slots: slots as Pixel['slots'], options }
}

export const writeShare = (share: Share): string => JSON.stringify([share.expires, share.scope])

export function readShare(text: string): Share | undefined {
  const [expires, scope] = parse(text) ?? []
  return isNumber(expires) && isScope(scope) ? { expires, scope } : undefined
}

const isText = (value: Json): boolean => typeof value === 'string'
const isTexts = (value: Json): boolean => isList(value) && value.every(isText)

const LIMITS: Record<keyof Scope, (value: Json) => boolean> = {
  type: isText,
  dimension: isTexts,
  metrics: isTexts,
  periods: isTexts,
  intervals: isTexts,
  origins: isTexts,
  allowMissing: (value) => value === true,
}

/** Elsewhere what is unknown is ignored; but who passes over a limit that he does not know shows too much. */
const isScope = (value: Json): value is Scope =>
  isTree(value) &&
  Object.entries(value).every(([name, limit]) => Object.hasOwn(LIMITS, name) && LIMITS[name as keyof Scope](limit)) // It is one of its own.
