/**
 * A minted pixel becomes an event. Its owner sealed what it counts, so that stands above what the request suggests;
 * only named slots may be filled in by the URL, each within its range.
 */
import type { Event, Numbers } from '../../sdk/wire/event'
import { ORDER } from '../../sdk/wire/minting'
import type { Pixel } from '../../sdk/wire/plaintext'
import { type Agent, MAIL_PROXY_NAME } from './agent'
import { type Entries, ofAgent, ofGeo, ofLanguage } from './dimensions'
import type { Facts } from './facts'
import { idOf } from './id'
import { ID_CHARACTERS, PATHS } from './limits'
import { withHits } from './metrics'
import { cleanType } from './name'
import { type Claims, fits } from './origins'
import { clip, merge, sizeOf, tree } from './tree'
import type { VerifiedPixel } from './verify'

const NUMBER = /^-?\d+(\.\d+)?$/

export interface Filled {
  metrics: Numbers
  order?: string
}

/** Fills open slots from the URL's query. What is not a slot is left alone: mail programs append what they like. */
export function fill({ slots, metrics }: Pixel, query: URLSearchParams): Filled | { refusal: 'slot' } {
  const filled: Filled = { metrics: { ...metrics } }
  for (const [name, slot] of Object.entries(slots)) {
    const text = query.get(name)
    if (text === null) continue
    if (name === ORDER) {
      if (!text || text.length > ID_CHARACTERS) return { refusal: 'slot' }
      filled.order = text
      continue
    }
    const value = Number(text)
    if (!Array.isArray(slot) || !NUMBER.test(text) || !(value >= slot[0] && value <= slot[1])) {
      return { refusal: 'slot' }
    }
    filled.metrics[name] = value
  }
  return filled
}

/** Whose request it is and when, for pixels that count once a day; the visitor's number is another one tomorrow. */
export interface Shown {
  /** Of the site's calendar, yyyymmdd. */
  date: number
  visitor: number
}

/**
 * What counts once: an order, whoever shows it; else, of a once-a-day pixel, a visitor's day. Without either each request
 * counts, as browsers repeat a GET themselves.
 */
export async function idOfPixel(
  { name }: VerifiedPixel,
  { order }: Filled,
  shown?: Shown,
): Promise<string | undefined> {
  if (order !== undefined) return idOf(`pixel/${name}`, order)
  return shown && idOf(`once/${name}/${shown.date}`, String(shown.visitor))
}

/** Of a pixel that counts so often in all: by this the one Hail is found that counts how often it did. */
export const idOfCap = ({ name }: VerifiedPixel): Promise<string> => idOf('cap', name)

/** By default a pixel counts whoever fetches it, and wherever it stands. */
export function pixelRefusal({ options }: Pixel, { bot }: Agent, claims: Claims = {}): 'bot' | 'origin' | undefined {
  if (options.refuseBots && bot !== undefined) return 'bot'
  return options.origins && !isAt(options.origins, options.allowMissing, claims) ? 'origin' : undefined
}

/** A picture's request names its page by Referer; in a mail by nothing, which has to be allowed. */
const isAt = (origins: readonly string[], allowMissing: boolean | undefined, { origin, referer }: Claims): boolean =>
  (origin ?? referer) === undefined ? allowMissing === true : fits(origins, { origin, referer })

/** `page` is what is known of the page that showed it. */
export function eventOfPixel(
  { pixel }: VerifiedPixel,
  { metrics }: Filled,
  { facts, page = [] }: { facts: Facts; page?: Entries },
  at: number,
): Event {
  // A mail service fetches for its readers: where it stands is not where they are.
  const geo = facts.agent.browser === MAIL_PROXY_NAME ? {} : facts.geo
  const derived = tree([...ofGeo(geo), ...ofAgent(facts.agent), ...ofLanguage(facts.language), ...page])
  const sealed = clip(pixel.dimensions, PATHS - 1 - sizeOf(derived))
  return { at, type: cleanType(pixel.type), dimensions: merge(sealed, derived), metrics: withHits(metrics) }
}
