/**
 * Which numbers a browser's `count()` may carry, and how great. Anyone can speak as a browser, so money is not among them
 * unless the owner says so; an event keeps what is allowed, within its range, and counts without the rest.
 */
import type { Numbers, Saying } from '../../sdk/wire/event'
import { BROWSER_HITS, BROWSER_METRICS, LONGEST_SECONDS, WHOLE_PAGE } from './limits'
import { clamp, withHits } from './metrics'
import { cleanMetric } from './name'
import type { Ranges } from './settings'

/** What any site's browsers may say: what the script measures itself, and how well a decision went. */
const ALWAYS: Ranges = {
  hits: { least: 0, most: BROWSER_HITS },
  seconds: { least: 0, most: LONGEST_SECONDS },
  scroll: { least: 0, most: WHOLE_PAGE },
  reward: { least: 0, most: 1 },
}

const rangeOf = (name: string, allow: Ranges): Ranges[string] | undefined =>
  Object.hasOwn(allow, name) ? allow[name] : Object.hasOwn(ALWAYS, name) ? ALWAYS[name] : undefined

/** What counts of a saying's numbers. */
export function allowed(metrics: Numbers, allow: Ranges = {}): Numbers {
  const kept = Object.entries(metrics).flatMap(([given, value]) => {
    const name = cleanMetric(given)
    const range = rangeOf(name, allow)
    return range ? [[name, clamp(value, range.least, range.most)] as const] : []
  })
  return withHits(Object.fromEntries(kept.slice(0, BROWSER_METRICS)))
}

/** Whether a saying carries a number that does not count. */
export const isBeyond = (saying: Saying, allow: Ranges = {}): boolean =>
  Object.keys((saying[0] === 'c' ? saying[2] : saying[0] === 'r' && saying[4]) || {}).some(
    (name) => !rangeOf(cleanMetric(name), allow),
  )
