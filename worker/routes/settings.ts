/**
 * A site's settings as a request gives them: what is named is changed, what is wrong is a 400 that names it. Changes of zone
 * and of the number of Hails count from a time that every isolate has heard of before it comes.
 */
import type { Site } from '../ingest/settings'
import { FIXED_SHARDS } from '../ingest/shard'
import { type Derived, definitionsOf } from '../rollup/derived'
import { KEEP } from '../whale/sweep'
import { type Fields, fieldsOf, flag, number, only, text } from './fields'
import { originsOf } from './origins'
import { Problem } from './problem'
import { allowOf, rateOf } from './sending'

const HOUR = 3_600_000
/** A change counts from an hour that every isolate has heard of before it begins: their copies are a minute old at most. */
const LEAD = 10 * 60_000
/** Every isolate's copy is younger than this. */
const HEARD = 2 * 60_000
const hourAhead = (now: number) => Math.ceil((now + LEAD) / HOUR) * HOUR
/** One Hail takes a few hundred events a second; more than this many is a sign of another trouble. */
const MOST_SHARDS = 64
export const SETTINGS = [
  'name',
  'timezone',
  'origins',
  'static',
  'respect',
  'shards',
  'prefixes',
  'cross',
  'metrics',
  'keep',
  'rate',
  'allow',
  'upstream',
] as const
const RESPECT_ALL = 3
/** Bits by the names that browsers and the script's `data-ignore` give them. */
const RESPECT: Record<string, number> = { gpc: 1, dnt: 2 }
const PREFIX = /^[\w-]+$/
/** The routes themselves, which every site's envelopes may take; neither stands for the other. */
const DEFAULT_PREFIXES = { script: 'b', pixel: 'p' }
/** What other routes begin with. */
const TAKEN = new Set(
  'api count count_decision cube decide demo dimensions embed experiments graph healthz live login openapi plotpoints rank reset spy status tail totals'.split(
    ' ',
  ),
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

export function changed(site: Site, fields: Fields, now: number): Site {
  const origins = originsOf(fields)
  const isNew = site.created === now
  return {
    ...site,
    name: text(fields, 'name', 100) ?? site.name,
    origins: origins ?? site.origins,
    static: flag(fields, 'static') ?? site.static,
    respect: respected(fields.respect) ?? site.respect,
    prefixes: prefixed(site.prefixes, fields.prefixes),
    ...(fields.cross !== undefined && { cross: crossOf(fields.cross) }),
    ...(fields.metrics !== undefined && { metrics: metricsOf(fields.metrics) }),
    ...(fields.keep !== undefined && { keep: keepOf(fields.keep, site.keep) }),
    ...(fields.rate !== undefined && { rate: rateOf(fields.rate) }),
    ...(fields.allow !== undefined && { allow: allowOf(fields.allow) }),
    zones: zoned(site.zones, text(fields, 'timezone'), now, isNew),
    shards: sharded(site.shards, number(fields, 'shards', 1, MOST_SHARDS), now, isNew),
  }
}

/** Names, or the sum of their bits as it is answered. */
function respected(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) <= RESPECT_ALL) return given as number
  if (Array.isArray(given) && given.every((name) => Object.hasOwn(RESPECT, name as string))) {
    return given.reduce((sum: number, name: string) => sum | RESPECT[name]!, 0)
  }
  throw new Problem(400, 'respect must be a list of "gpc" and "dnt", or the sum of their bits, 1 and 2', 'respect')
}

/** Each is a cell more for each pair of values. */
const MOST_CROSS = 8
const MOST_CROSSED = 4

function crossOf(given: unknown): string[][] {
  const isNames = (list: unknown): list is string[] =>
    Array.isArray(list) &&
    list.length >= 2 &&
    list.length <= MOST_CROSSED &&
    new Set(list).size === list.length &&
    list.every((name) => typeof name === 'string' && /^[^*]{1,64}$/.test(name))
  if (!Array.isArray(given) || given.length > MOST_CROSS || !given.every(isNames)) {
    const what = `must be at most ${MOST_CROSS} lists of 2 to ${MOST_CROSSED} different dimensions, such as [["country","device"]]`
    throw new Problem(400, `cross ${what}`, 'cross')
  }
  return given
}

function metricsOf(given: unknown): Record<string, Derived> {
  const made = definitionsOf(given)
  if ('problem' in made) throw new Problem(400, made.problem, 'metrics')
  return made.metrics
}

/** Days; a level is kept at least as long as questions of the coarser one need it. */
const KEPT = { raw: [0, 400], hours: [2, 800], days: [35, 3_700] } satisfies Record<string, [number, number]>

function keepOf(given: unknown, keep: Site['keep'] = KEEP): Site['keep'] {
  const fields = fieldsOf(given)
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(KEPT, name))
  if (unknown !== undefined) {
    const known = Object.keys(KEPT).join(', ')
    throw new Problem(400, `keep.${unknown} is not known here; known are ${known}`, `keep.${unknown}`)
  }
  const days = (name: keyof typeof KEPT) => {
    const field = `keep.${name}`
    const asked = number({ [field]: fields[name] }, field, KEPT[name][0]!, KEPT[name][1]!)
    if (asked !== undefined && !Number.isInteger(asked)) throw new Problem(400, `${field} must be whole days`, field)
    return asked ?? keep[name]
  }
  return { raw: days('raw'), hours: days('hours'), days: days('days') }
}

/** First segments of the site's public URLs, for installs behind an address of the owner's own. */
function prefixed(prefixes: Site['prefixes'], given: unknown): Site['prefixes'] {
  if (given === undefined) return prefixes
  const fields = fieldsOf(given)
  only(fields, ['script', 'pixel'])
  const next = {
    script: text(fields, 'script', 32) ?? prefixes.script,
    pixel: text(fields, 'pixel', 32) ?? prefixes.pixel,
  }
  const bad = Object.values(next).find((prefix) => !PREFIX.test(prefix) || TAKEN.has(prefix))
  if (bad !== undefined)
    throw new Problem(400, `prefixes: "${bad}" must be letters, digits, - or _, and no route here`, 'prefixes')
  if (next.script === DEFAULT_PREFIXES.pixel || next.pixel === DEFAULT_PREFIXES.script)
    throw new Problem(400, 'prefixes: "p" is for pixels and "b" for scripts at every site', 'prefixes')
  if (next.script === next.pixel) throw new Problem(400, 'prefixes: script and pixel must differ', 'prefixes')
  return next
}

/** A new zone takes effect at the next hour both grids share, so that no hour is cut in two. */
function zoned(zones: Site['zones'], zone: string | undefined, now: number, isNew: boolean): Site['zones'] {
  if (zone === undefined || zone === zones.at(-1)?.zone) return zones
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new Problem(400, `timezone "${zone}" is not an IANA zone such as Europe/Stockholm`, 'timezone')
  }
  // Both grids stand on quarters of an hour, and a UTC hour is a bound of the coarser of them.
  return isNew ? [{ from: 0, zone }] : [...zones, { from: hourAhead(now), zone }]
}

/** A new number of Hails counts from the next hour of events' own time on: bytes sent before keep their Hail. */
function sharded(shards: Site['shards'], k: number | undefined, now: number, isNew: boolean): Site['shards'] {
  if (k === undefined || k === shards.at(-1)?.k) return shards
  if (!Number.isInteger(k)) throw new Problem(400, 'shards must be a whole number', 'shards')
  return isNew ? [{ from: 0, k }] : [...shards, { from: hourAhead(now), k, heard: now + HEARD }]
}
