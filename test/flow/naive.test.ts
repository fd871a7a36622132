/** A hundred thousand events and a thousand questions: whatever is asked, the answer is the naive counter's. */
import { expect, test } from 'vitest'
import type { Graph, Series } from '../../sdk/wire/query'
import { type Asked, type Line, Naive, type Said } from '../naive'
import { Random } from '../random'
import { alarmNow } from './alarm'
import { call, makeSite, statusOf } from './api'
import { events } from './events'
import { type Question, questionOf } from './questions'
import { type Server, startServer } from './server'

const ZONE = 'Europe/Stockholm'
const EVENTS = 100_000
const BATCH = 1_000
const SENDERS = 4
const QUESTIONS = 1_000
/** Readers share their looks at what is not merged yet, so many at once wait no longer than one. */
const READERS = 40
const SEED = Number(process.env.GRAUPEL_TEST_SEED ?? 20_261_125)

/** One turn after the other for each of so many workers, until there is none left. */
async function inParallel<Item>(left: IterableIterator<Item>, workers: number, work: (item: Item) => Promise<void>) {
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of left) await work(item)
    }),
  )
}

function* batches(all: Iterable<Said>): Generator<Said[]> {
  let batch: Said[] = []
  for (const each of all) {
    batch.push(each)
    if (batch.length === BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length) yield batch
}

/** Floats to 1e-9; whole numbers are whole. Where cents cancel out, doubles leave less than this. */
const isSame = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) || Math.abs(a - b) <= 1e-12

const COUNTS = /^(hits|bytes|sessions|clicks)(:[+_])?$/
const agrees = (metric: string, a: number, b: number): boolean => (COUNTS.test(metric) ? a === b : isSame(a, b))

/** Where two lines part: their totals, or the first of their points. */
function parting(ours: Series, naive: Line): unknown {
  const { metric, dimension } = naive
  const place = { metric, dimension }
  if (ours.metric !== metric) return { ...place, ours: ours.metric }
  const [starts, wanted] = [ours.points, naive.points].map((points) => points.map(([start]) => start))
  if (String(starts) !== String(wanted))
    return { ...place, ours: [starts!.length, starts![0]], naive: [wanted!.length, wanted![0]] }
  const wrong = naive.points.findIndex(([, value], i) => !agrees(metric, ours.points[i]![1], value))
  if (wrong >= 0) return { ...place, ours: ours.points[wrong], naive: naive.points[wrong] }
  return agrees(metric, ours.total, naive.total)
    ? undefined
    : { ...place, total: { ours: ours.total, naive: naive.total } }
}

const keyOf = (dimension: readonly string[]) => JSON.stringify(dimension)

/** What differs, or undefined. Children of the same score may stand in any order, and be cut off in any. */
function difference(naive: Naive, { asked, depth, sort, limit }: Question, ours: readonly Series[]): unknown {
  const shown = Map.groupBy(ours, ({ dimension }) => keyOf(dimension))
  const check = (dimension: string[], left: number): unknown => {
    const lines = naive.lines({ ...asked, dimension })
    const found = shown.get(keyOf(dimension)) ?? []
    shown.delete(keyOf(dimension))
    if (found.length !== lines.length) return { dimension, ours: found.length, naive: lines.length, what: 'lines' }
    const parted = first(lines, (line) => parting(found[lines.indexOf(line)]!, line))
    if (parted || left === 0) return parted
    const below = [...shown.values()].map(([series]) => [...series!.dimension])
    const listed = below.filter(
      (path) => path.length === dimension.length + 1 && path.slice(0, -1).every((name, i) => name === dimension[i]),
    )
    return wrongList(naive, { ...asked, dimension }, listed) ?? first(listed, (path) => check(path, left - 1))
  }
  const wrongList = (counter: Naive, parent: Asked, listed: string[][]): unknown => {
    const score = (path: string[]) => counter.lines({ ...parent, dimension: path, metrics: [sort.metric] })[0]!.total
    const ranked = counter.children(parent).map((path) => ({ path, score: score(path) }))
    ranked.sort((a, b) => (sort.descending ? b.score - a.score : a.score - b.score))
    const wanted = ranked.slice(0, limit)
    const scores = listed.map(score)
    const isRight = wanted.length === listed.length && wanted.every((each, i) => isSame(each.score, scores[i]!))
    return isRight
      ? undefined
      : { below: parent.dimension, ours: listed.map((path, i) => [path, scores[i]]), naive: wanted }
  }
  const found = check(asked.dimension, depth)
  return found ?? (shown.size ? { what: 'shown and not asked for', dimensions: [...shown.keys()] } : undefined)
}

function first<Item>(items: readonly Item[], check: (item: Item) => unknown): unknown {
  for (const item of items) {
    const found = check(item)
    if (found !== undefined) return found
  }
  return undefined
}

interface Setting {
  server: Server
  site: number
  naive: Naive
}

/** Asks, and asks again where a bucket of ten seconds ended on the way: both must have meant the same now. */
async function ask<Answer>({ server, site }: Setting, path: string, make: (now: number) => Question) {
  for (;;) {
    const now = Date.now()
    const question = make(now)
    const text = new URLSearchParams({ site: String(site), ...question.query })
    const { status, body } = await call<Answer>(server, 'GET', `${path}?${text}`)
    expect([status, question.query, status === 200 ? undefined : body]).toEqual([200, question.query, undefined])
    if (Math.floor(now / 10_000) === Math.floor(Date.now() / 10_000)) return { question, body }
  }
}

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, i) => SEED + from + i)

async function askGraphs(setting: Setting, from: number, count: number): Promise<void> {
  await inParallel(seeds(from, count).values(), READERS, async (seed) => {
    const { question, body } = await ask<Graph>(setting, '/graph', (now) => questionOf(new Random(seed), now, ZONE))
    expect(body.partial).toBeUndefined()
    const differs = difference(setting.naive, question, body.series)
    if (differs) expect.fail(`seed ${seed}: ${JSON.stringify({ query: question.query, ...differs })}`)
  })
}

const textOf = (dimension: readonly string[]) =>
  dimension.length === 0 ? '_' : dimension.length === 1 ? dimension[0]! : JSON.stringify(dimension)

async function askTotals(setting: Setting, from: number, count: number): Promise<void> {
  type Totals = Record<string, Record<string, Record<string, number>>>
  await inParallel(seeds(from, count).values(), READERS, async (seed) => {
    const { question, body } = await ask<Totals>(setting, '/totals', (now) => {
      const made = questionOf(new Random(seed), now, ZONE)
      // Every child, so that none is cut off among equals.
      return {
        ...made,
        depth: Math.min(made.depth, 1),
        query: { ...made.query, depth: String(Math.min(made.depth, 1)), limit: '1000' },
      }
    })
    const { asked, depth, query } = question
    const paths = [asked.dimension, ...(depth ? setting.naive.children(asked) : [])]
    const wanted = paths.flatMap((dimension) => setting.naive.lines({ ...asked, dimension }))
    const [period, totals] = Object.entries(body)[0]!
    if (query.period) expect(period).toBe(query.period)
    expect(Object.keys(totals).toSorted()).toEqual(paths.map(textOf).toSorted())
    const wrong = wanted.find(({ dimension, metric, total }) => {
      const ours = totals[textOf(dimension)]![metric]
      return ours === undefined || !agrees(metric, ours, total)
    })
    if (wrong)
      expect.fail(
        `seed ${seed}: ${JSON.stringify({ query, ours: totals[textOf(wrong.dimension)], naive: { ...wrong, points: undefined } })}`,
      )
  })
}

const pendingPaths = async ({ server, site }: Setting): Promise<number> =>
  (await call<{ pendingPaths: number }>(server, 'GET', `/status?site=${site}`)).body.pendingPaths

test('answers a thousand questions over 100,000 events as a naive counter does', { timeout: 180_000 }, async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { timezone: ZONE })
  const naive = new Naive(ZONE)
  const setting = { server, site, naive }
  const started = Date.now()
  await inParallel(batches(events(SEED, started, EVENTS)), SENDERS, async (batch) => {
    for (const each of batch) naive.count(each)
    const { status, body } = await call(server, 'POST', `/count?site=${site}`, batch, keys.write)
    expect([status, body]).toMatchObject([200, { accepted: batch.length }])
  })
  const sent = Date.now()
  // While some of it is merged and some is in the log only; then from a new life; then out of the cells.
  await askGraphs(setting, 0, QUESTIONS * 0.35)
  await askTotals(setting, QUESTIONS, QUESTIONS * 0.1)
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
  await expect.poll(async () => (await statusOf(server, site)).shards[0]!.waiting, { timeout: 20_000 }).toBe(0)
  await askGraphs(setting, QUESTIONS * 0.35, QUESTIONS * 0.1)
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-whale')
  await server.restart()
  await expect.poll(() => pendingPaths(setting), { timeout: 60_000 }).toBe(0)
  await askGraphs(setting, QUESTIONS * 0.45, QUESTIONS * 0.35)
  await askTotals(setting, QUESTIONS * 1.1, QUESTIONS * 0.1)
  console.log(`sent in ${(sent - started) / 1000} s, asked in ${(Date.now() - sent) / 1000} s`)
})
