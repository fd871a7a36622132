/**
 * Reads what `/count` takes: events of programs that hold the write key. They may say whose event it is (agent,
 * address, page, referrer), and then it gets a beacon's dimensions; the caller's own are never looked at.
 * Unlike a beacon's mistakes, theirs are told, with the field's name.
 */
import * as v from 'valibot'
import type { Dimensions, Event, Numbers } from '../../sdk/wire/event'
import { named } from '../../sdk/wire/member'
import { agentOf } from './agent'
import { SKEW } from './clock'
import { type Entries, ofAgent, ofArrival, ofGeo, ofPage } from './dimensions'
import { type GeoFile, geoOf } from './geo'
import { idOf } from './id'
import { boundsProblem, isLong } from './bounds'
import { COUNTS, ID_CHARACTERS, METRICS, NAME_BYTES, PATHS, TYPE_WORDS } from './limits'
import { gaugesOf, withHits } from './metrics'
import { cleanType } from './name'
import { clip, merge, sizeOf, tree } from './tree'

/** What is older would be dropped from every level but months as soon as it was counted. */
const RETENTION = 800 * 86_400_000
/** A time in milliseconds below this is one in seconds: it would be March 1973. */
const SECONDS_LOOK_LIKE = 1e11
/** A full date; a time of day only with its zone, or it would be another moment on another machine. */
const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/i

const text = (most: number) => v.pipe(v.string('must be text'), v.maxLength(most, `must be at most ${most} characters`))
const value = v.pipe(v.number('must be a finite number'), v.finite('must be a finite number'))
const names = v.array(v.pipe(v.string('must be a name'), v.nonEmpty('must be a name')), 'must be a list of names')
const MANY_METRICS = `must be at most ${METRICS} metrics`
const numbers = (what: string) => v.pipe(named(value, what), v.maxEntries(METRICS, MANY_METRICS))
const added = numbers('must be an object of numbers or a list of names')
const measured = numbers('must be an object of numbers')
const metricNames = v.pipe(names, v.maxLength(METRICS, MANY_METRICS))

const may = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  v.pipe(v.optional(schema), v.description(about))

/** The shape of one event; also what the API's description is made of. */
export const CountSchema = v.strictObject(
  {
    site: may(v.union([v.string(), v.number()], 'must be the number of the site'), "The site's number or name."),
    type: may(
      v.lazy((given) => (Array.isArray(given) ? names : text(ID_CHARACTERS))),
      'A dotted name, or a list of its words; default `_`. Every prefix is counted.',
    ),
    dimensions: may(
      v.unknown(),
      'A name, a list (one path with its prefixes), nested objects, or a list of ready paths (no prefixes added).',
    ),
    metrics: may(
      v.lazy((given) => (Array.isArray(given) ? metricNames : added)),
      'Numbers to add, or a list of names, each 1; `hits` is 1 unless given.',
    ),
    gauges: may(measured, 'Numbers measured: of a gauge the last by event time stands.'),
    at: may(
      v.union([v.number(), v.string()], 'must be unix milliseconds or an ISO 8601 date'),
      'Unix milliseconds or ISO 8601, up to 800 days ago; default now.',
    ),
    id: may(
      v.pipe(text(ID_CHARACTERS), v.nonEmpty('must not be empty')),
      'Counted once for 72 hours from its first arrival; without one an event is not deduplicated.',
    ),
    visitor: may(
      v.pipe(text(ID_CHARACTERS), v.nonEmpty('must not be empty')),
      'Your own word for a person; kept as a keyed hash.',
    ),
    agent: may(v.string('must be a user agent'), 'Whose event it is: browser and system are derived from it.'),
    address: may(v.string('must be an IP address'), 'Place and network are derived from it; it is not kept.'),
    page: may(v.string('must be a URL'), 'The page it happened on.'),
    referrer: may(v.string('must be a URL'), 'Channel and source are derived from it.'),
  },
  ({ expected }) => (expected === 'never' ? 'is not a field of an event' : 'must be an object'),
)
type Count = v.InferOutput<typeof CountSchema>

/** HailWhale's words. */
export const ALIASES = new Map<string, string>([
  ['pk', 'type'],
  ['metric', 'metrics'],
])

export interface Problem {
  /** `[3].metrics.dollars`, or `metrics.dollars` of a single one. */
  field: string
  message: string
}

export interface CountItem {
  /** Absent: not deduplicated. */
  id?: string
  /** Whether the event has a time of its own, by which its id is remembered. */
  timed: boolean
  /** The site's own word for a person; for unions of visitors. */
  visitor?: string
  event: Event
}

export interface CountContext {
  /** Unix milliseconds. */
  now: number
  geo?: GeoFile
}

/** One event or a list of them; all are good, or the first problem is told and none counts. */
export async function parseCounts(
  given: unknown,
  context: CountContext,
): Promise<{ items: CountItem[] } | { problem: Problem }> {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  if (list.length > COUNTS) return { problem: { field: '', message: `must be at most ${COUNTS} events` } }
  const items: CountItem[] = []
  for (const [index, each] of list.entries()) {
    const item = await parseCount(each, context)
    if ('message' in item) return { problem: { ...item, field: placed(item.field, index, given) } }
    items.push(item)
  }
  return { items }
}

const placed = (field: string, index: number, given: unknown): string =>
  Array.isArray(given) ? [`[${index}]`, field].filter(Boolean).join('.') : field

function withoutAliases(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [ALIASES.get(name) ?? name, value]))
}

async function parseCount(given: unknown, context: CountContext): Promise<CountItem | Problem> {
  const parsed = v.safeParse(CountSchema, withoutAliases(given), { abortEarly: true })
  if (!parsed.success) {
    const [issue] = parsed.issues
    return { field: v.getDotPath(issue) ?? '', message: issue.message }
  }
  const count = parsed.output
  const at = timeOf(count.at, context.now)
  if (typeof at === 'string') return { field: 'at', message: at }
  const beyond = beyondBounds(count)
  if (beyond) return beyond
  return {
    ...(count.id !== undefined && { id: await idOf('count', count.id) }),
    ...(count.visitor !== undefined && { visitor: count.visitor }),
    timed: count.at !== undefined,
    event: {
      at,
      type: typeOf(count.type),
      dimensions: dimensionsOf(count, context),
      metrics: metricsOf(count.metrics),
      ...(count.gauges && { gauges: gaugesOf(count.gauges) }),
    },
  }
}

/** What is too deep, too long or too many. JSON holds nothing but what a tree of dimensions can be. */
function beyondBounds({ type, dimensions, metrics, gauges }: Count): Problem | undefined {
  const words = Array.isArray(type) ? type : (type ?? '').split('.')
  if (words.length > TYPE_WORDS) return { field: 'type', message: `has more than ${TYPE_WORDS} words` }
  const problem = boundsProblem((dimensions ?? null) as Dimensions)
  if (problem) return { field: 'dimensions', message: problem }
  for (const [field, names] of Object.entries({ metrics, gauges })) {
    const long = (Array.isArray(names) ? names : Object.keys(names ?? {})).find(isLong)
    if (long) return { field, message: `has a name longer than ${NAME_BYTES} bytes` }
  }
  return undefined
}

/** The time, or what is wrong with it. */
function timeOf(given: Count['at'], now: number): number | string {
  if (given === undefined) return now
  if (typeof given === 'string' && !ISO.test(given)) return 'must be an ISO 8601 date, and a time of day with its zone'
  const at = typeof given === 'string' ? Date.parse(given) : given
  if (!Number.isFinite(at)) return 'is not a time that exists'
  if (typeof given === 'number' && at >= 0 && at < SECONDS_LOOK_LIKE)
    return 'must be milliseconds; it looks like seconds'
  if (now - at > RETENTION) return 'is older than what is kept (800 days)'
  return at - now > SKEW ? 'lies more than 10 minutes ahead' : Math.trunc(at)
}

/** A list is a hierarchy: `['shop', 'v1.2']` is `shop.v1_2`. */
const typeOf = (given: Count['type']): string =>
  cleanType(Array.isArray(given) ? given.map((word) => word.replaceAll('.', '_')).join('.') : (given ?? '_'))

function metricsOf(given: Count['metrics']): Numbers {
  return withHits(Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, 1])) : (given ?? {}))
}

/** The sender's word stands above what we derive: it knows the event, we only guess. */
function dimensionsOf({ dimensions, agent, address, page, referrer }: Count, { geo }: CountContext): Dimensions {
  const entries: Entries = []
  if (address !== undefined) entries.push(...ofGeo(geoOf(undefined, geo, address)))
  if (agent !== undefined) entries.push(...ofAgent(agentOf(agent)))
  if (page !== undefined) entries.push(...ofPage(page))
  if (referrer !== undefined) entries.push(...ofArrival(referrer, page ?? ''))
  const derived = tree(entries)
  // JSON holds nothing but what a tree of dimensions can be.
  const chosen = clip((dimensions ?? {}) as Dimensions, PATHS - 1 - sizeOf(derived))
  return merge(chosen, derived)
}
