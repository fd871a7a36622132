/**
 * An exposure is an entry of its own in the log, under the decision's id and not the envelope's: whoever says it, in however
 * many tabs, programs and retries, a decision was made once. It is remembered from its first arrival, whatever time it names,
 * as long as one of that decision may come.
 */
import type { Event } from '../../sdk/wire/event'
import type { Exposure } from '../../sdk/wire/note'
import { judge } from '../ingest/clock'
import { idOf } from '../ingest/id'
import type { Site } from '../ingest/settings'
import { shardOf } from '../ingest/shard'
import type { Delivery } from './deliver'

/** Undefined: the decision is so old that a repeat could no longer be told from the first. */
export async function exposureOf(
  event: Event & { note: Exposure },
  site: Pick<Site, 'site' | 'fixedShards'>,
  now: number,
): Promise<Delivery | undefined> {
  if ('refusal' in judge(event.note.at, now)) return undefined
  return { site: site.site, ...(await homeOf(event.note, site)), events: [event] }
}

/** The Hail that all which is told of a decision meets, however late: it knows its repeats. With the exposure's id. */
export async function homeOf(
  { decision, number, id: name }: Pick<Exposure, 'decision' | 'number' | 'id'>,
  { fixedShards }: Pick<Site, 'fixedShards'>,
): Promise<{ shard: number; id: string }> {
  const id = await idOf('exposure', `${decision}/${number ?? ''}/${name}`)
  return { shard: shardOf(id, fixedShards), id }
}

export const isExposure = (event: Event): event is Event & { note: Exposure } => event.note?.kind === 'exposure'
