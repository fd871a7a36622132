/**
 * A drop: one request of a rain, and how many of its events it carries. The last hours come as browsers send them, and what is
 * older as a program tells it. What counts when it arrives, as an order's pixel and a refusal do, comes so for the last day
 * alone: of three days it would all lie in one hour.
 */
import { createHash } from 'node:crypto'
import type { Config } from '../../sdk/wire/config'
import { historyOf, told, type Told } from './history'
import { type Load, loadsOf } from './load'
import { Pen } from './pen'
import { beganOf, type Rain, type Visit } from './rain'
import { HOST } from './shop'
import type { Visitor } from './visitor'

const HOUR = 3_600_000
/** The server takes beacons up to 72 hours old; a rain that was interrupted may go on for so long before its oldest are. */
export const GRACE = 2 * HOUR
export const BEACONS = 72 * HOUR - GRACE
/** … but of what counts at arrival only so far back. */
export const LIVE = 24 * HOUR
/** Of one call, whose answer is made in some 20 ms. */
const TOLD_AT_ONCE = 500

export interface Request {
  path: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
}

export interface Drop {
  events: number
  /** Whether it is a crawler's: refused, and told again if it comes again. */
  isBot: boolean
  /** Made when it is sent: sealing takes time. */
  request(): Request
}

/** Where it falls. */
export interface Ground {
  config: Config
  /** The site's write key. */
  write: string
  /** Path of the pixel on the thank-you page. */
  pixel: string
}

const beaconsFrom = ({ wish: { until } }: Rain): number => until - BEACONS
const liveFrom = ({ wish: { until } }: Rain): number => until - LIVE

/** Whether a visit is told by its own browser; a visit is told in one way from its beginning to its end. */
export const isSealed = (visit: Visit, rain: Rain): boolean =>
  beganOf(visit) >= (visit.bot === undefined ? beaconsFrom(rain) : liveFrom(rain))

/** What is old first. */
export function* dropsOf(rain: Rain, ground: Ground): Generator<Drop> {
  const [sealed, old] = [true, false].map((is) => rain.visits.filter((visit) => isSealed(visit, rain) === is))
  const [people, bots] = [false, true].map((is) => old!.filter(({ bot }) => (bot !== undefined) === is)) // Two of each.
  yield* batches(
    people!.flatMap((visit) => historyOf(visit, rain)),
    false,
    ground,
  )
  yield* batches(
    bots!.flatMap((visit) => historyOf(visit, rain)),
    true,
    ground,
  )
  const pen = new Pen(rain.name, ground.config)
  for (const visit of sealed!) for (const load of loadsOf(visit)) yield* ofLoad(load, ground, pen)
  yield* ofOrders(sealed!, rain, ground)
}

function* batches(events: readonly Told[], isBot: boolean, { write }: Ground): Generator<Drop> {
  const headers = { authorization: `Bearer ${write}`, 'content-type': 'application/json' }
  for (let i = 0; i < events.length; i += TOLD_AT_ONCE) {
    const batch = events.slice(i, i + TOLD_AT_ONCE)
    const request = (): Request => ({ path: '/count', method: 'POST', headers, body: JSON.stringify(batch) })
    yield { events: batch.length, isBot, request }
  }
}

/** A browser sends a view at once, and what it noticed later in one go as it leaves. */
function* ofLoad({ visit, name, view, later }: Load, { config }: Ground, pen: Pen): Generator<Drop> {
  const isBot = visit.bot !== undefined
  const headers = headersOf(visit.visitor)
  let sealed: string[] | undefined
  // One key and one count of envelopes for both requests, so they are sealed together, once.
  const envelopes = () => (sealed ??= pen.seal(name, [view, ...later]))
  const path = config[PREFIX]
  yield { events: 1, isBot, request: () => ({ path: path + envelopes()[0]!, method: 'GET', headers }) } // The view is there.
  if (!later.length) return
  const post = { path, method: 'POST', headers: { ...headers, 'content-type': 'text/plain;charset=UTF-8' } } as const
  yield { events: later.length, isBot, request: () => ({ ...post, body: envelopes().slice(1).join('\n') }) }
}

/** Of a config: where the site's envelopes go. */
export const PREFIX = 4

/** What a visitor's browser sends of itself. */
export const headersOf = ({ address, agent, place }: Visitor): Record<string, string> => ({
  'user-agent': agent.text,
  'accept-language': place.languages,
  // Believed where the server is told to believe us.
  'x-forwarded-for': address,
  origin: `https://${HOST}`,
})

/** As a shop numbers them: nobody buys twice in a session, and no other rain has the same. */
const orderOf = ({ number }: Visit, { name }: Rain): string =>
  `HS-${createHash('sha256').update(name).digest('hex').slice(0, ORDER_DIGITS)}-${number}`
const ORDER_DIGITS = 8

/** A pixel has no time of its own. */
function* ofOrders(visits: readonly Visit[], rain: Rain, ground: Ground): Generator<Drop> {
  const late: Told[] = []
  for (const visit of visits) {
    for (const moment of visit.moments) {
      if (moment.does !== 'order') continue
      if (moment.at < liveFrom(rain)) {
        late.push(...told(moment, visit, rain))
        continue
      }
      const path = `${ground.pixel}?dollars=${moment.cents / 100}&order=${orderOf(visit, rain)}`
      yield { events: 1, isBot: false, request: () => ({ path, method: 'GET', headers: headersOf(visit.visitor) }) }
    }
  }
  yield* batches(late, false, ground)
}
