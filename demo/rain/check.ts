/** Asks the server what it counted, and lays it beside what the rain says it must be. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Server } from '../../sdk/cli/server'
import { Stop } from '../../sdk/cli/stop'
import type { Graph } from '../../sdk/wire/query'
import { Calendar } from './calendar'
import type { Expectation } from './expected'
import type { Wish } from './rain'

/** One number of two hands. */
export interface Row {
  name: string
  must: number
  is: number
}

export interface Section {
  title: string
  rows: Row[]
}

/** Sums of fractions may differ by their order. */
const TOLERANCE = 1e-9
/** A busy shard is asked again. */
const TRIES = 20
const BETWEEN = 500

export const agrees = ({ must, is }: Row): boolean => Math.abs(must - is) <= TOLERANCE * Math.max(1, Math.abs(must))

/** `server` speaks with the site's read key. All is asked at once: answers of one moment share what they wait for. */
export async function check(server: Server, wish: Wish, questions: readonly Expectation[]): Promise<Section[]> {
  const answered = await Promise.all(
    questions.map(async (question): Promise<Section> => {
      if (question.of !== 'all') return { title: question.title, rows: await rowsOf(server, wish, question) }
      const { series } = await graph(server, question, { period: 'all' })
      return { title: ALL, rows: [{ name: question.title, must: question.value, is: series[0]?.total ?? 0 }] }
    }),
  )
  const [whole, parts] = [true, false].map((is) => answered.filter(({ title }) => (title === ALL) === is))
  return [{ title: ALL, rows: whole!.flatMap(({ rows }) => rows) }, ...parts!] // Two of them.
}
const ALL = 'in all'

/** What must be there, and what is there and must not be. */
async function rowsOf(server: Server, wish: Wish, question: Exclude<Expectation, { of: 'all' }>): Promise<Row[]> {
  const { values } = question
  const found = question.of === 'days' ? await days(server, wish, question) : await names(server, question)
  const every = [...new Set([...values.keys(), ...found.keys()])]
  const rows = every.map((name) => ({ name, must: values.get(name) ?? 0, is: found.get(name) ?? 0 }))
  return question.of === 'days'
    ? rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    : rows.toSorted((a, b) => b.must - a.must)
}

async function names(server: Server, question: Extract<Expectation, { of: 'names' }>): Promise<Map<string, number>> {
  const { dimension } = question
  const query = { dimension: JSON.stringify(dimension), depth: '1', limit: '1000', period: 'all' }
  const { series } = await graph(server, question, query)
  const children = series.filter((each) => each.dimension.length > dimension.length && each.total)
  return new Map(children.map((each) => [each.dimension.at(-1) ?? '', each.total]))
}

/** From the day of the first drop to this one. */
async function days(server: Server, { days: length, zone }: Wish, question: Expectation): Promise<Map<string, number>> {
  const calendar = new Calendar(zone)
  const { series } = await graph(server, question, { period: `day:${length + 2}d` })
  const points = series[0]?.points ?? []
  return new Map(points.filter(([, value]) => value).map(([start, value]) => [calendar.date(start), value]))
}

async function graph(server: Server, { type, metric }: Expectation, query: Record<string, string>): Promise<Graph> {
  const text = new URLSearchParams({ type, metric, ...query })
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await ask<Graph>(server, 'GET', `/graph?${text}`, undefined, { patience: PATIENCE })
    if (!answer.partial) return answer
    await sleep(BETWEEN)
  }
  throw new Stop('the server answers in part only: a shard of it is too busy')
}
/** It may be merging what has just fallen. */
const PATIENCE = 30_000

interface Status {
  refusals: { reason: string; events: number }[]
}

/** What of the site was refused so far, by reason. */
export async function refusedOf(server: Server): Promise<Map<string, number>> {
  const { refusals } = await ask<Status>(server, 'GET', '/status', undefined, { patience: PATIENCE })
  return new Map(refusals.map(({ reason, events }) => [reason, events]))
}
