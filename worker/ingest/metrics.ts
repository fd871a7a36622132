/** A sender's numbers with names and sizes within the bounds; every event has hits. */
import type { Numbers } from '../../sdk/wire/event'
import { LARGEST, METRICS } from './limits'
import { cleanMetric } from './name'

export function withHits(metrics: Numbers): Numbers {
  const cleaned: Numbers = Object.create(null) // `__proto__` is a name like any other.
  cleaned.hits = 1
  for (const [name, value] of Object.entries(metrics).slice(0, METRICS)) {
    cleaned[cleanMetric(name)] = clamp(value, -LARGEST, LARGEST)
  }
  return cleaned
}

/** Measured values, as they are but for names and size. */
export function gaugesOf(gauges: Numbers): Numbers {
  const cleaned: Numbers = Object.create(null)
  for (const [name, value] of Object.entries(gauges)) cleaned[cleanMetric(name)] = clamp(value, -LARGEST, LARGEST)
  return cleaned
}

export const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
