/**
 * Questions as a curious owner asks them, by chance: any interval over any period or range it can be had of, any path,
 * any metrics. Each comes as a query for the server and as plain bounds for the naive counter.
 */
import { Temporal } from 'temporal-polyfill/implementation'
import { INTERVALS, type Interval } from '../../sdk/wire/query'
import { bucketOf, startOf, zoned } from '../calendar'
import type { Asked } from '../naive'
import type { Random } from '../random'
import { TYPES } from './events'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Question {
  query: Record<string, string>
  asked: Asked
  depth: number
  sort: { metric: string; descending: boolean }
  limit: number
}

/** `10s` is kept an hour, minutes a day, hours 93 days, days and weeks 800: a question stays clear of the edge. */
const REACH: Partial<Record<Interval, number>> = {
  '10s': 50 * MINUTE,
  minute: 23 * HOUR,
  hour: 92 * DAY,
  day: 790 * DAY,
  week: 790 * DAY,
}

/** A length ends with the bucket of now and counts whole ones; what is to date begins at the calendar's own start. */
const periods: Record<string, (now: number, zone: string) => [from: number, to: number]> = {
  '10s:5m': (now) => [bucketOf('10s', now, 'UTC')[1] - 5 * MINUTE, now + 1],
  '30m': (now) => [bucketOf('minute', now, 'UTC')[1] - 30 * MINUTE, now + 1],
  'minute:20h': (now) => [bucketOf('minute', now, 'UTC')[1] - 20 * HOUR, now + 1],
  '24h': (now, zone) => [bucketOf('hour', now, zone)[1] - 24 * HOUR, now + 1],
  today: (now, zone) => [bucketOf('day', now, zone)[0], now + 1],
  yesterday: (now, zone) => {
    const to = bucketOf('day', now, zone)[0]
    return [bucketOf('day', to - 1, zone)[0], to]
  },
  wtd: (now, zone) => [bucketOf('week', now, zone)[0], now + 1],
  mtd: (now, zone) => [bucketOf('month', now, zone)[0], now + 1],
  qtd: (now, zone) => [bucketOf('quarter', now, zone)[0], now + 1],
  ytd: (now, zone) => [bucketOf('year', now, zone)[0], now + 1],
  all: (now) => [0, now + 1],
  '7d': daysBack(7),
  '30d': daysBack(30),
  'day:60d': daysBack(60),
}

function daysBack(count: number) {
  return (now: number, zone: string): [number, number] => {
    const tomorrow = zoned(now, zone).toPlainDate().add({ days: 1 })
    return [startOf(tomorrow.subtract({ days: count }), zone), now + 1]
  }
}

function dates(random: Random, now: number, zone: string): { text: string; bounds: [number, number] } {
  const today = zoned(now, zone).toPlainDate()
  const first = today.subtract({ days: random.whole(2, 60) })
  const last = first.add({ days: random.whole(0, 20) })
  return { text: `${first}..${last}`, bounds: [startOf(first, zone), startOf(last.add({ days: 1 }), zone)] }
}

type Range = { query: Record<string, string>; from: number; to: number }

function rangeOf(random: Random, now: number, zone: string): Range {
  if (random.chance(0.2)) {
    const { text, bounds } = dates(random, now, zone)
    return { query: { period: text }, from: bounds[0], to: bounds[1] }
  }
  if (random.chance(0.4)) {
    const length = random.pick([20 * MINUTE, 45 * MINUTE, 20 * HOUR, 5 * DAY, 40 * DAY])
    const to = random.chance(0.5) ? now : Math.floor(now - random.next() * (59 * DAY - length))
    const from = Math.floor(to - (0.1 + 0.9 * random.next()) * length)
    const written = (ms: number) =>
      random.chance(0.5) ? String(ms) : Temporal.Instant.fromEpochMilliseconds(ms).toString()
    return { query: { from: written(from), to: written(to) }, from, to }
  }
  const period = random.pick(Object.keys(periods))
  const [from, to] = periods[period]!(now, zone)
  return { query: { period }, from, to }
}

const METRICS = `
  hits dollars bytes weight share sessions clicks nothing
  dollars/hits bytes/hits hits/weight bounce_rate hits/hours hits/_count dollars/7
  hits:+ dollars:+ dollars/hits:+ hits:_ weight:_ bytes/hits:_`
  .trim()
  .split(/\s+/)
/** A child's rank must not hang on the last bit of a float, nor a list on where it was cut. */
const SORTS = ['hits', 'bytes', 'dollars', 'bytes/hits', 'clicks']

const PATHS = `
  _ _ _ page page,/page/0 page,/page/7 country country,SE country,SE,north country,日本 device device,phone books
  books,shelf%2 way way,phone way,phone,x a a,3 b b,y b,y,2,z d,true c nowhere`
  .trim()
  .split(/\s+/)
  .map((text) => (text === '_' ? [] : text.replace('%', ' ').split(',')))

export function questionOf(random: Random, now: number, zone: string): Question {
  const { query, from, to } = rangeOf(random, now, zone)
  const interval = random.pick(INTERVALS.filter((each) => from >= now - (REACH[each] ?? Number.POSITIVE_INFINITY)))
  const type = random.pick([...TYPES, 'request', 'sale', 'never'])
  const dimension = random.favour(PATHS)
  // `all` has no end, so nothing is a rate over it.
  const known = METRICS.filter((metric) => interval !== 'all' || metric !== 'hits/hours')
  const metrics = random.shuffled(known).slice(0, random.whole(1, 3))
  const depth = random.pick([0, 0, 1, 1, 2])
  const sort = { metric: random.pick(SORTS), descending: random.chance(0.7) }
  const limit = random.pick([1, 3, 10, 1000])
  return {
    query: {
      ...query,
      ...(type !== '_' && { type }),
      ...(dimension.length && { dimension: JSON.stringify(dimension) }),
      interval,
      metric: random.chance(0.5) ? JSON.stringify(metrics) : metrics.join(),
      depth: String(depth),
      sort: `${sort.descending ? '-' : ''}${sort.metric}`,
      limit: String(limit),
    },
    asked: { type, dimension, metrics, interval, from, to },
    depth,
    sort,
    limit,
  }
}

export interface RankQuestion {
  query: Record<string, string>
  asked: Asked
  depth: number
  threshold: number
  sort: { by: (typeof ORDERS)[number]; descending: boolean }
  offset: number
  limit: number
}

const ORDERS = ['score', 'effect', 'difference', 'count'] as const
/** Nothing is divided by a metric that can be of either sign. */
const RANKED = ['hits', 'bytes', 'dollars', 'bytes/hits', 'dollars/hits', 'engaged/sessions']

export function rankQuestionOf(random: Random, now: number, zone: string): RankQuestion {
  const { query, asked } = questionOf(random, now, zone)
  const metric = random.pick(RANKED)
  const [depth, threshold] = [random.whole(1, 3), random.pick([0.1, 0.25, 0.5])]
  const [offset, limit] = [random.pick([0, 0, 3]), random.pick([1, 5, 1000])]
  const sort = { by: random.pick(ORDERS), descending: random.chance(0.7) }
  const own = { metric, depth, threshold, offset, limit, sort: `${sort.descending ? '-' : ''}${sort.by}` }
  const texts = Object.entries(own).map(([name, each]) => [name, String(each)])
  return {
    query: { ...query, ...Object.fromEntries(texts) },
    asked: { ...asked, metrics: [metric] },
    depth,
    threshold,
    sort,
    offset,
    limit,
  }
}
