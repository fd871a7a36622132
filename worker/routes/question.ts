/** Parses the query of `/graph` and its kin into a question. Everything wrong is a 400 that names the parameter. */
import type { Path } from '../../sdk/wire/event'
import { INTERVALS, type Interval } from '../../sdk/wire/query'
import type { Site } from '../ingest/settings'
import { FOREVER, offsetAt, type Zones } from '../rollup/interval'
import { type Metric, parseMetric } from '../rollup/metric'
import { periodOf } from '../rollup/period'
import type { Question } from '../whale/answer'
import type { Access } from './access'
import { Problem } from './problem'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** More points than any screen has, and a bound on work. */
const MOST_POINTS = 10_000
/** Lines that a picture can hold apart. */
const MOST_METRICS = 16
const MOST_DEPTH = 8
const MOST_CHILDREN = 1_000
const MOST_NAME = 256
/** Hours are kept so long, and another zone's days are read from them. */
const HOURS_KEPT = 93 * DAY
const DEFAULT_PERIOD = '24h'
const DEFAULT_LIMIT = 10

export type Query = Record<string, string>

const bad = (field: string, detail: string) => new Problem(400, `${field}: ${detail}`, field)

/** Drawing has parameters of its own, and a script may add `at` so that a picture is fetched anew. */
const KNOWN =
  'site type pk dimension dimensions metric metrics interval period from to tz depth sort limit share width height title theme at'.split(
    ' ',
  )

export function questionOf(query: Query, site: Site, access: Access, now: number): Question {
  const unknown = Object.keys(query).find((name) => !KNOWN.includes(name))
  if (unknown !== undefined) throw bad(unknown, `is not known here; known are ${KNOWN.join(', ')}`)
  const { zones, timezone, foreign } = zonesOf(query.tz, site)
  const { from, to, fits } = rangeOf(query, zones, now)
  const interval = query.interval === undefined ? fits : intervalOf(query.interval)
  if (from >= to) throw bad('from', 'must lie before to')
  const metrics = listOf(query.metric ?? query.metrics ?? 'hits').map((text) => metricOf('metric', text))
  const question: Question = {
    type: query.type ?? query.pk ?? '_',
    dimension: pathOf(query.dimension ?? query.dimensions),
    metrics,
    interval,
    from,
    to,
    timezone,
    zones,
    depth: whole(query.depth, 'depth', 0, MOST_DEPTH) ?? 0,
    sort: sortOf(query.sort, metrics[0]!),
    limit: whole(query.limit, 'limit', 1, MOST_CHILDREN) ?? DEFAULT_LIMIT,
    // Minutes lie on every zone's grid; longer buckets of another zone are made of the site's hours.
    ...(foreign && interval !== '10s' && interval !== 'minute' && { level: 'hour' as const }),
  }
  if (foreign) checkForeign(question, site, now)
  checkPoints(question)
  checkScope(question, access)
  return question
}

function zonesOf(tz: string | undefined, site: Site): { zones: Zones; timezone: string; foreign: boolean } {
  const own = site.zones.at(-1)?.zone ?? 'UTC'
  if (tz === undefined || tz === own) return { zones: site.zones, timezone: own, foreign: false }
  try {
    new Intl.DateTimeFormat('en', { timeZone: tz })
  } catch {
    throw bad('tz', `"${tz}" is not an IANA zone such as Europe/Stockholm`)
  }
  return { zones: [{ from: 0, zone: tz }], timezone: tz, foreign: true }
}

/** Another zone's buckets are made of the site's hours, so their grids must agree, and the hours must still be there. */
function checkForeign({ interval, from, to, zones, timezone }: Question, site: Site, now: number): void {
  if (interval === '10s' || interval === 'minute') return
  if (!['hour', 'day', 'week'].includes(interval)) {
    throw bad('tz', `${interval}s can be had in the site's own zone only; hours, days and weeks in ${timezone} too`)
  }
  if (from < now - HOURS_KEPT)
    throw bad('from', `days of another zone are read from hours, which are kept ${HOURS_KEPT / DAY} days`)
  for (const at of [from, to]) {
    if ((offsetAt(at, zones) - offsetAt(at, site.zones)) % HOUR) {
      throw bad('tz', `${timezone} is not whole hours from the site's zone; days can be had in zones that are`)
    }
  }
}

function rangeOf(query: Query, zones: Zones, now: number): { from: number; to: number; fits: Interval } {
  if (query.from === undefined && query.to === undefined) {
    const period = periodOf(query.period ?? DEFAULT_PERIOD, now, zones)
    if ('problem' in period) throw bad('period', period.problem)
    return { from: period.from, to: period.to, fits: period.interval }
  }
  if (query.period !== undefined) throw bad('period', 'give a period, or from and to, not both')
  const from = timeOf('from', query.from)
  const to = query.to === undefined ? now : timeOf('to', query.to)
  return { from, to, fits: intervalFor(to - from) }
}

/** An interval that draws well: some tens to some hundreds of points. */
function intervalFor(length: number): Interval {
  if (length <= 2 * HOUR) return 'minute'
  if (length <= 4 * DAY) return 'hour'
  if (length <= 400 * DAY) return 'day'
  return 'month'
}

function timeOf(field: string, text: string | undefined): number {
  if (text === undefined) throw bad(field, 'is missing')
  const time = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isFinite(time) || Math.abs(time) >= FOREVER) throw bad(field, 'must be unix milliseconds or an ISO date')
  return time
}

function intervalOf(text: string): Interval {
  const interval = INTERVALS.find((each) => each === text)
  if (!interval) throw bad('interval', `"${text}" is not one of ${INTERVALS.join(', ')}`)
  return interval
}

function metricOf(field: string, text: string): Metric {
  const metric = parseMetric(text)
  if ('problem' in metric) throw bad(field, metric.problem)
  return metric
}

/** A JSON list, or names between commas. In a query `+` is a space, and `hits:+` is what people write. */
function listOf(text: string): string[] {
  const list = text.startsWith('[') ? json('metric', text) : text.replace(/: (?=,|$)/g, ':+').split(',')
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string' && item)) {
    throw bad('metric', 'must be a metric, several between commas, or a JSON list of them')
  }
  const names = [...new Set(list.map((name: string) => name.trim()))]
  if (names.length > MOST_METRICS) throw bad('metric', `has more than ${MOST_METRICS} metrics`)
  return names
}

/** A path as a JSON list, or one name; `_` and nothing are the root. */
export function pathOf(text: string | undefined, field = 'dimension'): Path {
  if (text === undefined || text === '' || text === '_') return []
  const path = /^[["]/.test(text) ? json(field, text) : [text]
  const list = typeof path === 'string' ? [path] : path
  if (!Array.isArray(list) || !list.every((name) => typeof name === 'string' || typeof name === 'number')) {
    throw bad(field, 'must be a name or a JSON list of names, such as ["country","SE"]')
  }
  if (list.length > MOST_DEPTH) throw bad(field, `is deeper than ${MOST_DEPTH}`)
  const names = list.map(String)
  if (names.some((name) => name.length > MOST_NAME)) throw bad(field, `has a name longer than ${MOST_NAME}`)
  return names.length === 1 && names[0] === '_' ? [] : names
}

function json(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad(field, 'is not JSON')
  }
}

function sortOf(text: string | undefined, fallback: Metric): Question['sort'] {
  if (!text) return { metric: fallback, descending: true }
  return text.startsWith('-')
    ? { metric: metricOf('sort', text.slice(1)), descending: true }
    : { metric: metricOf('sort', text), descending: false }
}

export function whole(text: string | undefined, field: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw bad(field, `must be a whole number from ${least} to ${most}`)
  }
  return value
}

/** Rough lengths, never longer than a real bucket: a bound before any calendar is asked. */
const LEAST_MS: Record<Interval, number> = {
  '10s': 10_000,
  minute: 60_000,
  hour: HOUR,
  day: 23 * HOUR,
  week: 7 * DAY - HOUR,
  month: 28 * DAY - HOUR,
  quarter: 90 * DAY - HOUR,
  year: 365 * DAY - HOUR,
  all: Number.POSITIVE_INFINITY,
}

function checkPoints({ interval, from, to }: Question): void {
  if ((to - from) / LEAST_MS[interval] > MOST_POINTS) {
    throw bad('interval', `${interval} makes more than ${MOST_POINTS} points of this range; take a longer one`)
  }
}

/** A share narrows what may be asked; what lies outside is refused by name. */
function checkScope({ type, dimension, metrics, sort }: Question, access: Access): void {
  if (access.level !== 'share') return
  const { scope } = access
  if (scope.type !== undefined && type !== scope.type && !type.startsWith(`${scope.type}.`)) {
    throw new Problem(403, `this share shows type ${scope.type} only`, 'type')
  }
  if (scope.dimension && !scope.dimension.every((name, i) => dimension[i] === name)) {
    throw new Problem(403, `this share shows ${JSON.stringify(scope.dimension)} only`, 'dimension')
  }
  const hidden = scope.metrics && [...metrics, sort.metric].find((metric) => !scope.metrics?.includes(metric.text))
  if (hidden) throw new Problem(403, `this share does not show ${hidden.text}`, 'metric')
}
