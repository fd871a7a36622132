/** A hundred thousand events and a thousand questions: whatever is asked, the answer is the naive counter's. */
import { expect, test } from 'vitest'
import type { Graph } from '../../sdk/wire/query'
import { type Ranked, rank } from '../importance'
import { Naive, type Said } from '../naive'
import { Random } from '../random'
import { alarmNow } from './alarm'
import { call, makeSite, statusOf } from './api'
import { agrees, difference, isSame } from './differ'
import { events } from './events'
import { type Question, questionOf, type RankQuestion, rankQuestionOf } from './questions'
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

interface Setting {
  server: Server
  site: number
  naive: Naive
}

/** Asks, and asks again where a bucket of ten seconds ended on the way: both must have meant the same now. */
async function ask<Answer, Asked extends Pick<Question, 'query'> = Question>(
  { server, site }: Setting,
  path: string,
  make: (now: number) => Asked,
) {
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

interface Ranking {
  partial?: true
  whole: { score: number }
  dimensions: Ranked[]
  next?: number
}

/** One page of a ranking. Equals may stand in any order, so each is looked up by its name, and the order by its numbers. */
function misranked(naive: Naive, question: RankQuestion, ours: Ranking): unknown {
  const { asked, sort, offset, limit } = question
  const { score, ranked } = rank(naive, question)
  const byName = new Map(ranked.map((each) => [JSON.stringify(each.dimension), each]))
  const wrong = ours.dimensions.find((row) => {
    const wanted = byName.get(JSON.stringify(row.dimension))
    const isNear = wanted?.near && row.important !== wanted.important
    const numbers = ['score', 'effect', 'difference', 'value', 'count'] as const
    return (
      !wanted ||
      (row.important !== wanted.important && !isNear) ||
      numbers.some((name) => !isSame(row[name], wanted[name]))
    )
  })
  if (wrong) return { ours: wrong, naive: byName.get(JSON.stringify(wrong.dimension)) }
  const order = ranked.map((each) => each[sort.by]).toSorted((a, b) => (sort.descending ? b - a : a - b))
  const page = order.slice(offset, offset + limit)
  const isInOrder =
    page.length === ours.dimensions.length && page.every((each, i) => isSame(each, ours.dimensions[i]![sort.by]))
  if (!isInOrder) return { page, ours: ours.dimensions.map((row) => row[sort.by]) }
  const next = ranked.length > offset + limit ? offset + limit : undefined
  if (ours.next !== next) return { next, ours: ours.next }
  return isSame(ours.whole.score, score)
    ? undefined
    : { metric: asked.metrics[0], whole: score, ours: ours.whole.score }
}

async function askRanks(setting: Setting, from: number, count: number): Promise<void> {
  await inParallel(seeds(from, count).values(), READERS, async (seed) => {
    const make = (now: number) => rankQuestionOf(new Random(seed), now, ZONE)
    const { question, body } = await ask<Ranking, RankQuestion>(setting, '/rank', make)
    expect(body.partial).toBeUndefined()
    const differs = misranked(setting.naive, question, body)
    if (differs) expect.fail(`seed ${seed}: ${JSON.stringify({ query: question.query, ...differs })}`)
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
  // While some of it is merged and some is in the log only; then all merged, and a new life; then out of the cells.
  await askGraphs(setting, 0, QUESTIONS * 0.3)
  await askTotals(setting, QUESTIONS, QUESTIONS * 0.1)
  await askRanks(setting, QUESTIONS * 2, QUESTIONS * 0.1)
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
  await expect.poll(async () => (await statusOf(server, site)).shards[0]!.waiting, { timeout: 20_000 }).toBe(0)
  await askGraphs(setting, QUESTIONS * 0.3, QUESTIONS * 0.1)
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-whale')
  await server.restart()
  await expect.poll(() => pendingPaths(setting), { timeout: 60_000 }).toBe(0)
  await askGraphs(setting, QUESTIONS * 0.4, QUESTIONS * 0.2)
  await askTotals(setting, QUESTIONS * 1.1, QUESTIONS * 0.1)
  await askRanks(setting, QUESTIONS * 2.1, QUESTIONS * 0.1)
  console.log(`sent in ${(sent - started) / 1000} s, asked in ${(Date.now() - sent) / 1000} s`)
})
