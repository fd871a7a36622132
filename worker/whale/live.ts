/**
 * What is happening now: rates, busiest keys and last values of one series, put together from what each Hail has seen.
 * All of it is made of the Hails' logs and kept in memory, so that asking writes nothing and a restart changes nothing.
 */
import type { Path } from '../../sdk/wire/event'
import { PER_MINUTE, PER_SECOND, rate, topRates } from '../rollup/rate'

export interface LiveQuestion {
  /** A type and what is below it, or a prefix as `request*`. */
  type: string
  dimension: Path
  metric: string
  /** Whose children are the partitions of the last values. */
  by: Path
  now: number
}

/** What one Hail has seen: sums over complete windows, which add up across Hails. */
export interface Pulse {
  /** Over the buffers of the rates per second and per minute. */
  second: number
  minute: number
  /** Children seen within the last minute, each with its sum over the buffer of the rate per second. */
  keys: { name: string; second: number }[]
  /** The newest value by event time, partition by partition. */
  last: { partition: string; at: number; value: number }[]
  /** So much came that not all of it was looked at. */
  partial: boolean
}

export interface Live {
  perSecond: number
  perMinute: number
  top: { dimension: string[]; perSecond: number }[]
  /** Distinct children within the last minute. */
  uniquePerMinute: number
  last: Record<string, number>
  partial?: true
}

/** A Hail that stayed silent is undefined, and makes the answer partial. */
export function live(pulses: readonly (Pulse | undefined)[], { dimension }: LiveQuestion): Live {
  const heard = pulses.filter((pulse) => pulse !== undefined)
  const keys = new Map<string, number>()
  const last = new Map<string, { at: number; value: number }>()
  for (const pulse of heard) {
    for (const { name, second } of pulse.keys) keys.set(name, (keys.get(name) ?? 0) + second)
    for (const { partition, at, value } of pulse.last) {
      if (at > (last.get(partition)?.at ?? Number.NEGATIVE_INFINITY)) last.set(partition, { at, value })
    }
  }
  const sumOf = (part: 'second' | 'minute') => heard.reduce((sum, pulse) => sum + pulse[part], 0)
  return {
    perSecond: rate(sumOf('second'), PER_SECOND),
    perMinute: rate(sumOf('minute'), PER_MINUTE),
    top: topRates(keys, PER_SECOND).map(({ key, rate: perSecond }) => ({ dimension: [...dimension, key], perSecond })),
    uniquePerMinute: keys.size,
    last: Object.fromEntries([...last].map(([partition, { value }]) => [partition, value])),
    ...((heard.length < pulses.length || heard.some(({ partial }) => partial)) && { partial: true as const }),
  }
}
