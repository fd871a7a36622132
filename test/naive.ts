/**
 * The naive counter: keeps every event and goes through them anew for each question. Slow, without a rollup, a fragment
 * or a carry, and so plainly right that it can judge the real one. It shares no code with it, the calendar included.
 * Numbers must be whole thousandths: then sums are of whole numbers, without any rounding.
 */
import type { Dimensions } from '../sdk/wire/event'
import type { Interval } from '../sdk/wire/query'
import { bucketsOf } from './calendar'

export interface Said {
  type: string
  dimensions?: Dimensions
  metrics?: Record<string, number> | string[]
  /** Unix milliseconds. */
  at: number
}

export interface Asked {
  type: string
  dimension: string[]
  metrics: string[]
  interval: Interval
  from: number
  to: number
}

export interface Line {
  dimension: string[]
  metric: string
  total: number
  points: [start: number, value: number][]
}

const HOUR = 3_600_000
const SCALE = 1000

type Buckets = ReturnType<typeof bucketsOf>
type Numbers = Map<string, number>
interface Kept {
  at: number
  /** In thousandths; none is 0. */
  numbers: [name: string, thousandths: number][]
}

export class Naive {
  private readonly kept = new Map<string, Kept[]>()
  private readonly below = new Map<string, Set<string>>()

  private readonly zone: string
  private latest: { name: string; buckets: Buckets } | undefined

  constructor(zone: string) {
    this.zone = zone
  }

  count({ type, dimensions = null, metrics = {}, at }: Said): void {
    const given = Array.isArray(metrics) ? Object.fromEntries(metrics.map((name) => [name, 1])) : metrics
    const numbers = Object.entries({ hits: 1, ...given })
      .map(([name, number]): [string, number] => [name, Math.round(number * SCALE)])
      .filter(([, thousandths]) => thousandths !== 0)
    if (!numbers.length) return
    const words = type.split('.')
    for (let length = 1; length <= words.length; length++) {
      const each = words.slice(0, length).join('.')
      for (const path of pathsOf(dimensions)) {
        listAt(this.kept, key(each, path)).push({ at, numbers })
        if (path.length) setAt(this.below, key(each, path.slice(0, -1))).add(JSON.stringify(path))
      }
    }
  }

  /** The latest are asked for again, for each path and child of a question. */
  private buckets(interval: Interval, from: number, to: number): Buckets {
    const name = `${interval} ${from} ${to}`
    if (this.latest?.name !== name) this.latest = { name, buckets: bucketsOf(interval, from, to, this.zone) }
    return this.latest.buckets
  }

  /** One line a metric, for the path itself. */
  lines({ type, dimension, metrics, interval, from, to }: Asked): Line[] {
    const { starts, end } = this.buckets(interval, from, to)
    const sums = starts.map((): Numbers => new Map())
    for (const { at, numbers } of this.kept.get(key(type, dimension)) ?? []) {
      if (at < starts[0]! || at >= end) continue
      const bucket = sums[lastNotAfter(starts, at)]!
      for (const [name, thousandths] of numbers) bucket.set(name, (bucket.get(name) ?? 0) + thousandths)
    }
    const hours = starts.map((start, i) => ((starts[i + 1] ?? end) - start) / HOUR)
    return metrics.map((metric) => {
      const { values, total } = evaluate(metric, sums, hours)
      return { dimension, metric, total, points: starts.map((start, i) => [start, values[i]!]) }
    })
  }

  /** The paths one level below that had an event within the buckets. */
  children({ type, dimension, interval, from, to }: Asked): string[][] {
    const { starts, end } = this.buckets(interval, from, to)
    const paths = [...(this.below.get(key(type, dimension)) ?? [])].map((text): string[] => JSON.parse(text))
    return paths.filter((path) => this.kept.get(key(type, path))!.some(({ at }) => at >= starts[0]! && at < end))
  }
}

const key = (type: string, path: readonly string[]) => `${type} ${JSON.stringify(path)}`

/** Every path that dimensions count under, the root first, each once. */
export function pathsOf(dimensions: Dimensions): string[][] {
  const found = new Map<string, string[]>()
  const note = (path: string[]) => found.set(JSON.stringify(path), path)
  note([])
  if (Array.isArray(dimensions) && dimensions.some(Array.isArray)) {
    for (const path of dimensions) note((Array.isArray(path) ? path : [path]).map(String))
  } else walk(dimensions, [], note)
  return [...found.values()]
}

function walk(node: Dimensions, above: string[], note: (path: string[]) => void): void {
  if (node === null || node === '') return
  if (Array.isArray(node)) {
    node.forEach((_, i) => note([...above, ...node.slice(0, i + 1).map(String)]))
  } else if (typeof node === 'object') {
    for (const [name, child] of Object.entries(node)) {
      note([...above, name])
      walk(child, [...above, name], note)
    }
  } else note([...above, String(node)])
}

/** `a`, `a/b`, `bounce_rate`; then `:+` or `:_`. A side is a metric, a number, `hours` or `_count`. */
function evaluate(text: string, sums: readonly Numbers[], hours: readonly number[]) {
  const [ratio = '', mode] = text.replace('bounce_rate', 'sessions-engaged/sessions').split(':')
  const [over = '', under] = ratio.split('/')
  const plain = (name: string) => sums.map((bucket, i) => sideOf(name, bucket, hours[i]!))
  const whole = (name: string) => totalOf(name, plain(name))
  const above = plain(over)
  const below = under === undefined ? undefined : plain(under)
  const values = below ? above.map((value, i) => divide(value, below[i]!)) : above
  const total = under === undefined ? whole(over) : divide(whole(over), whole(under))
  if (mode === '+') return { values: values.map((_, i) => add(values.slice(0, i + 1))), total }
  if (mode !== '_') return { values, total }
  const carried = values.map((_, i) => values.slice(0, i + 1).findLast((value) => value !== 0) ?? 0)
  return { values: carried, total: carried.at(-1)! }
}

function sideOf(name: string, bucket: Numbers, hours: number): number {
  if (name === 'hours') return hours
  if (name === '_count') return 1
  if (/^\d/.test(name)) return Number(name)
  const [plus = '', minus = ''] = name.split('-')
  return ((bucket.get(plus) ?? 0) - (bucket.get(minus) ?? 0)) / SCALE
}

/** Of a metric a whole number of thousandths again; a constant number stays itself; hours and buckets add up. */
function totalOf(name: string, values: readonly number[]): number {
  if (/^\d/.test(name)) return Number(name)
  return name === 'hours' ? add(values) : Math.round(add(values) * SCALE) / SCALE
}

const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const divide = (a: number, b: number) => (b === 0 ? 0 : a / b)

function lastNotAfter(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= at) low = middle
    else high = middle
  }
  return low
}

function listAt<Item>(map: Map<string, Item[]>, at: string): Item[] {
  const list = map.get(at) ?? []
  map.set(at, list)
  return list
}

function setAt(map: Map<string, Set<string>>, at: string): Set<string> {
  const set = map.get(at) ?? new Set()
  map.set(at, set)
  return set
}
