/**
 * Fills a Whale without a Hail: slices folded and encoded as a Hail does, merged at their own hour, and closed by the
 * Whale's own alarm. Months of a site's life in a minute.
 */
import type { Event } from '../../../sdk/wire/event'
import type { Env } from '../../../worker/env'
import { encode as encodeEvents } from '../../../worker/rollup/archive'
import { encode, Fragment } from '../../../worker/rollup/fragment'
import { SLICE_VERSION, type Slice } from '../../../worker/whale/slice'
import { clock } from './clock'
import { makeSite, ringUntil, whaleOf, type WhaleHand } from './site'
import { Traffic } from './traffic'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Where every filled month ends: late on a day, so that the last one is nearly whole. */
export const END = Date.UTC(2026, 10, 30, 22)
const SEED = 2
/** Folds entries, each a list of events, into the slice that follows a position. */
function sliceOf(entries: readonly Event[][], from: number, to: number): Slice {
  const fragment = new Fragment()
  const events = entries.flat()
  for (const event of events) fragment.add(event, clock.now)
  const last = clock.now
  const raw = encodeEvents(events)
  return { version: SLICE_VERSION, shard: 0, from, to, events: entries.length, last, parts: encode(fragment), raw }
}

/** Merges slice after slice, each from where the last one ended. */
export class Filling {
  private readonly whale: WhaleHand
  private cursor = 0

  constructor(env: Env, site: number) {
    this.whale = whaleOf(env, site)
  }

  /** Goes on from where the Whale stands: a cursor only rises. */
  async resume(): Promise<void> {
    const { shards } = await this.whale.status()
    this.cursor = shards[0]?.cursor ?? 0
  }

  async merge(entries: readonly Event[][]): Promise<void> {
    if (!entries.length) return
    const to = Math.max(this.cursor + 1, clock.now * 1024)
    const merged = await this.whale.merge(sliceOf(entries, this.cursor, to))
    if (!('cursor' in merged) || merged.cursor !== to) throw new Error('the whale stands elsewhere')
    this.cursor = to
  }
}

/** So many views over the days before `END`. */
export async function fillDays(env: Env, site: number, views: number, days: number): Promise<number> {
  const start = END - days * DAY
  clock.set(start)
  await makeSite(env, site)
  const filling = new Filling(env, site)
  const traffic = new Traffic(SEED, start, (views / (days * DAY)) * 1000)
  // A slice a minute, as they are in life: small ones say names again and again.
  for (let end = start + MINUTE; end <= END; end += MINUTE) {
    const entries = [...traffic.until(end)].map(({ events }) => events)
    await ringUntil(env, end)
    clock.set(end)
    await filling.merge(entries)
  }
  await ringUntil(env, END + 5 * MINUTE)
  clock.set(END + 5 * MINUTE)
  return traffic.taken
}

/** Two years before the month, a slice a day, as an import brings them: few events with large numbers. */
const HISTORY_DAYS = 700
const HISTORY_HITS = 100_000_000
const HISTORY_VIEWS = 250
/** Days, before the end, that also have sales of so many articles. */
const RANKED_DAYS = 90
const ARTICLES = 1_000
/** Days to a close: what is pending must stay well below the bound of live paths. */
const DAYS_TO_A_CLOSE = 10

export async function fillHistory(env: Env, site: number): Promise<void> {
  const filling = new Filling(env, site)
  await filling.resume()
  const hits = HISTORY_HITS / (HISTORY_DAYS * HISTORY_VIEWS)
  for (let day = 1; day <= HISTORY_DAYS; day++) {
    const at = END - 30 * DAY - day * DAY
    const traffic = new Traffic(day, at, 1)
    await filling.merge(Array.from({ length: HISTORY_VIEWS }, () => scaled(traffic.take().events, at, hits)))
    if (day <= RANKED_DAYS) await filling.merge([sales(END - day * DAY, day)])
    clock.set(clock.now + MINUTE)
    if (day % DAYS_TO_A_CLOSE === 0) await ringUntil(env, clock.now + HOUR)
  }
  await ringUntil(env, clock.now + HOUR)
}

const scaled = (events: readonly Event[], at: number, hits: number): Event[] =>
  events.map((event) => ({ ...event, at, ...(event.metrics.hits && { metrics: { ...event.metrics, hits } }) }))

const sales = (at: number, day: number): Event[] =>
  Array.from({ length: ARTICLES }, (_, i) => ({
    at,
    type: 'sale',
    dimensions: { article: `article ${i}` },
    metrics: { hits: 1 + ((i * day) % 97), dollars: 10 + i },
  }))

/** Paths that wait for a close, in an hour's slices; each has been seen by two visitors. */
export async function fillPending(env: Env, site: number, paths: number): Promise<void> {
  clock.set(END)
  await makeSite(env, site)
  const filling = new Filling(env, site)
  const groups = ['page', 'entry', 'exit', 'source', 'referrer', 'campaign', 'language', 'network', 'browser', 'os']
  const slices = 40
  const each = (paths * 2) / slices
  for (let slice = 0; slice < slices; slice++) {
    const events = Array.from({ length: each }, (_, i): Event => {
      const number = (slice * each + i) % paths
      return {
        at: END + slice * MINUTE,
        type: 'pageview',
        dimensions: { [groups[number % groups.length]!]: `/some/where/of/usual/length/${number}` },
        metrics: { hits: 1 },
        visitor: (number * 7919 + slice * 104_729) % 2 ** 40,
        daily: true,
      }
    })
    clock.set(END + slice * MINUTE)
    await filling.merge([events])
  }
}
