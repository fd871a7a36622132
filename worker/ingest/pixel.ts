/**
 * A minted pixel becomes an event. Its owner sealed what it counts, so that stands above what the request suggests;
 * only named slots may be filled in by the URL, each within its range.
 */
import type { Event, Numbers } from '../../sdk/wire/event'
import type { Pixel } from '../../sdk/wire/plaintext'
import { type Agent, MAIL_PROXY_NAME } from './agent'
import { ofAgent, ofGeo, ofLanguage } from './dimensions'
import type { Facts } from './facts'
import { idOf } from './id'
import { ID_CHARACTERS, PATHS } from './limits'
import { withHits } from './metrics'
import { cleanType } from './name'
import { clip, merge, sizeOf, tree } from './tree'
import type { VerifiedPixel } from './verify'

/** The slot that becomes the event's id. */
const ORDER = 'order'
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

/** Only an order has an id: without one each request counts, as browsers repeat a GET themselves. */
export const idOfPixel = async ({ name }: VerifiedPixel, { order }: Filled): Promise<string | undefined> =>
  order === undefined ? undefined : idOf(`pixel/${name}`, order)

/** By default a pixel counts whoever fetches it. */
export const pixelRefusal = ({ options }: Pixel, { bot }: Agent): 'bot' | undefined =>
  options.refuseBots === true && bot !== undefined ? 'bot' : undefined

export function eventOfPixel({ pixel }: VerifiedPixel, { metrics }: Filled, facts: Facts, at: number): Event {
  // A mail service fetches for its readers: where it stands is not where they are.
  const geo = facts.agent.browser === MAIL_PROXY_NAME ? {} : facts.geo
  const derived = tree([...ofGeo(geo), ...ofAgent(facts.agent), ...ofLanguage(facts.language)])
  const sealed = clip(pixel.dimensions, PATHS - 1 - sizeOf(derived))
  return { at, type: cleanType(pixel.type), dimensions: merge(sealed, derived), metrics: withHits(metrics) }
}
