/**
 * The whole of it: so many events over so many days, up to a moment, and every one of them settled by a seed. The same wish
 * gives the same rain to the byte. It knows no server, and no clock but the moment it is told.
 */
import { Calendar, DAY } from './calendar'
import { Chance } from './chance'
import { Curve } from './curve'
import { type Place, PLACES } from './place'
import { type Session, Sessions } from './session'
import { IDLE, Visitor } from './visitor'

export interface Wish {
  seed: number
  /** All that is told: views, leaves, clicks, orders, and what crawlers try. */
  events: number
  days: number
  /** Unix milliseconds; exclusive. */
  until: number
  /** The site's, by whose calendar a view is the first of a day. */
  zone: string
}

/** A session and whose it is. */
export interface Visit extends Session {
  visitor: Visitor
  /** Of each view, what it is the first of. */
  flags: number[]
}

export interface Rain {
  wish: Wish
  /** Names all that falls, so that the same never counts twice and another rain's is never taken for it. */
  name: string
  /** In order of time. */
  visits: Visit[]
}

/** Of all events. */
const BOT_SHARE = 0.03
/** Sessions of somebody who was here before. */
const RETURNING = 0.3
/** How far back among them: who was here lately comes rather than others. */
const LATELY = 400

export function rainOf(wish: Wish): Rain {
  const { seed, events, days, until, zone } = wish
  const visits = withVisitors(sessionsOf(wish), wish)
  return { wish, name: `rain ${seed} ${events} ${days} ${until} ${zone}`, visits }
}

/** Sessions until there are events enough; a crawler's whenever they have fallen behind. */
function sessionsOf({ seed, events, days, until }: Wish): Session[] {
  const stretch = { from: until - days * DAY, until }
  const curves = new Map(PLACES.map((place) => [place, new Curve(place, stretch, seed)]))
  const draw = new Sessions(seed, stretch, curves)
  const sessions: Session[] = []
  let [total, ofBots] = [0, 0]
  for (let number = 0; total < events; number++) {
    const isBot = ofBots < BOT_SHARE * total
    const session = isBot ? draw.bot(number) : draw.person(number)
    // The first hour and the last are cut; what would happen later has not happened yet.
    if (beganOf(session) < stretch.from) continue
    const moments = session.moments.filter(({ at }) => at < until).slice(0, events - total)
    if (!moments.length) continue
    total += moments.length
    if (isBot) ofBots += moments.length
    sessions.push({ ...session, moments })
  }
  return sessions.sort((a, b) => beganOf(a) - beganOf(b) || a.number - b.number)
}

export const beganOf = ({ moments }: Session): number => moments[0]!.at // Each has its first view.

function withVisitors(sessions: readonly Session[], { seed, zone }: Wish): Visit[] {
  const calendar = new Calendar(zone)
  const known = new Map<Place, Visitor[]>()
  return sessions.map((session) => {
    const here = known.get(session.place) ?? []
    known.set(session.place, here)
    const visitor = returning(session, here, seed) ?? new Visitor(seed, session.number, session.place, session.bot)
    if (visitor.number === session.number && session.bot === undefined) here.push(visitor)
    const views = session.moments.filter(({ does }) => does === 'view')
    visitor.seen = session.moments.at(-1)!.at
    return { ...session, visitor, flags: views.map(({ at }, i) => visitor.look(at, i, calendar)) }
  })
}

/** Somebody of this country who was here before, and not just now: that would be the same session. */
function returning({ number, bot, ...session }: Session, here: readonly Visitor[], seed: number): Visitor | undefined {
  const chance = new Chance(seed, 'return', number)
  if (bot !== undefined || !here.length || !chance.happens(RETURNING)) return undefined
  const visitor = here.at(-chance.whole(1, Math.min(LATELY, here.length)))!
  return visitor.seen + IDLE < session.moments[0]!.at ? visitor : undefined
}
