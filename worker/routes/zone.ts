/**
 * In which zone a question is answered: the site's own with its history, or another one. Another zone's hours, days and
 * weeks are made of the site's hours, so both grids must agree, and the hours must still be there.
 */
import type { Site } from '../ingest/settings'
import { offsetAt, type Zones } from '../rollup/interval'
import { KEEP } from '../whale/sweep'
import type { Question } from '../whale/question'
import { bad } from './problem'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A zone changes its clocks twice a year; a week apart no change is missed for long. */
const STEP = 7 * DAY
/** HailWhale's unit of an offset, to an hour; and the zones there are by whole hours. */
const HUNDREDTHS = 100
const OFFSETS = { least: -12, most: 14 } as const

export interface Asked {
  zones: Zones
  timezone: string
  /** Not the site's own. */
  foreign: boolean
}

/** `tz` is a zone by name, `tzoffset` hundredths of hours ahead of UTC: -700 is `Etc/GMT+7`, whose sign is the other way round. */
export function zonesOf(query: { tz?: string | undefined; tzoffset?: string | undefined }, site: Site): Asked {
  if (query.tz !== undefined && query.tzoffset !== undefined) throw bad('tzoffset', 'give tz or tzoffset, not both')
  const own = site.zones.at(-1)?.zone ?? 'UTC'
  const zone = query.tzoffset === undefined ? (query.tz ?? own) : zoneOf(query.tzoffset)
  if (zone === own) return { zones: site.zones, timezone: own, foreign: false }
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw bad('tz', `"${zone.slice(0, 80)}" is not an IANA zone such as Europe/Stockholm`)
  }
  return { zones: [{ from: 0, zone }], timezone: zone, foreign: true }
}

function zoneOf(text: string): string {
  const hours = Number(text) / HUNDREDTHS
  if (!Number.isFinite(hours) || hours < OFFSETS.least || hours > OFFSETS.most) {
    const [least, most] = [OFFSETS.least * HUNDREDTHS, OFFSETS.most * HUNDREDTHS]
    throw bad('tzoffset', `must be hundredths of hours from ${least} to ${most}: -700 is seven hours behind UTC`)
  }
  if (!Number.isInteger(hours)) {
    throw bad('tzoffset', 'must be whole hours in hundredths, such as -700; other zones are asked by name, as tz')
  }
  return fixedZone(hours)
}

const fixedZone = (hours: number): string => (hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`)

/** `since` is the first moment that will be read; minutes and 10s lie on every zone's grid. */
export function checkForeign(
  { interval, to, zones, timezone }: Question,
  since: number,
  site: Site,
  now: number,
): void {
  if (interval === '10s' || interval === 'minute') return
  if (!['hour', 'day', 'week'].includes(interval)) {
    const what = interval === 'all' ? 'all time' : `${interval}s`
    throw bad('tz', `${what} can be had in the site's own zone only; hours, days and weeks in ${timezone} too`)
  }
  const { hours } = site.keep ?? KEEP
  if (since < now - hours * DAY)
    throw bad(
      'from',
      `days of another zone are read from hours, which are kept ${hours} days by the site's setting keep.hours`,
    )
  const apart = (at: number) => (offsetAt(at, zones) - offsetAt(at, site.zones)) % HOUR !== 0
  for (let at = since; at < to + STEP; at += STEP) {
    if (apart(Math.min(at, to))) throw bad('tz', problemOf(timezone, zones, site, to))
  }
}

/** Zones on a grid of their own, for sites that are on one: those whose offsets are no whole hours. */
const BETWEEN = (
  'Asia/Kolkata Asia/Kabul Asia/Tehran Asia/Yangon Asia/Kathmandu Australia/Adelaide Australia/Darwin Australia/Eucla ' +
  'America/St_Johns Pacific/Marquesas Pacific/Chatham'
).split(' ')

function problemOf(timezone: string, zones: Zones, site: Site, at: number): string {
  const own = site.zones.at(-1)?.zone ?? 'UTC'
  const [asked, ours] = [offsetAt(at, zones), offsetAt(at, site.zones)]
  const fixed = Array.from({ length: OFFSETS.most - OFFSETS.least + 1 }, (_, i) => fixedZone(i + OFFSETS.least))
  const distance = (zone: string) => offsetAt(at, [{ from: 0, zone }])
  const near = [...fixed, ...BETWEEN]
    .filter((zone) => zone !== own && zone !== timezone && (distance(zone) - ours) % HOUR === 0)
    .sort((a, b) => Math.abs(distance(a) - asked) - Math.abs(distance(b) - asked))
  const others = near.length ? `, and in zones whole hours from it, such as ${near.slice(0, 2).join(' and ')}` : ''
  return `${timezone} is not whole hours from the site's zone; days can be had in ${own}${others}`
}
