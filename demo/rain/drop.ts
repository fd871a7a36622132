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
/** Of one call, or a few more: its answer is made in some 20 ms. */
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

/** Of each way a part at a time, so that what is left takes as long as what was, and says so. */
export function dropsOf(rain: Rain, ground: Ground): Drop[] {
  const both = [paced([...oldDrops(rain, ground)]), paced([...sealedDrops(rain, ground)])].flat()
  return both.sort((one, other) => one.after - other.after).map(({ drop }) => drop)
}

/** Each after which share of its way. */
const paced = (drops: Drop[]) => drops.map((drop, i) => ({ drop, after: i / drops.length }))

function* oldDrops(rain: Rain, ground: Ground): Generator<Drop> {
  const old = rain.visits.filter((visit) => !isSealed(visit, rain))
  for (const isBot of [false, true]) {
    const visits = old.filter(({ bot }) => (bot !== undefined) === isBot)
    const tales = visits.map((visit) => tale(() => historyOf(visit, rain)))
    yield* batches(tales, isBot, ground)
  }
}

function* sealedDrops(rain: Rain, ground: Ground): Generator<Drop> {
  const sealed = rain.visits.filter((visit) => isSealed(visit, rain))
  const pen = new Pen(rain.name, ground.config)
  for (const visit of sealed) for (const load of loadsOf(visit)) yield* ofLoad(load, ground, pen)
  yield* ofOrders(sealed, rain, ground)
}

/** What a program tells in one go, told when it is sent: of a large rain it would fill the memory. */
interface Tale {
  events: number
  tell(): Told[]
}
const tale = (tell: () => Told[]): Tale => ({ events: tell().length, tell })

function* batches(tales: readonly Tale[], isBot: boolean, { write }: Ground): Generator<Drop> {
  const headers = { authorization: `Bearer ${write}`, 'content-type': 'application/json' }
  const drop = (batch: readonly Tale[], events: number): Drop => {
    const body = () => JSON.stringify(batch.flatMap(({ tell }) => tell()))
    return { events, isBot, request: () => ({ path: '/count', method: 'POST', headers, body: body() }) }
  }
  let batch: Tale[] = []
  let events = 0
  for (const each of tales) {
    batch.push(each)
    events += each.events
    if (events < TOLD_AT_ONCE) continue
    yield drop(batch, events)
    batch = []
    events = 0
  }
  if (events) yield drop(batch, events)
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
  const late: Tale[] = []
  for (const visit of visits) {
    for (const moment of visit.moments) {
      if (moment.does !== 'order') continue
      if (moment.at < liveFrom(rain)) {
        late.push(tale(() => told(moment, visit, rain)))
        continue
      }
      const path = `${ground.pixel}?dollars=${moment.cents / 100}&order=${orderOf(visit, rain)}`
      yield { events: 1, isBot: false, request: () => ({ path, method: 'GET', headers: headersOf(visit.visitor) }) }
    }
  }
  yield* batches(late, false, ground)
}
