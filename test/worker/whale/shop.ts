/** A shop's events of three types, two people and four paths, and questions about them: what resets are tried on. */
import { vi } from 'vitest'
import type { Event } from '../../../sdk/wire/event'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import type { Scope } from '../../../worker/rollup/erase'
import { parseMetric } from '../../../worker/rollup/metric'
import { madeSite } from '../objects'

export type Made = Awaited<ReturnType<typeof madeSite>>

let ids = 0
export function entry(event: Partial<Event>): Entry {
  ids += 1
  const given: Event = { at: Date.now(), type: 'shop', dimensions: {}, metrics: {}, ...event }
  return { id: `${ids}`.padEnd(10, '.'), ...place(undefined, Date.now()), text: JSON.stringify([given]) }
}

/** Events of three types, two people and four paths. */
export const some = (): Entry[] => [
  entry({ type: 'shop.sale', dimensions: { page: ['a', 'x'] }, metrics: { dollars: 5 }, visitor: 1 }),
  entry({ type: 'shop.sale.big', dimensions: { page: ['a', 'y'] }, metrics: { dollars: 90 }, visitor: 2 }),
  entry({ type: 'shop', dimensions: { page: ['b', 'x'] }, gauges: { heat: 20 }, visitor: 1 }),
  entry({ type: 'other', dimensions: { page: ['a', 'x'] }, metrics: { dollars: 1 } }),
]

/** The same events in each place they can be: in cells, pending, and in a log that is not merged. */
export async function everywhere(): Promise<Made> {
  const made = await madeSite()
  const { hail, whale } = made
  await hail().append(some())
  await hail().merge()
  await whale().close()
  await hail().append(some())
  await hail().merge()
  await hail().append(some())
  return made
}

export async function asked(
  { whale, site }: Made,
  [type, ...dimension]: string[],
  text = 'hits',
  interval: 'minute' | 'all' = 'all',
): Promise<number> {
  const metric = parseMetric(text)
  if ('problem' in metric) throw new Error(metric.problem)
  // Peeks are rationed by the clock, one a second.
  const now = Date.now() + 1_000
  vi.setSystemTime(now)
  const answer = await whale().answer({
    type: type!,
    dimension,
    metrics: [metric],
    interval,
    from: interval === 'all' ? 0 : now - 30 * 60_000,
    to: now + 1,
    now,
    timezone: 'UTC',
    zones: site.zones,
    depth: 0,
    sort: { metric, descending: true },
    limit: 10,
  })
  return answer.series[0]?.total ?? 0
}

export const told = async ({ whale }: Made, scope: Scope): Promise<boolean> => {
  const [result] = await Promise.allSettled([whale().reset(scope)])
  return result.status === 'fulfilled'
}
