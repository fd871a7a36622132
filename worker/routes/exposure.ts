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
  { site, fixedShards }: Pick<Site, 'site' | 'fixedShards'>,
  now: number,
): Promise<Delivery | undefined> {
  const { decision, number = '', id: name, at } = event.note
  if ('refusal' in judge(at, now)) return undefined
  const id = await idOf('exposure', `${decision}/${number}/${name}`)
  return { site, shard: shardOf(id, fixedShards), id, events: [event] }
}

export const isExposure = (event: Event): event is Event & { note: Exposure } => event.note?.kind === 'exposure'
