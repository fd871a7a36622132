/** Answers from raw events: with a filter that everything passes they say what the cells say, wherever the events are. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Comparison } from '../../../sdk/wire/query'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { parseMetric } from '../../../worker/rollup/metric'
import { parseWhere } from '../../../worker/rollup/where'
import type { Question } from '../../../worker/whale/question'
import { madeSite } from '../objects'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const METRICS = ['hits', 'dollars', 'dollars/hits', 'max(heat)', 'heat', 'hits:+']

type Made = Awaited<ReturnType<typeof madeSite>>

const metric = (text: string) => {
  const parsed = parseMetric(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}
const filter = (json: object) => {
  const parsed = parseWhere(JSON.stringify(json))
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

const NOW = Date.now()

const questionOf = ({ site }: Made, more: Partial<Question> = {}): Question => ({
  type: 'shop',
  dimension: ['page'],
  metrics: METRICS.map(metric),
  interval: 'hour',
  from: NOW - 3 * DAY,
  to: NOW + 1,
  now: NOW,
  timezone: 'UTC',
  zones: site.zones,
  depth: 2,
  sort: { metric: metric('dollars'), descending: true },
  limit: 100,
  ...more,
})

/** Sales of the last days, the newest last; they come in any order. */
function sales(from: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i
    const at = NOW - ((n * 7_919) % 70) * HOUR - n
    const dimensions = { page: [`${n % 3}`, `${n % 7}`], country: n % 2 ? 'SE' : 'DE' }
    const event = { at, type: 'shop.sale', dimensions, metrics: { dollars: n / 4 }, gauges: { heat: n % 11 } }
    return { ...place(undefined, NOW), text: JSON.stringify([event]) }
  })
}

/** Some in cells, some pending, some not merged. */
async function everywhere(): Promise<Made> {
  const made = await madeSite()
  await made.hail().append(sales(0, 60))
  await made.hail().merge()
  await made.whale().close()
  await made.hail().append(sales(60, 40))
  await made.hail().merge()
  await made.hail().append(sales(100, 30))
  return made
}

async function both(made: Made, more: Partial<Question> = {}) {
  const question = questionOf(made, more)
  const found = await made.whale().search({ ...question, where: filter({ not: { exists: 'nowhere' } }) })
  if ('problem' in found) throw new Error(found.problem)
  expect(found.source).toBe('raw')
  return { counted: (await made.whale().answer(question)).series, found: found.series }
}

test.each<[string, Partial<Question>]>([
  ['of all below a path', {}],
  ['of the root', { dimension: [], depth: 1 }],
  ['by day', { interval: 'day' }],
  ['of a type below', { type: 'shop.sale', depth: 0 }],
  ['of nothing', { type: 'never' }],
  ['of a day only', { from: NOW - 2 * DAY, to: NOW - DAY }],
  ['cut by a limit', { limit: 1, rest: true }],
])('says what the cells say %s', async (_, more) => {
  const made = await everywhere()
  const { counted, found } = await both(made, more)
  expect(found).toEqual(counted)
  await evictDurableObject(made.whale())
  expect((await both(made, more)).found).toEqual(counted)
})

test.each<[string, Comparison, Partial<Question>]>([
  ['an earlier time beside it', 'previous', { interval: 'day', from: NOW - DAY }],
  ['a time that overlaps it', 'week', { interval: 'day', from: NOW - 20 * DAY }],
])('counts nothing twice where it is compared with %s', async (_, compare, more) => {
  const { counted, found } = await both(await everywhere(), { ...more, compare, depth: 0, metrics: [metric('hits')] })
  expect(found).toEqual(counted)
})

test('answers where nothing was merged yet, or nothing ever came', async () => {
  const made = await madeSite()
  expect((await both(made)).found).toMatchObject([{ total: 0 }, {}, {}, {}, {}, {}])
  await made.hail().append(sales(0, 8))
  const { counted, found } = await both(made)
  expect(found).toEqual(counted)
})

test('finds what matches, and only that', async () => {
  const made = await everywhere()
  const hits = async (where: object) => {
    const question = questionOf(made, { dimension: [], depth: 0, metrics: [metric('hits')], where: filter(where) })
    const answer = await made.whale().search(question)
    return 'problem' in answer ? answer.problem : answer.series[0]?.total
  }
  expect(await hits({ country: 'SE' })).toBe(65)
  expect(await hits({ not: { country: 'SE' } })).toBe(65)
  expect(await hits({ country: 'NO' })).toBe(0)
})

test('refuses to look at more than two million events, and says what to do', async () => {
  const made = await everywhere()
  await runInDurableObject(made.whale(), (_, { storage: { sql } }) => sql.exec(`UPDATE event SET events = 1500000`))
  const answer = await made.whale().search({ ...questionOf(made), where: filter({ country: 'SE' }) })
  expect(answer).toMatchObject({ problem: expect.stringMatching(/3000000 raw events, and 2000000 are the most/) })
})

test('lets merges in while it looks', async () => {
  const made = await everywhere()
  const search = made.whale().search({ ...questionOf(made), where: filter({ country: 'SE' }) })
  await made.hail().append(sales(130, 1))
  await made.hail().merge()
  expect('problem' in (await search)).toBe(false)
  expect((await made.whale().status()).shards).toMatchObject([{ events: 131 }])
})
