/**
 * What lies too far back for beacons, as a program with the write key tells it to `/count`: with its own time, an id, and the
 * names and numbers under which the server counts beacons, so that graphs go on without a seam. The server derives browser,
 * page and source from the texts it is given; what it derives from a request of the visitor's own has to be said.
 */
import { FLAG, type Dimensions, type Numbers } from '../../sdk/wire/event'
import { ageAt, pathsOf } from './load'
import type { Rain, Visit } from './rain'
import type { Moment } from './session'
import { HOST } from './shop'

/** As `/count` takes it. */
export interface Told {
  id: string
  type: string
  at: number
  dimensions: Dimensions
  metrics: Numbers
  visitor?: string
  agent?: string
  page?: string
  referrer?: string
}

/** What a view's flags count. */
const FIRSTS: readonly (readonly [bit: number, metric: string])[] = [
  [FLAG.session, 'sessions'],
  [FLAG.day, 'visitors_day'],
  [FLAG.week, 'visitors_week'],
  [FLAG.month, 'visitors_month'],
  [FLAG.quarter, 'visitors_quarter'],
  [FLAG.year, 'visitors_year'],
  [FLAG.ever, 'visitors_ever'],
]
/** Said with every event of a visitor: without it the server would tell sessions apart by itself, by the time between. */
const NO_SESSION = { sessions: 0 }

/** `host/path` below a name. */
function placed(name: string, url: string): Record<string, Dimensions> {
  const slash = url.indexOf('/')
  return { [name]: { [url.slice(0, slash)]: url.slice(slash) } }
}

/** Country and network come of a visitor's address, the language of his browser's header. */
const whoOf = ({ visitor: { place, city } }: Visit): Record<string, Dimensions> => ({
  country: { [place.country]: { [city.region]: city.city } },
  network: place.network,
  language: place.languages.slice(0, 2),
})

/** The whole visit; a crawler's is what the server would have refused. */
export function historyOf(visit: Visit, rain: Rain): Told[] {
  if (visit.bot !== undefined) return visit.moments.map((moment) => ({ ...REFUSED, ...placeOf(moment, visit, rain) }))
  return [...visit.moments.flatMap((moment) => told(moment, visit, rain)), exitOf(visit, rain)]
}

/** What happened at one moment of it. */
export function told(moment: Moment, visit: Visit, rain: Rain): Told[] {
  const { metrics, ...event } = eventOf(moment, visit)
  // Who looks or clicks is somebody; leaving is told of a page, and an order of what it sold.
  const isDeed = moment.does !== 'leave' && moment.does !== 'order'
  const all = isDeed ? { ...personOf(visit, rain), metrics: { ...NO_SESSION, ...metrics } } : { metrics }
  return [{ ...placeOf(moment, visit, rain), ...event, ...all }, ...engagedBy(moment, visit, rain)]
}

const REFUSED = { type: 'refused', dimensions: { reason: 'bot' }, metrics: { hits: 1 } }

const personOf = ({ visitor }: Visit, { name }: Rain) => ({ visitor: `${name}/${visitor.number}` })

/** When, and by which id: a page load does each thing once. */
const placeOf = ({ at, load, does }: Moment, { number }: Visit, { name }: Rain) => ({
  id: `${name}/${number}/${load}/${does}`,
  at,
})

type Event = Omit<Told, 'id' | 'at' | 'visitor'>

function eventOf(moment: Moment, visit: Visit): Event {
  const paths = pathsOf(visit)
  const who = whoOf(visit)
  const agent = visit.visitor.agent.text
  const there = { agent, page: HOST + paths[moment.load]!, referrer: visit.source.referrer } // Each load has its page.
  switch (moment.does) {
    case 'view': {
      const flags = visit.flags[moment.load]!
      const metrics = {
        hits: 1,
        ...Object.fromEntries(FIRSTS.flatMap(([bit, metric]) => (flags & bit ? [[metric, 1]] : []))),
      }
      return { type: 'pageview', dimensions: { ...who, ...placed('entry', HOST + paths[0]!) }, metrics, ...there }
    }
    case 'leave': {
      const { seconds, scroll } = moment
      return { type: 'pageview', dimensions: who, metrics: { hits: 0, seconds, scroll, leaves: 1 }, ...there }
    }
    case 'download': {
      const dimensions = { ...who, ...placed('file', moment.url) }
      return { type: 'download', dimensions, metrics: { hits: 1, downloads: 1 }, ...there }
    }
    case 'follow':
      return {
        type: 'outbound',
        dimensions: { ...who, ...placed('target', moment.url) },
        metrics: { hits: 1 },
        ...there,
      }
    case 'order':
      return {
        type: 'order',
        dimensions: { ...who, ...SALES },
        metrics: { hits: 1, dollars: moment.cents / 100 },
        agent,
      }
  }
}

/** What every order counts under, by whichever way it comes. */
export const SALES = { sales: 'shop' }

/** A session's second page makes it engaged, in the moment when it began and under what brought it. */
function engagedBy(moment: Moment, visit: Visit, rain: Rain): Told[] {
  if (moment.does !== 'view' || !(visit.flags[moment.load]! & FLAG.second)) return []
  const [entry] = pathsOf(visit)
  return [
    {
      id: `${rain.name}/${visit.number}/engaged`,
      type: 'pageview',
      at: moment.at - 1000 * ageAt(moment.at, visit),
      dimensions: { ...whoOf(visit), ...placed('entry', HOST + entry!) },
      metrics: { hits: 0, engaged: 1 },
      agent: visit.visitor.agent.text,
      referrer: visit.source.referrer,
    },
  ]
}

/** A browser does not know which page is the last, and takes each one before it back. Afterwards one event says it. */
function exitOf(visit: Visit, { name }: Rain): Told {
  const last = visit.moments.findLast(({ does }) => does === 'view')! // The first moment is one.
  const dimensions = placed('exit', HOST + pathsOf(visit).at(-1)!)
  const id = `${name}/${visit.number}/exit`
  return { id, type: 'pageview', at: last.at, dimensions, metrics: { hits: 0, exits: 1 } }
}
