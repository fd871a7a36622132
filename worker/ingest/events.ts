/**
 * What a beacon says becomes events. A view is one event with all dimensions; what it tells about others (the session's
 * first page was not its last, the previous page was not the exit) becomes small events with only what they touch.
 */
import { type Event, FLAG, type Numbers, type Plaintext, type Saying } from '../../sdk/wire/event'
import type { Note } from '../../sdk/wire/note'
import { typeOfDecision } from '../../sdk/wire/word'
import { type Place, placeOf, withoutQuery } from './place'
import { type Entries, ofPlace, ofAgent, ofArrival, ofGeo, ofLanguage, ofPage } from './dimensions'
import type { Facts } from './facts'
import { allowed } from './allow'
import { BROWSER_HITS, BROWSER_TYPE_WORDS, LONGEST_SECONDS, PATHS, WHOLE_PAGE } from './limits'
import { clamp } from './metrics'
import { cleanType } from './name'
import { isFromElsewhere } from './referrer'
import type { Ranges } from './settings'
import { TRACKED } from './tracking'
import { clip, merge, nest, sizeOf, tree } from './tree'
import type { VerifiedBeacon } from './verify'

export const PAGEVIEW = 'pageview'
const DOWNLOAD = 'download'
const OUTBOUND = 'outbound'
export const REFUSED = 'refused'
/** Types that mean what this house says they mean; a browser that chooses one gets it below `custom`. */
const RESERVED = new Set([PAGEVIEW, DOWNLOAD, OUTBOUND, REFUSED, 'decision', TRACKED])
/** Whether a type is one that a browser chose. */
export const isChosen = (type: string): boolean => !RESERVED.has(type.split('.')[0]!)

const VISITORS: readonly [flag: number, metric: string][] = [
  [FLAG.day, 'visitors_day'],
  [FLAG.week, 'visitors_week'],
  [FLAG.month, 'visitors_month'],
  [FLAG.quarter, 'visitors_quarter'],
  [FLAG.year, 'visitors_year'],
  [FLAG.ever, 'visitors_ever'],
]

/** What all events of one envelope share. */
interface Scope {
  at: number
  page: Place
  /** What its view begins, if it has one. */
  begins: Beginning
  /** True of the whole session: it rides on every event, so that bounces fall under what brought them. */
  session: Entries
  /** The above, and the page. */
  all: Entries
  /** Metrics that a count may carry, beside those that it always may. */
  allow: Ranges
  notes: Notes
}

/** What was said of decisions, as far as it was decided here. */
export type Notes = ReadonlyMap<Saying, Note>

type Said<Code extends Saying[0]> = Extract<Saying, readonly [Code, ...unknown[]]>

/** `at` is when the envelope counts, as `judge` said. */
export function eventsOf(
  { plaintext }: VerifiedBeacon,
  facts: Facts,
  at: number,
  { allow = {}, notes = new Map() }: { allow?: Ranges; notes?: Notes } = {},
): Event[] {
  const page = placeOf(plaintext.page)
  const begins = beginningOf(plaintext)
  const session = [
    ...ofGeo(facts.geo),
    ...ofAgent(facts.agent),
    ...ofLanguage(facts.language),
    ...ofArrival(plaintext.referrer, plaintext.page),
    ...ofEntry(plaintext.sayings, page, begins),
  ]
  const scope = { at, page, begins, session, all: [...session, ...ofPage(plaintext.page)], allow, notes }
  return plaintext.sayings.flatMap((saying) => eventsOfSaying(saying, scope))
}

function eventsOfSaying(saying: Saying, scope: Scope): Event[] {
  switch (saying[0]) {
    case 'p':
      return ofView(saying, scope)
    case 'e':
      return ofLeave(saying, scope)
    case 'd':
      return ofClick(DOWNLOAD, 'file', saying[1], { hits: 1, downloads: 1 }, scope)
    case 'o':
      return ofClick(OUTBOUND, 'target', saying[1], { hits: 1 }, scope)
    case 'c':
      return ofCustom(saying, scope)
    case 'l':
      return [
        {
          at: scope.at,
          type: REFUSED,
          dimensions: { reason: 'dropped' },
          metrics: { hits: clamp(saying[1], 0, BROWSER_HITS) },
        },
      ]
    case 'x':
    case 'r':
      return ofDecision(saying, scope)
  }
}

type Beginning = 'session' | 'session by referrer' | undefined

/** A browser that keeps nothing says no entry, not even an empty one: then what came from elsewhere begins a session. */
function beginningOf({ sayings, referrer, page }: Plaintext): Beginning {
  const view = viewIn(sayings)
  if (!view || !(view[1] & FLAG.session)) return undefined
  if (view[4] !== undefined) return 'session'
  return isFromElsewhere(referrer, page) ? 'session by referrer' : undefined
}

const viewIn = (sayings: readonly Saying[]) => sayings.find((saying): saying is Said<'p'> => saying[0] === 'p')

/** The session's first page, as its view tells it. */
function ofEntry(sayings: readonly Saying[], page: Place, begins: Beginning): Entries {
  if (begins) return ofPlace('entry', page)
  const entryPath = viewIn(sayings)?.[4]
  return entryPath ? ofPlace('entry', { host: page.host, path: entryPath }) : []
}

function ofView([, flags, age = 0, previousPath = '']: Said<'p'>, { at, page, begins, session, all }: Scope): Event[] {
  const metrics: Numbers = { hits: 1 }
  for (const [flag, metric] of VISITORS) if (flags & flag) metrics[metric] = 1
  if (begins) metrics.sessions = 1
  if (begins === 'session by referrer') metrics.sessions_by_referrer = 1
  const also = (entries: Entries, numbers: Numbers, when = at): Event => ({
    at: when,
    type: PAGEVIEW,
    dimensions: tree(entries),
    metrics: { hits: 0, ...numbers },
  })
  const events: Event[] = [
    { at, type: PAGEVIEW, dimensions: tree(all), metrics },
    also(ofPlace('exit', page), { exits: 1 }),
  ]
  if (previousPath) events.push(also(ofPlace('exit', { host: page.host, path: previousPath }), { exits: -1 }))
  if (flags & FLAG.second) {
    const began = at - Math.round(clamp(age, 0, LONGEST_SECONDS) * 1000)
    events.push(also(session, { engaged: 1 }, began))
  }
  return events
}

function ofLeave([, seconds, scroll = 0]: Said<'e'>, { at, all }: Scope): Event[] {
  const metrics = {
    hits: 0,
    seconds: clamp(seconds, 0, LONGEST_SECONDS),
    scroll: clamp(scroll, 0, WHOLE_PAGE),
    leaves: 1,
  }
  return [{ at, type: PAGEVIEW, dimensions: tree(all), metrics }]
}

/** A link's query may hold what is nobody's business, and would make each click a name of its own. */
function ofClick(type: string, name: string, url: string, metrics: Numbers, { at, page, all }: Scope): Event[] {
  const { host, path } = withoutQuery(placeOf(url))
  const target = ofPlace(name, { host: host || page.host, path })
  return [{ at, type, dimensions: tree([...all, ...target]), metrics }]
}

function ofCustom([, chosen, metrics = {}, type = '_']: Said<'c'>, { at, all, allow }: Scope): Event[] {
  const derived = tree(all)
  const dimensions = merge(derived, clip(chosen, PATHS - 1 - sizeOf(derived)))
  return [{ at, type: customType(type), dimensions, metrics: allowed(metrics, allow) }]
}

function ofDecision(saying: Said<'x'> | Said<'r'>, { at, all, notes }: Scope): Event[] {
  const note = notes.get(saying)
  if (note?.kind !== 'exposure' && note?.kind !== 'reward') return []
  const type = typeOfDecision(note.decision, note.option)
  if (note.kind === 'exposure') {
    return [{ at, type, dimensions: tree(all), metrics: { hits: 1, decisions: 1 }, note }]
  }
  const entries: Entries = note.goal ? [...all, ['goal', nest([note.goal])]] : all
  return [{ at, type, dimensions: tree(entries), metrics: { ...note.metrics, hits: 0, rewards: 1 }, note }]
}

function customType(type: string): string {
  const clean = cleanType(type).split('.').slice(0, BROWSER_TYPE_WORDS).join('.')
  return RESERVED.has(clean.split('.')[0]!) ? cleanType(`custom.${clean}`) : clean
}
