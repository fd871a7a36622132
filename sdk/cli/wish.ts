/** What `graupel mint` is told on its command line, as the wish that the API takes. */
import { unfitOf, type Wish } from '../wire/minting'
import { dimensionOf, inOptions, numberOf, rangeOf } from './option'
import { Usage } from './stop'

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

/** A wish that fits, or a Usage that names the option. `now` is unix milliseconds. */
export function wishOf(options: Wished, now: number): Wish {
  const { type, dimension, metric, slot, order, expires, notBefore, once, cap, origin, name } = options
  const wish: Wish = {
    ...(type !== undefined && { type }),
    ...(dimension && { dimensions: Object.assign({}, ...dimension.map(dimensionOf)) }),
    ...(metric && { metrics: Object.fromEntries(metric.map((each) => numberOf('--metric', each, 'dollars=5'))) }),
    ...((slot || order) && {
      slots: {
        ...Object.fromEntries((slot ?? []).map((each) => rangeOf('--slot', each, 'dollars=0..500'))),
        ...(order && { order: 1 }),
      },
    }),
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
  if (unfit) throw new Usage(inOptions(unfit.field, unfit.message))
  return wish
}

/** Unix seconds: `30d` from now, a moment, or a day by UTC with so many seconds of it. */
function timeOf(option: string, text: string, now: number, ofDay: number): number {
  const [, amount, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  if (amount !== undefined) return Math.floor(now / 1000) + Number(amount) * UNITS[unit]!
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const at = isDay || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isFinite(at)) {
    throw new Usage(
      `${option} must be a time from now (12h, 30d, 8w), a day or a moment such as 2027-01-31T12:00Z, not "${text}"`,
    )
  }
  return at / 1000 + (isDay ? ofDay : 0)
}
