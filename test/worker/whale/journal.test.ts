/** The journal in a real Whale: each decision once, with all that came of it, however it lies in rows. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Line } from '../../../worker/whale/page'
import { changes, madeSite, query, rows } from '../objects'
import { aged, experiment, exposure, type Made, outcome, own, page, reward } from './decided'

const DAY = 86_400_000
/** So far ahead that no alarm rings by itself: alarms go by the real clock. */
const NOON = Date.UTC(2080, 10, 12, 12)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
})
afterEach(() => {
  vi.useRealTimers()
})

const later = (ms: number) => vi.setSystemTime(Date.now() + ms)

async function begun(more: Parameters<typeof experiment>[1] = {}, keep = { raw: 30, hours: 93, days: 800 }) {
  const made = await madeSite('UTC', { keep })
  await made.whale().begin(experiment('page', { policy: 'contextual', ...more }))
  return made
}

async function all(made: Made, more: Parameters<typeof page>[1] = {}): Promise<{ lines: Line[]; pages: number }> {
  const lines: Line[] = []
  let after: string | undefined
  for (let pages = 1; ; pages++) {
    const { lines: found, next } = await page(made, { ...more, ...(after !== undefined && { after }) })
    lines.push(...found)
    if (next === undefined) return { lines, pages }
    after = next
  }
}

test('tells a decision as it was made, and what came of it', async () => {
  const made = await begun({ kind: 'ratio', num: 'earned', den: 'spent' })
  await aged(made, DAY)
  const at = NOON - 5_000
  await made.hail().append([
    exposure('one', 'b', {
      at,
      propensities: [0.25, 0.75],
      version: 7,
      isHoldout: true,
      context: ['SE', null, 'Chrome'],
    }),
    exposure('two', 'a', { at: at + 1 }),
    reward('one', 'b', { earned: 5, spent: 1 }, { at, propensities: [0.25, 0.75] }),
    reward('one', 'b', { earned: 2.5 }, { at, propensities: [0.25, 0.75] }),
    outcome('a', { hits: 9, earned: 9 }),
  ])
  await made.hail().merge()
  expect((await all(made)).lines).toEqual([
    {
      t: at,
      id: 'one',
      decision: 'page',
      option: 'b',
      p: 0.75,
      propensities: [0.25, 0.75],
      w: 7,
      holdout: true,
      context: { country: 'SE', browser: 'Chrome' },
      x: 7.5,
      y: 1,
    },
    {
      t: at + 1,
      id: 'two',
      decision: 'page',
      option: 'a',
      p: 0.5,
      propensities: [0.5, 0.5],
      w: 1,
      holdout: false,
      context: { country: 'SE', device: 'phone', browser: 'Chrome' },
      x: 0,
      y: 0,
    },
  ])
})

test('has each conversion once, and no reward that did not count', async () => {
  const made = await begun({ by: 'sale' })
  await made
    .hail()
    .append([
      exposure('one', 'a'),
      reward('one', 'a', { reward: 1 }, { goal: 'sale' }),
      reward('one', 'a', { reward: 1 }, { goal: 'sale' }),
      exposure('two', 'a'),
      reward('two', 'a', { reward: 1 }, { goal: 'visit' }),
      exposure('three', 'a'),
      reward('three', 'a', { reward: 1 }, { goal: 'sale', when: NOON + 2 * DAY }),
      exposure('four', 'z'),
    ])
  await made.hail().merge()
  expect((await all(made)).lines.map(({ id, x, y }) => [id, x, y])).toEqual([
    ['one', 1, 1],
    ['two', 0, 1],
    ['three', 0, 1],
  ])
})

test('tells what is not merged yet, and writes nothing for it', async () => {
  const made = await begun()
  await made.hail().append([exposure('one', 'a')])
  await made.hail().merge()
  await made.hail().append([reward('one', 'a'), exposure('two', 'b'), reward('two', 'b')])
  const before = await changes(made.whale())
  expect((await all(made)).lines.map(({ id, x }) => [id, x])).toEqual([
    ['one', 1],
    ['two', 1],
  ])
  expect(await changes(made.whale())).toBe(before)
})

test('tells those of a time, by when they were made', async () => {
  const made = await begun()
  await aged(made, DAY)
  const told = (id: string, at: number) => [exposure(id, 'a', { at }), reward(id, 'a', { reward: 1 }, { at })]
  await made.hail().append([...told('one', NOON - 3_000), ...told('two', NOON - 2_000)])
  await made.hail().merge()
  await made.hail().append(told('three', NOON - 1_000))
  const asked = async (from: number, to: number) =>
    (await all(made, { from: NOON + from, to: NOON + to })).lines.map(({ id, x }) => [id, x])
  expect(await asked(-2_000, -1_000)).toEqual([['two', 1]])
  expect(await asked(-3_000, -2_000)).toEqual([['one', 1]])
  expect(await asked(-1_000, 0)).toEqual([['three', 1]])
  expect(await asked(-500, 0)).toEqual([])
})

test('fills a row before it opens another, and another with each day and each change of weights', async () => {
  const made = await begun({ policy: 'split' })
  const tell = async (id: string) => {
    await made.hail().append([own(id, 'a')])
    await made.hail().merge()
  }
  for (let i = 0; i < 5; i++) await tell(`a${i}`)
  expect(await rows(made.whale(), 'note')).toBe(1)
  await made.whale().change('page', {
    arms: [
      { id: 'a', weight: 4 },
      { id: 'b', weight: 1 },
    ],
  })
  await tell('b')
  expect(await rows(made.whale(), 'note')).toBe(2)
  later(DAY)
  await tell('c')
  expect(await rows(made.whale(), 'note')).toBe(3)
  expect((await all(made)).lines.map(({ id, p }) => [id, p])).toEqual([
    ...Array.from({ length: 5 }, (_, i) => [`a${i}`, 0.5]),
    ['b', 0.8],
    ['c', 0.8],
  ])
})

test('comes in pages, each decision once and whole, wherever its rewards lie and whatever comes meanwhile', {
  timeout: 60_000,
}, async () => {
  const made = await begun({ kind: 'ratio', num: 'earned', den: 'spent' })
  // What is said of each takes room, so that there are several pages.
  const context = ['x'.repeat(250), 'y'.repeat(250), 'z'.repeat(250)]
  const count = 6_000
  for (let from = 0; from < count; from += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, i) => exposure(`${from + i}`, 'a', { context }))
    const earlier = Array.from({ length: from ? 500 : 0 }, (_, i) => reward(`${2 * i}`, 'a', { earned: 1 }))
    await made.hail().append([...some, ...earlier])
    await made.hail().merge()
  }
  const first = await page(made)
  expect(first.next).toBeDefined()
  await made.hail().append([exposure('late', 'b')])
  await made.hail().merge()
  await evictDurableObject(made.whale())
  const { lines, pages } = await all(made)
  expect(pages).toBeGreaterThan(2)
  expect(lines.map(({ id }) => id)).toEqual([...Array.from({ length: count }, (_, i) => `${i}`), 'late'])
  const earned = lines.filter(({ x }) => x > 0)
  expect(earned.map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_, i) => `${2 * i}`))
  expect(new Set(earned.map(({ x }) => x))).toEqual(new Set([5]))
  const [largest] = await query<{ size: number }>(made.whale(), `SELECT max(length(exposures)) AS size FROM note`)
  expect(largest!.size).toBeLessThan(1_000_000)
})

test('says so where the time asked holds too much', async () => {
  const made = await begun()
  await made.hail().append([exposure('one', 'a')])
  await made.hail().merge()
  await runInDurableObject(made.whale(), (_, { storage }) => storage.sql.exec(`UPDATE note SET notes = 2000001`))
  expect(await made.whale().decided({ decision: 'page', from: 0, to: NOON + 1 })).toEqual({
    problem: 'would look at 2000001 decisions and rewards, and 2000000 are the most; take a shorter time',
  })
  expect(await made.whale().decided({ decision: 'elsewhere', from: 0, to: NOON })).toBeUndefined()
})

test('is kept as long as raw events are, and what was rewarded four days beyond its window', async () => {
  const made = await begun({ window: 2 * DAY }, { raw: 10, hours: 93, days: 800 })
  await made.hail().append([exposure('one', 'a'), reward('one', 'a')])
  await made.hail().merge()
  const left = async () => [await rows(made.whale(), 'note'), await rows(made.whale(), 'rewarded')]
  const ring = async (days: number) => {
    vi.setSystemTime(NOON + days * DAY)
    await runInDurableObject(made.whale(), (whale) => (whale as { alarm(): Promise<void> }).alarm())
    return left()
  }
  expect(await ring(5.9)).toEqual([1, 1])
  expect(await ring(7)).toEqual([1, 0])
  expect(await ring(9.9)).toEqual([1, 0])
  expect(await ring(11)).toEqual([0, 0])
  expect((await all(made)).lines).toEqual([])
  const [arm] = (await made.whale().standing('page'))!.results.arms
  expect([arm!.trials, arm!.num]).toEqual([1, 1])
})

test('wakes the Whale of a site that fell silent for what is too old', async () => {
  const made = await begun({ window: 2 * DAY }, { raw: 10, hours: 93, days: 800 })
  await made.hail().append([exposure('one', 'a'), reward('one', 'a')])
  await made.hail().merge()
  const alarmed = async () => {
    const alarm = await runInDurableObject(made.whale(), (_, { storage }) => storage.getAlarm())
    if (alarm === null) return false
    vi.setSystemTime(Math.max(alarm, Date.now()))
    await runInDurableObject(made.whale(), (whale) => (whale as { alarm(): Promise<void> }).alarm())
    return true
  }
  while (Date.now() < NOON + 7.5 * DAY && (await alarmed()));
  expect(await rows(made.whale(), 'rewarded')).toBe(0)
  while (Date.now() < NOON + 12 * DAY && (await alarmed()));
  expect(await rows(made.whale(), 'note')).toBe(0)
})

test('is none where no raw events are kept', async () => {
  const made = await begun({}, { raw: 0, hours: 93, days: 800 })
  await made.hail().append([exposure('one', 'a')])
  await made.hail().merge()
  expect(await rows(made.whale(), 'note')).toBe(0)
  expect((await made.whale().standing('page'))!.results.arms[0]!.trials).toBe(1)
})
