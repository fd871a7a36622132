/**
 * Makes a question of what `/graph` and its kin are asked: what each parameter may be by itself, asked/graph says; here is
 * what they mean together, of this site, now, and to whoever asks. What is wrong is a 400 that names the parameter and its
 * limit.
 *   limit=5                 the five greatest children; the others are left out
 *   limit=5&rest=1          …and the others are summed as `…`
 *   threshold=0.1           children below a tenth of their parent's total are summed as `…`, as are those beyond the limit
 *   compare=week|month|year|previous   beside each series the same numbers earlier
 */
import type { Interval } from '../../sdk/wire/query'
import { GraphQuery } from '../asked/graph'
import type { Site } from '../ingest/settings'
import { compareProblem, overlayOf } from '../rollup/compare'
import { readsSketches } from '../rollup/distinct'
import { FOREVER, startOfDate, starts, type Zones } from '../rollup/interval'
import { type Derived, type Metric, parseMetric } from '../rollup/metric'
import { periodOf } from '../rollup/period'
import { KEEP } from '../whale/sweep'
import { type Question, spansOf } from '../whale/question'
import type { Access } from './access'
import { type Query, queryBy } from './parsed'
import { bad } from './problem'
import { checkScope, shownInterval, unsaid } from './scope'
import { checkForeign, zonesOf } from './zone'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** More points than any screen has, and a bound on work. */
const MOST_POINTS = 10_000
/** A time in milliseconds below this is one in seconds. */
const SECONDS_LOOK_LIKE = 1e11
const DEFAULT_LIMIT = 10

type Given<Name extends string> = Record<Name, string | undefined>
/** What a site defines for itself stands wherever a metric is asked for. */
type Asked = Site & { metrics?: Record<string, Derived> }

/** The question of a query as it stands in a URL. */
export const questionOf = (query: Query, site: Asked, access: Access, now: number): Question =>
  questionBy(queryBy(GraphQuery, query), site, access, now)

/** The question of a query that was read already. */
export function questionBy(given: GraphQuery, site: Asked, access: Access, now: number): Question {
  const { period, ...zoned } = withoutZone(given)
  const { zones, timezone, foreign } = zonesOf(zoned, site)
  const none = unsaid(access)
  const { from, to, fits } = rangeOf({ period, from: given.from, to: given.to }, none.period, zones, now)
  if (from >= to) throw bad('from', 'must lie before to')
  const metric = (field: string, text: string) => metricOf(field, text, site.metrics)
  const named = given.metric === undefined && given.metrics !== undefined ? 'metrics' : 'metric'
  const metrics = (given[named] ?? none.metrics).map((text) => metric(named, text))
  const interval = intervalOf(given, fits, access)
  const { threshold, compare, where, depth = 0, limit = DEFAULT_LIMIT } = given
  const problem = compare && compareProblem(compare, interval)
  if (problem) throw bad('compare', problem)
  const question: Question = {
    type: given.type ?? given.pk ?? none.type,
    dimension: given.dimension ?? given.dimensions ?? none.dimension,
    metrics,
    interval,
    from,
    to,
    now,
    timezone,
    zones,
    depth,
    sort: given.sort
      ? { metric: metric('sort', given.sort.metric), descending: given.sort.descending }
      : { metric: metrics[0]!, descending: true },
    limit,
    ...(threshold !== undefined && { threshold }),
    ...(given.rest && { rest: true }),
    ...(compare && { compare }),
    ...(where && { where }),
    // Minutes lie on every zone's grid; longer buckets of another zone are made of the site's hours.
    ...(foreign && interval !== '10s' && interval !== 'minute' && { level: 'hour' as const }),
  }
  checkPoints(question)
  if (foreign) checkForeign(question, since(question), site, now)
  if (threshold !== undefined && question.sort.metric.under) {
    throw bad('threshold', `is a share of a total, and ${question.sort.metric.text} is a ratio; sort by what is none`)
  }
  checkScope(question, access, site, given)
  if (question.where) checkRaw(question, site, now)
  return question
}

/** Raw events are kept for a while only, and do not say whose they are. */
function checkRaw(question: Question, site: Site, now: number): void {
  const { raw } = site.keep ?? KEEP
  if (raw === 0) throw bad('where', 'is asked of raw events, and this site keeps none: its setting keep.raw is 0')
  // Whole buckets are counted, so what matters is where the first one begins.
  if (spansOf(question)[0]!.from < now - (raw + 1) * DAY) {
    throw bad(
      'from',
      `lies before raw events are kept, ${raw} days by the site's setting keep.raw; where is asked of them`,
    )
  }
  const distinct = [...question.metrics, question.sort.metric].find(readsSketches)
  if (distinct) throw bad('metric', `${distinct.text} can't be had with where: raw events do not say whose they are`)
}

/** `mtd|-700` is HailWhale's: a period in another zone, by its offset or name. */
function withoutZone({ period, tz, tzoffset }: GraphQuery): Given<'period' | 'tz' | 'tzoffset'> {
  const [bare, zone, ...more] = period?.split('|') ?? []
  if (zone === undefined) return { period, tz, tzoffset }
  if (more.length) throw bad('period', 'has more than one zone after |')
  if (tz !== undefined || tzoffset !== undefined)
    throw bad('period', 'names a zone after |, and so does tz or tzoffset')
  const isOffset = /^\s*[+-]?[\d.]+$/.test(zone)
  return { period: bare || undefined, tz: isOffset ? undefined : zone, tzoffset: isOffset ? zone : undefined }
}

/** The first moment that is read. */
function since({ compare, interval, from, to, zones }: Question): number {
  if (!compare) return from
  return overlayOf(compare, interval, starts(interval, from, to, zones), zones).starts[0] ?? from
}

/** What is said of a time: a period, or from when until when. */
export function rangeOf(
  query: Given<'period' | 'from' | 'to'>,
  otherwise: string,
  zones: Zones,
  now: number,
): { from: number; to: number; fits: Interval } {
  if (query.from === undefined && query.to === undefined) {
    const period = periodOf(query.period ?? otherwise, now, zones)
    if ('problem' in period) throw bad('period', period.problem)
    return { from: period.from, to: period.to, fits: period.interval }
  }
  if (query.period !== undefined) throw bad('period', 'give a period, or from and to, not both')
  const from = timeOf('from', query.from, zones)
  const to = query.to === undefined ? now : timeOf('to', query.to, zones)
  return { from, to, fits: intervalFor(to - from) }
}

/** What is named is meant, also as `day:30d`; else a share draws by what it shows. */
function intervalOf({ interval, period }: GraphQuery, fits: Interval, access: Access): Interval {
  if (interval !== undefined) return interval
  return period?.includes(':') ? fits : shownInterval(fits, access)
}

/** An interval that draws well: some tens to some hundreds of points. */
function intervalFor(length: number): Interval {
  if (length <= 2 * HOUR) return 'minute'
  if (length <= 4 * DAY) return 'hour'
  if (length <= 400 * DAY) return 'day'
  return 'month'
}

/** A date alone is the start of that day in the zone asked for. */
function timeOf(field: string, text: string | undefined, zones: Zones): number {
  if (text === undefined) throw bad(field, 'is missing')
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(Date.parse(text))
  if (isDate) return startOfDate(Number(text.replaceAll('-', '')), zones)
  const isNumber = /^-?\d+$/.test(text)
  const time = isNumber ? Number(text) : Date.parse(text)
  // Of 1973 nobody counted anything.
  if (isNumber && time > 0 && time < SECONDS_LOOK_LIKE) throw bad(field, 'must be milliseconds; it looks like seconds')
  if (!Number.isFinite(time) || Math.abs(time) >= FOREVER) {
    throw bad(field, 'must be unix milliseconds or an ISO date, before the year 9999')
  }
  return time
}

function metricOf(field: string, text: string, more: Record<string, Derived> | undefined): Metric {
  const metric = parseMetric(text, more)
  if ('problem' in metric) throw bad(field, metric.problem)
  return metric
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
