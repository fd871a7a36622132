/** Which of a site's Hails takes an event: the same bytes always the same one, or a repeat would count twice. */
import { AHEAD } from './clock'
import { PAGE_LOAD_BYTES } from './id'

/** Without an id nothing can be told apart, so one Hail takes them all. */
export const SHARD_WITHOUT_ID = 0
/** How many Hails take a new site's pixels and server events; fixed for the site's life, since their ids have no time. */
export const FIXED_SHARDS = 1

/** FNV-1a over the part of the id that names a page load, its bits mixed so that any modulus sees all of them. */
export function shardOf(id: string, k: number): number {
  if (k <= 1) return 0
  let hash = 0x811c9dc5
  const length = Math.min(id.length, PAGE_LOAD_BYTES)
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) % k
}

/** How many Hails take beacons from an event's own time on. */
export interface Shards {
  from: number
  k: number
  /** When every isolate has heard of it; before that nobody goes by it. Absent of a site's first. */
  heard?: number
}

/**
 * Which Hail takes an event of a raw time, and which others may have taken the same bytes before: those of the numbers
 * in force until everybody had heard of a change, if by then a clock could have run ahead to that time.
 */
export function hailsFor(
  id: string,
  settings: readonly Shards[],
  { ts, now }: { ts: number; now: number },
): { shard: number; elsewhere: number[] } {
  const known = settings.filter(({ heard = 0 }) => heard <= now)
  let i = known.findLastIndex(({ from }) => from <= ts)
  const shard = shardOf(id, known[Math.max(i, 0)]?.k ?? 1)
  const elsewhere = new Set<number>()
  for (; i > 0 && ts < (known[i]!.heard ?? 0) + AHEAD; i--) elsewhere.add(shardOf(id, known[i - 1]!.k))
  elsewhere.delete(shard)
  return { shard, elsewhere: [...elsewhere] }
}
