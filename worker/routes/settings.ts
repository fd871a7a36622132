/**
 * What becomes of a site by the settings that a request gives: what is named is changed. Changes of zone and of the number
 * of Hails count from a time that every isolate has heard of before it comes.
 */
import { RESPECT_ALL, type SiteChanges } from '../asked/site'
import type { Site } from '../ingest/settings'
import { FIXED_SHARDS } from '../ingest/shard'
import { KEEP } from '../whale/sweep'
import { Problem } from './problem'

const HOUR = 3_600_000
/** A change counts from an hour that every isolate has heard of before it begins: their copies are a minute old at most. */
const LEAD = 10 * 60_000
/** Every isolate's copy is younger than this. */
const HEARD = 2 * 60_000
const hourAhead = (now: number) => Math.ceil((now + LEAD) / HOUR) * HOUR
const PREFIX = /^[\w-]+$/
/** The routes themselves, which every site's envelopes may take; neither stands for the other. */
const DEFAULT_PREFIXES = { script: 'b', pixel: 'p' }
/** What other routes begin with, here or soon. */
export const TAKEN = new Set(
  (
    'api count count_decision cube decide decisions delete demo dimensions embed experiments gimel graph healthz live login logout ' +
    'openapi plotpoints rank reference reset results spy status tail totals track'
  ).split(' '),
)

export const fresh = (site: number, name: string, now: number): Site => ({
  site,
  name,
  zones: [{ from: 0, zone: 'UTC' }],
  origins: [],
  shards: [{ from: 0, k: 1 }],
  fixedShards: FIXED_SHARDS,
  static: false,
  respect: RESPECT_ALL,
  prefixes: DEFAULT_PREFIXES,
  versions: { write: 1, read: 1 },
  created: now,
  revoked: [],
})

export function changed(site: Site, given: Omit<SiteChanges, 'upstream'>, now: number): Site {
  const { name, origins, static: isStatic, respect, prefixes, cross, metrics, keep, rate, allow } = given
  const isNew = site.created === now
  return {
    ...site,
    name: name ?? site.name,
    origins: origins ?? site.origins,
    static: isStatic ?? site.static,
    respect: respect ?? site.respect,
    prefixes: prefixes ? prefixed(site.prefixes, prefixes) : site.prefixes,
    ...(cross && { cross }),
    ...(metrics && { metrics }),
    ...(keep && { keep: kept(site.keep, keep) }),
    ...(rate !== undefined && rate !== null && { rate }),
    ...(allow && { allow }),
    zones: zoned(site.zones, given.timezone, now, isNew),
    shards: sharded(site.shards, given.shards, now, isNew),
  }
}

/** Members that are not named stay as they are. */
type Given<Member extends keyof SiteChanges> = NonNullable<SiteChanges[Member]>

const kept = (keep: Site['keep'] = KEEP, { raw, hours, days }: Given<'keep'>) => ({
  raw: raw ?? keep.raw,
  hours: hours ?? keep.hours,
  days: days ?? keep.days,
})

function prefixed(prefixes: Site['prefixes'], given: Given<'prefixes'>): Site['prefixes'] {
  const next = { script: given.script ?? prefixes.script, pixel: given.pixel ?? prefixes.pixel }
  const bad = Object.values(next).find((prefix) => !PREFIX.test(prefix) || TAKEN.has(prefix))
  if (bad !== undefined)
    throw new Problem(400, `prefixes: "${bad}" must be letters, digits, - or _, and no route here`, 'prefixes')
  if (next.script === DEFAULT_PREFIXES.pixel || next.pixel === DEFAULT_PREFIXES.script)
    throw new Problem(400, 'prefixes: "p" is for pixels and "b" for scripts at every site', 'prefixes')
  if (next.script === next.pixel) throw new Problem(400, 'prefixes: script and pixel must differ', 'prefixes')
  return next
}

/** A new zone takes effect at the next hour both grids share, so that no hour is cut in two. */
function zoned(zones: Site['zones'], zone: string | null | undefined, now: number, isNew: boolean): Site['zones'] {
  if (!zone || zone === zones.at(-1)?.zone) return zones
  // Both grids stand on quarters of an hour, and a UTC hour is a bound of the coarser of them.
  return isNew ? [{ from: 0, zone }] : [...zones, { from: hourAhead(now), zone }]
}

/** A new number of Hails counts from the next hour of events' own time on: bytes sent before keep their Hail. */
function sharded(shards: Site['shards'], k: number | null | undefined, now: number, isNew: boolean): Site['shards'] {
  if (!k || k === shards.at(-1)?.k) return shards
  return isNew ? [{ from: 0, k }] : [...shards, { from: hourAhead(now), k, heard: now + HEARD }]
}
