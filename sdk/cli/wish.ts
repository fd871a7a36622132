/** What `graupel mint` is told on its command line, as the wish that the API takes, and its mistakes in the options' own words. */
import { type Unfit, unfitOf, type Wish } from '../wire/minting'
import { Stop } from './stop'

export interface Wished {
  type?: string
  dimension?: string[]
  metric?: string[]
  slot?: string[]
  order?: true
  expires?: string
  notBefore?: string
  once?: string
  cap?: string
  origin?: string[]
  allowMissing?: true
  refuseBots?: true
  name?: string
}

const DAY_S = 24 * 3600
const UNITS: Record<string, number> = { h: 3600, d: DAY_S, w: 7 * DAY_S }

/** A wish that fits, or a Stop that names the option. `now` is unix milliseconds. */
export function wishOf(options: Wished, now: number): Wish {
  const { type, dimension, metric, slot, order, expires, notBefore, once, cap, origin, name } = options
  const wish: Wish = {
    ...(type !== undefined && { type }),
    ...(dimension && { dimensions: Object.assign({}, ...dimension.map(dimensionOf)) }),
    ...(metric && { metrics: Object.fromEntries(metric.map(metricOf)) }),
    ...((slot || order) && { slots: { ...Object.fromEntries((slot ?? []).map(slotOf)), ...(order && { order: 1 }) } }),
    ...(expires !== undefined && { expires: timeOf('--expires', expires, now, DAY_S) }),
    ...(notBefore !== undefined && { notBefore: timeOf('--not-before', notBefore, now, 0) }),
    ...(once !== undefined && { once }),
    ...(cap !== undefined && { cap: Number(cap) }),
    ...(origin && { origins: origin }),
    ...(options.allowMissing && { allowMissing: true }),
    ...(options.refuseBots && { refuseBots: true }),
    ...(name !== undefined && { name }),
  }
  const unfit = unfitOf(wish, now)
  if (unfit) throw new Stop(inOptions(unfit))
  return wish
}

const OPTION_OF: Record<string, string> = {
  dimensions: 'dimension',
  metrics: 'metric',
  slots: 'slot',
  origins: 'origin',
  notBefore: 'not-before',
  allowMissing: 'allow-missing',
  refuseBots: 'refuse-bots',
}

/** `metrics.dollars must be …` is `--metric dollars must be …` here. */
export function inOptions({ field, message }: Unfit): string {
  const [member = '', ...name] = field.split('.')
  return [`--${OPTION_OF[member] ?? member}`, name.join('.'), message].filter(Boolean).join(' ')
}

function pairOf(option: string, text: string, example: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new Stop(`${option} must read ${example}, not "${text}"`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** `sku=7`, or what begins like JSON is JSON: a tree. */
function dimensionOf(text: string): unknown {
  if (!text.startsWith('{')) return Object.fromEntries([pairOf('--dimension', text, 'name=value')])
  try {
    return JSON.parse(text)
  } catch {
    throw new Stop(`--dimension begins like JSON and is not: ${text}`)
  }
}

function metricOf(text: string): [name: string, value: number] {
  const [name, value] = pairOf('--metric', text, 'dollars=5')
  return [name, Number(value)]
}

function slotOf(text: string): [name: string, range: [number, number]] {
  const [name, range] = pairOf('--slot', text, 'dollars=0..500')
  const [, least, most] = /^(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(range) ?? []
  if (least === undefined) throw new Stop(`--slot ${name} must be a range such as 0..500, not "${range}"`)
  return [name, [Number(least), Number(most)]]
}

/** Unix seconds: `30d` from now, a moment, or a day by UTC with so many seconds of it. */
function timeOf(option: string, text: string, now: number, ofDay: number): number {
  const [, amount, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  if (amount !== undefined) return Math.floor(now / 1000) + Number(amount) * UNITS[unit]!
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const at = isDay || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isFinite(at)) {
    throw new Stop(
      `${option} must be a time from now (12h, 30d, 8w), a day or a moment such as 2027-01-31T12:00Z, not "${text}"`,
    )
  }
  return at / 1000 + (isDay ? ofDay : 0)
}
