/** Numbers as people read them; what can't be known is a dash. */
import type { Interval, Standing } from './standing'

export const UNKNOWN = '–'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const exact = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const percents = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })
const fine = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2, minimumFractionDigits: 2 })
const signed = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })
const difference = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' })

export const count = (value: number): string => whole.format(value)
export const share = (value: number): string => percents.format(value)
export const change = (value: number | null): string => (value === null ? UNKNOWN : signed.format(value))
export const gain = (value: number): string => difference.format(value)

/** Probabilities that are almost sure are never told as sure. */
export function chance(value: number): string {
  if (value > 0.995 && value < 1) return '>99%'
  if (value < 0.005 && value > 0) return '<1%'
  return percents.format(value)
}

/** A rate is a part of all decisions; a ratio is whatever its metrics are. */
export const rateIn =
  ({ kind }: Pick<Standing, 'kind'>) =>
  (value: number): string =>
    kind === 'rate' ? fine.format(value) : exact.format(value)

export const between = (interval: Interval | null, say: (value: number) => string): string =>
  interval ? `${say(interval[0])} to ${say(interval[1])}` : 'no bounds yet'

const STEPS = [
  [1, 'second'],
  [60, 'minute'],
  [3_600, 'hour'],
  [86_400, 'day'],
] as const

/** `3 minutes`, in the longest unit that fits. */
export function lasting(seconds: number | null): string {
  if (seconds === null) return UNKNOWN
  const [length, unit] = STEPS.findLast(([each]) => seconds >= each) ?? STEPS[0]
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(
    seconds / length,
  )
}
