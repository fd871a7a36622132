/** The settings that say what browsers may send a site: how fast, and which numbers. */
import { BROWSER_HITS, LARGEST, LEAST_RATE, METRICS, MOST_RATE } from '../ingest/limits'
import { cleanMetric } from '../ingest/name'
import type { Ranges } from '../ingest/settings'
import { Problem } from './problem'

export function rateOf(rate: unknown): number | false {
  if (rate === false) return rate
  if (typeof rate === 'number' && Number.isInteger(rate) && rate >= LEAST_RATE && rate <= MOST_RATE) return rate
  const what = `must be envelopes a minute, a whole number from ${LEAST_RATE} to ${MOST_RATE}, or false for no limit`
  throw new Problem(400, `rate ${what}`, 'rate')
}

/** `{"seats": [0, 100]}` */
export function allowOf(given: unknown): Ranges {
  const what = 'must be an object of metrics and their ranges, such as {"seats": [0, 100]}'
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Problem(400, `allow ${what}`, 'allow')
  const entries = Object.entries(given)
  if (entries.length > METRICS) throw new Problem(400, `allow has more than ${METRICS} metrics`, 'allow')
  return Object.fromEntries(entries.map(([name, range]) => [name, rangeOf(name, range)]))
}

function rangeOf(name: string, range: unknown): Ranges[string] {
  const field = `allow.${name}`
  if (!name || cleanMetric(name) !== name) throw new Problem(400, `${field} is no name of a metric`, field)
  const most = name === 'hits' ? BROWSER_HITS : LARGEST
  const isBound = (bound: unknown): bound is number => typeof bound === 'number' && Math.abs(bound) <= most
  if (!isPair(range) || !isBound(range[0]) || !isBound(range[1]) || range[0] > range[1]) {
    throw new Problem(400, `${field} must be [least, most], numbers from ${-most} to ${most}`, field)
  }
  return { least: range[0], most: range[1] }
}

const isPair = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2
