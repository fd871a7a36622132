/** Which of a site's Hails takes an event: the same bytes always the same one, or a repeat would count twice. */
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

/** The number of Hails in force at an event's own raw time; the list is ordered by `from`. */
export function shardsAt(settings: readonly { from: number; k: number }[], ts: number): number {
  return settings.findLast(({ from }) => from <= ts)?.k ?? settings[0]?.k ?? 1
}
