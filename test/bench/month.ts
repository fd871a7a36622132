/**
 * A million views over thirty days in one Whale: what they weigh, and how fast its graphs come, beside one of ten
 * thousand views and the same one after two years and a hundred million. Times are taken outside, less an empty call's.
 */
import type { Asked, Weights } from './engine/report'
import { type Engine, withEngine } from './engine'
import { type Figure, quantile, say } from './figure'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const VIEWS = 1_000_000
const FEW = 10_000
const DAYS = 30
/** The sites of the month and of the quiet one. */
const [FULL, QUIET] = [1, 2]
const CALLS = 60
/** An id's ten bytes; its log row's copy is gone within hours. */
const ID_BYTES = 10
const REMEMBERED_HOURS = 73

export interface Month {
  events: number
  /** Of the Whale; a file is more than its tables' texts and blobs: keys, numbers and pages half full. */
  weights: Weights
  /** Bytes of its file without raw events. */
  withoutRaw: number
}

export async function measureMonth(built: string): Promise<{ figures: Figure[]; month: Month }> {
  return withEngine(built, async (engine) => {
    const events = await timed('a million views over thirty days', () =>
      engine.ask<number>('days', { site: FULL, views: VIEWS, days: DAYS }),
    )
    const weights = await engine.ask<Weights>('weigh', { site: FULL })
    const withoutRaw = await engine.ask<number>('weighWithout', { site: FULL, table: 'event' })
    const month = { events, weights, withoutRaw }
    await timed('ten thousand views', () => engine.ask('days', { site: QUIET, views: FEW, days: DAYS }))
    const graphs = await measureGraphs(engine)
    await timed('two years before it', () => engine.ask('history', { site: FULL }))
    return {
      figures: [...bytesFigures(month), ...graphs, ...(await measureYears(engine))],
      month,
    }
  })
}

async function timed<T>(name: string, task: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await task()
  say(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return result
}

function bytesFigures({ events, weights, withoutRaw }: Month): Figure[] {
  // The Hail remembers ids for three days and an hour of the thirty.
  const ids = (ID_BYTES * REMEMBERED_HOURS) / (DAYS * 24)
  const whole = weights.file / events + ids
  const without = withoutRaw / events + ids
  const unit = 'B/event'
  return [
    { name: 'stored after 1 M events over 30 days, raw events kept', value: whole, unit, budget: 280 },
    { name: 'the same without raw events', value: without, unit, budget: 80 },
  ]
}

const ROOT: Asked = { dimension: [], interval: 'hour', length: 400 * HOUR - 1 }
const COUNTRY: Asked = { ...ROOT, dimension: ['country', 'US'] }
const PAGE_PATH: Asked = { ...ROOT, dimension: ['page', 'shop.example', '/products/0'] }

async function times(engine: Engine, site: number, asked: readonly Asked[], task = 'answer'): Promise<number[]> {
  const all: number[] = []
  for (const each of asked) {
    const seen = await engine.ask<{ points: number; total: number }>(task, { site, ...each })
    if (!seen.points || !seen.total) throw new Error(`no answer to ${JSON.stringify(each)}`)
    all.push(...(await engine.time(CALLS, task, { site, ...each })))
  }
  return all
}

const UNIT = 'ms'

async function measureGraphs(engine: Engine): Promise<Figure[]> {
  const asked = [ROOT, COUNTRY, PAGE_PATH]
  const few = await times(engine, QUIET, asked)
  const many = await times(engine, FULL, asked)
  const minute = await times(engine, FULL, [{ dimension: [], interval: 'minute', length: 23 * HOUR }])
  const tens = await times(engine, FULL, [{ dimension: [], interval: '10s', length: HOUR }])
  const [p95, ratio] = [quantile(many, 0.95), quantile(many, 0.5) / quantile(few, 0.5)]
  return [
    { name: 'graph of 400 hours after 1 M events, p95', value: p95, unit: UNIT, budget: 10 },
    { name: 'the same, to that after 10 k events', value: ratio, unit: '×', budget: 1.5, note: 'medians' },
    { name: 'graph of 23 hours by the minute, p95', value: quantile(minute, 0.95), unit: UNIT, budget: 100 },
    { name: 'graph of the last hour by 10 s, p95', value: quantile(tens, 0.95), unit: UNIT, budget: 100 },
  ]
}

async function measureYears(engine: Engine): Promise<Figure[]> {
  const hours = await times(engine, FULL, [ROOT, COUNTRY, PAGE_PATH])
  const days = await times(engine, FULL, [
    { dimension: [], interval: 'day', length: 400 * DAY },
    { dimension: ['country', 'US'], interval: 'day', length: 400 * DAY },
  ])
  const asked: Asked = { type: 'sale', dimension: ['article'], interval: 'day', length: 90 * DAY }
  const ranks = await times(engine, FULL, [asked], 'rank')
  return [
    {
      name: 'graph of 400 hours after 2 years, 101 M events, p95',
      value: quantile(hours, 0.95),
      unit: UNIT,
      budget: 10,
    },
    { name: 'graph of 400 days after 2 years, p95', value: quantile(days, 0.95), unit: UNIT, budget: 10 },
    {
      name: 'rank of 1,000 children over 90 days, p95',
      value: quantile(ranks, 0.95),
      unit: UNIT,
      budget: 200,
    },
  ]
}

/** Where the bytes are, by table. */
export function monthTable({ events, weights: { file, tables } }: Month): string {
  const line = (name: string, bytes: number, rows: string) => `| ${name} | ${(bytes / events).toFixed(1)} | ${rows} |`
  return [
    '| of 1 M events, in texts and blobs | B/event | rows |',
    '|---|---:|---:|',
    ...Object.entries(tables).map(([name, { bytes, rows }]) => line(name, bytes, String(rows))),
    line('the whole file', file, ''),
  ].join('\n')
}
