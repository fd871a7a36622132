/** Events as a Readable: what a question is tried on without storage. */
import type { Event } from '../../../sdk/wire/event'
import { Fragment } from '../../../worker/rollup/fragment'
import { FragmentReader } from '../../../worker/whale/fragment-reader'

export const NOON = Date.parse('2026-03-10T12:00:00Z')
export const HOUR = 3_600_000
export const UTC = [{ from: 0, zone: 'UTC' }]

export function event(
  dimensions: Event['dimensions'],
  metrics: Event['metrics'] = {},
  more: Partial<Event> = {},
): Event {
  return { at: NOON, type: 'sale', dimensions, metrics, ...more }
}

export function holding(events: readonly Event[]): FragmentReader {
  const fragment = new Fragment()
  for (const each of events) fragment.add(each)
  return new FragmentReader(fragment)
}
