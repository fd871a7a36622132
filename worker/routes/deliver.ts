/**
 * Delivers entries to the Hails they belong to, and lets refusals ride along.
 * Resolves when every entry is on disk; throws where one Hail could not say so, and the sender sends all again.
 */
import type { Event } from '../../sdk/wire/event'
import { type Env, hail, pod } from '../env'
import type { Entry } from '../hail/log'
import { place } from '../hail/ids'
import type { Reason } from '../ingest/refusal'
import { weightOf } from '../rollup/weight'
import type { Deployment } from './deployment'
import { NO_SITE, refusalEvents } from './refusals'

export interface Delivery {
  site: number
  shard: number
  /** Ten characters, one a byte; absent where the sender gave none. */
  id?: string
  /** The raw time that says where the id is remembered; absent where the sender gave none. */
  ts?: number
  /** Other Hails that may have taken it before. */
  elsewhere?: readonly number[]
  events: Event[]
  /** What came with it and is counted once by an id of its own, or not at all. */
  apart?: Delivery[]
  /** Whose event it is, and when: of whom sessions are told apart. */
  visit?: { visitor: number; at: number }
  /** Of a pixel that counts so often in all. */
  cap?: Entry['cap']
  /** What it is counted for by visitors. */
  tracked?: Entry['tracked']
  /** Who sent it, where that can be told: the visitor of its events. Too much of one is refused. */
  sender?: number
  /** What its owner is told if it counts. */
  note?: Reason
}

/** What became of a delivery. */
export type Outcome = 'counted' | 'duplicate' | Reason

/** What became of each, in their order. */
export async function deliver(
  { env, deployment, now }: { env: Env; deployment: Deployment; now: number },
  deliveries: Delivery[],
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(deliveries.length).fill('counted')
  const groups = Map.groupBy(
    deliveries.map((delivery, index) => ({ delivery, index })),
    ({ delivery }) => `${delivery.site}/${delivery.shard}`,
  )
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const { site, shard } = group[0]!.delivery
      const refused = deployment.refusals.take(site, now)
      const entries = group.map(({ delivery }) => entryOf(delivery, now))
      if (refused.length) entries.push(entryOf({ site, shard, events: refusalEvents(refused, now) }, now))
      try {
        const { duplicates, refused: reasons } = await hail(env, site, shard).append(entries)
        group.forEach(({ index }, i) => {
          outcomes[index] = reasons?.[i] ?? (duplicates[i] ? 'duplicate' : 'counted')
        })
      } catch (error) {
        deployment.refusals.back(site, refused)
        throw error
      }
    }),
  )
  return outcomes
}

/** Tells refusals that have waited long enough for something to ride on. */
export async function tellRefusals(
  context: { env: Env; deployment: Deployment; now: number },
  site: number,
): Promise<void> {
  const { env, deployment, now } = context
  if (!deployment.refusals.due(site, now)) return
  if (site !== NO_SITE) {
    await deliver(context, [{ site, shard: 0, events: [] }])
    return
  }
  const refused = deployment.refusals.take(NO_SITE, now)
  try {
    await pod(env).refuse(refused)
  } catch (error) {
    deployment.refusals.back(NO_SITE, refused)
    throw error
  }
}

function entryOf({ id, ts, events, visit, sender, elsewhere, cap, tracked }: Delivery, now: number): Entry {
  return {
    ...(id !== undefined && { id }),
    ...place(ts, now),
    text: JSON.stringify(events),
    weight: events.reduce((sum, event) => sum + weightOf(event), 0),
    ...(visit && { visit }),
    ...(sender !== undefined && { sender }),
    ...(elsewhere?.length && { elsewhere }),
    ...(cap && { cap }),
    ...(tracked && { tracked }),
  }
}
