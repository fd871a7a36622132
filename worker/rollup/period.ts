/** Named periods: where each begins and ends, and the interval that draws it well. Days are the site's. */
import type { Interval } from '../../sdk/wire/query'
import { floor, next, startOfDate, type Zones } from './interval'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface Period {
  from: number
  /** Exclusive; now, where it is not over. */
  to: number
  interval: Interval
}

type Maker = (now: number, zones: Zones) => Period

const since =
  (unit: Interval, interval: Interval): Maker =>
  (now, zones) => ({ from: floor(unit, now, zones), to: now + 1, interval })

/** The buckets of a length of time, the current one last. */
const last =
  (length: number, interval: Interval): Maker =>
  (now, zones) => ({ from: next(interval, floor(interval, now - length, zones), zones), to: now + 1, interval })

const periods: Record<string, Maker> = {
  hour: last(HOUR, 'minute'),
  today: since('day', 'hour'),
  yesterday: (now, zones) => {
    const to = floor('day', now, zones)
    return { from: floor('day', to - 1, zones), to, interval: 'hour' }
  },
  '24h': last(DAY, 'hour'),
  hours: last(DAY, 'hour'),
  day: last(DAY, 'hour'),
  seven: (now, zones) => ({
    from: floor('day', floor('day', now, zones) - 7 * DAY, zones),
    to: now + 1,
    interval: 'day',
  }),
  '7d': last(7 * DAY, 'day'),
  '30d': last(30 * DAY, 'day'),
  thirty: last(30 * DAY, 'day'),
  '90d': last(90 * DAY, 'day'),
  '12mo': last(365 * DAY, 'month'),
  wtd: since('week', 'day'),
  mtd: since('month', 'day'),
  qtd: since('quarter', 'day'),
  ytd: since('year', 'day'),
  all: (now) => ({ from: 0, to: now + 1, interval: 'all' }),
}

export function periodOf(text: string, now: number, zones: Zones): Period | { problem: string } {
  if (Object.hasOwn(periods, text)) return periods[text]!(now, zones)
  return (
    datesOf(text, zones) ??
    lengthOf(text, now, zones) ?? {
      problem: `"${text}" is not one of ${Object.keys(periods).join(', ')}, interval:length such as day:30d, or two dates`,
    }
  )
}

/** `2026-01-01..2026-01-31` or HailWhale's `01/01/2026-01/31/2026`; the last day is in. */
function datesOf(text: string, zones: Zones): Period | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)\.\.(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  const us = /^(\d\d)\/(\d\d)\/(\d{4})-(\d\d)\/(\d\d)\/(\d{4})$/.exec(text)
  const [first, final] = iso
    ? [`${iso[1]}${iso[2]}${iso[3]}`, `${iso[4]}${iso[5]}${iso[6]}`]
    : us
      ? [`${us[3]}${us[1]}${us[2]}`, `${us[6]}${us[4]}${us[5]}`]
      : []
  if (!first || !final || !isDate(first) || !isDate(final)) return undefined
  const from = startOfDate(Number(first), zones)
  const to = next('day', startOfDate(Number(final), zones), zones)
  return { from, to, interval: to - from <= 2 * DAY ? 'hour' : 'day' }
}

function isDate(yyyymmdd: string): boolean {
  const iso = `${yyyymmdd.slice(0, 4)}-${yyyymmdd.slice(4, 6)}-${yyyymmdd.slice(6)}`
  const time = Date.parse(iso)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(iso)
}

const UNITS: [pattern: RegExp, interval: Interval, ms: number][] = [
  [/^s(ec(ond)?s?)?$/, '10s', 1_000],
  [/^m(in(ute)?s?)?$/, 'minute', 60_000],
  [/^h(ours?)?$/, 'hour', HOUR],
  [/^d(ays?)?$/, 'day', DAY],
  [/^w(eeks?)?$/, 'week', 7 * DAY],
  [/^mo(n(th)?s?)?$/, 'month', 31 * DAY],
  [/^q(uarters?)?$/, 'quarter', 92 * DAY],
  [/^y(ears?)?$/, 'year', 366 * DAY],
]

/** `day:30d`, `1h:1w`: an interval, and how far back. */
function lengthOf(text: string, now: number, zones: Zones): Period | undefined {
  const [each = '', length = '', ...rest] = text.split(':')
  const [, count, unit] = /^(\d{1,5})([a-z]+)$/.exec(length) ?? []
  const interval = unitOf(each.replace(/^1(?=[a-z])/, ''))?.interval ?? (each === '10s' ? '10s' : undefined)
  const ms = unitOf(unit ?? '')?.ms
  if (rest.length || !interval || !ms) return undefined
  return { from: floor(interval, now - Number(count) * ms, zones), to: now + 1, interval }
}

function unitOf(text: string): { interval: Interval; ms: number } | undefined {
  const found = UNITS.find(([pattern]) => pattern.test(text))
  return found && { interval: found[1], ms: found[2] }
}
