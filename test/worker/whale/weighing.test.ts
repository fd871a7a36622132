/** Weights in a real Whale: what was acknowledged is in them before it is merged, and asking for them writes nothing. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hail as hailOf } from '../../../worker/env'
import type { Whale } from '../../../worker/whale/whale'
import { changes, madeSite } from '../objects'
import { experiment, exposure, type Made, outcome, reward } from './decided'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
})

const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
const NOBODY = [null, null, null]

async function begun(more: Parameters<typeof experiment>[1] = {}, settings: Parameters<typeof madeSite>[1] = {}) {
  const made = await madeSite('UTC', settings)
  await made.whale().begin(experiment('page', { policy: 'thompson', warm: 10, holdout: 0, ...more }))
  return made
}

const weightsOf = async ({ whale }: Pick<Made, 'whale'>, context: (string | null)[] = NOBODY) =>
  (await whale().board({ since: 0, weigh: { decision: 'page', context } })).weights

const shareOfB = async (made: Pick<Made, 'whale'>, context?: (string | null)[]) =>
  (await weightsOf(made, context))!.probabilities[1]!

/** Of b every other decision was rewarded, of a none. */
const lesson = (from: number) =>
  Array.from({ length: 40 }, (_, i) => [
    exposure(`a${from + i}`, 'a'),
    exposure(`b${from + i}`, 'b'),
    ...(i % 2 ? [reward(`b${from + i}`, 'b')] : []),
  ]).flat()

test('follow what was acknowledged within two seconds, before it is merged, and no row is written', async () => {
  const made = await begun()
  await made.hail().append([exposure('first', 'a')])
  await made.hail().merge()
  expect(await shareOfB(made)).toBe(0.5)
  await made.hail().append(lesson(0))
  const before = await changes(made.whale())
  later(1_000)
  expect(await shareOfB(made)).toBeGreaterThan(0.95)
  expect(await changes(made.whale())).toBe(before)
})

test('are the same once it is merged, and after a restart', async () => {
  const made = await begun()
  await made.hail().append(lesson(0))
  const unmerged = await weightsOf(made)
  await made.hail().merge()
  later(1_000)
  const merged = await weightsOf(made)
  expect(merged!.probabilities[1]).toBeCloseTo(unmerged!.probabilities[1]!, 3)
  expect(merged!.version).toBeGreaterThan(unmerged!.version)
  await evictDurableObject(made.whale())
  later(1_000)
  expect((await weightsOf(made))!.probabilities[1]).toBeCloseTo(unmerged!.probabilities[1]!, 3)
})

test('know each note once, whether slices come before, between or after it is asked for', async () => {
  const made = await begun()
  for (let round = 0; round < 4; round++) {
    await made.hail().append(lesson(100 * round))
    later(1_000)
    await weightsOf(made)
    if (round % 2) await made.hail().merge()
    const { results } = (await made.whale().standing('page'))!
    expect(results.arms.map(({ trials, num }) => [trials, num])).toEqual([
      [40 * (round + 1), 0],
      [40 * (round + 1), 20 * (round + 1)],
    ])
  }
})

test('stay as they are for a second, and are made anew when more is known', async () => {
  const made = await begun()
  const first = await weightsOf(made)
  await made.hail().append(lesson(0))
  later(900)
  expect(await weightsOf(made)).toEqual(first)
  later(200)
  expect((await weightsOf(made))!.version).toBeGreaterThan(first!.version)
})

test('are heard of from all Hails', async () => {
  const made = await begun({}, { fixedShards: 3 })
  const all = lesson(0)
  const shards = [0, 1, 2].map((shard) => hailOf(env, made.site.site, shard))
  await Promise.all(shards.map((hail, shard) => hail.append(all.filter((_, i) => i % 3 === shard))))
  expect(await shareOfB(made)).toBeGreaterThan(0.95)
})

test('are those of a visitor’s own values, with what they were weighed by for who asks', async () => {
  const made = await begun({ policy: 'contextual', dimensions: ['country'] })
  const both = ['SE', 'NO'].flatMap((country, c) =>
    Array.from({ length: 200 }, (_, i) => {
      const [id, context] = [`${country}${i}`, [country]]
      const good = c === i % 2
      return [
        exposure(id, 'ab'[i % 2]!, { context }),
        ...(good && i % 3 ? [reward(id, 'ab'[i % 2]!, { reward: 1 }, { context })] : []),
      ]
    }).flat(),
  )
  await made.hail().append(both)
  const [se, no] = [await weightsOf(made, ['SE']), await weightsOf(made, ['NO'])]
  expect(se!.probabilities[0]).toBeGreaterThan(0.8)
  expect(no!.probabilities[1]).toBeGreaterThan(0.8)
  expect(se).not.toHaveProperty('factors')
  const why = async (context: (string | null)[]) => {
    const { weights } = await made.whale().board({ since: 0, weigh: { decision: 'page', context, explain: true } })
    return weights?.factors?.map(({ dimension, value, arm, factor }) => [dimension, value, arm, factor > 1])
  }
  expect(await why(['SE'])).toEqual([
    ['country', 'SE', 0, true],
    ['country', 'SE', 1, false],
  ])
  expect(await why([null])).toEqual([])
  expect(await weightsOf(made, ['SE'])).toEqual(se)
})

test('are worked out once for all whose values were never met', async () => {
  const made = await begun({ policy: 'contextual' })
  await made.hail().append(lesson(0))
  const [one, other] = await runInDurableObject(made.whale() as unknown as DurableObjectStub<Whale>, (whale) =>
    Promise.all(
      ['XX', 'YY'].map((country) =>
        whale.board({ since: 0, weigh: { decision: 'page', context: [country, 'phone', 'Chrome'] } }),
      ),
    ),
  )
  expect(one!.weights!.probabilities[1]).toBeGreaterThan(0.9)
  expect(one!.weights).toBe(other!.weights)
})

test('are none for a split, for what is not running, and for what there is not', async () => {
  const made = await begun()
  await made.whale().begin(experiment('ab', { policy: 'split' }))
  const weigh = async (decision: string) =>
    (await made.whale().board({ since: 0, weigh: { decision, context: NOBODY } })).weights
  expect(await weigh('page')).toBeDefined()
  await made.whale().change('page', { status: 'paused' })
  for (const decision of ['page', 'ab', 'elsewhere']) expect(await weigh(decision)).toBeUndefined()
})

test('follow a change at once', async () => {
  const made = await begun({ warm: 1_000 })
  expect(await shareOfB(made)).toBe(0.5)
  await made.whale().change('page', {
    arms: [
      { id: 'a', weight: 1 },
      { id: 'b', weight: 3 },
    ],
  })
  expect(await shareOfB(made)).toBeCloseTo(0.98 * 0.75 + 0.01, 12)
})

test('cost less than 50 µs where they are known', async () => {
  const arms = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, weight: 1 }))
  const made = await begun({ policy: 'contextual', arms, warm: 0 })
  await made.hail().append([outcome('1', { hits: 100, reward: 10 })])
  await made.hail().merge()
  vi.useRealTimers()
  const { version } = await made.whale().board({ since: 0 })
  const ask = { since: version, weigh: { decision: 'page', context: ['SE', 'phone', 'Chrome'] } }
  const ROUNDS = 2_000
  const perCall: number[] = []
  for (let run = 0; run < 9; run++) {
    const start = performance.now()
    await runInDurableObject(made.whale(), async (whale: Whale) => {
      for (let i = 0; i < ROUNDS; i++) await whale.board(ask)
    })
    perCall.push(((performance.now() - start) * 1_000) / ROUNDS)
  }
  // The machine is busy with other tests, which is no cost of this.
  expect(Math.min(...perCall)).toBeLessThan(50)
})

describe('of a Hail that is silent', () => {
  test('are told without it, and with it once it speaks', async () => {
    const made = await begun({}, { fixedShards: 2 })
    const [spoken, silent] = [hailOf(env, made.site.site, 0), hailOf(env, made.site.site, 1)]
    await spoken.append(lesson(0))
    await silent.append(lesson(100))
    const { promise, resolve } = Promise.withResolvers<void>()
    const held = runInDurableObject(silent, (_, state) => state.blockConcurrencyWhile(() => promise))
    vi.useRealTimers()
    const start = Date.now()
    expect(await shareOfB(made)).toBeGreaterThan(0.9)
    expect(Date.now() - start).toBeLessThan(500)
    expect((await made.whale().standing('page'))!.results.arms[0]!.trials).toBe(40)
    resolve()
    await held
    await expect.poll(async () => (await made.whale().standing('page'))!.results.arms[0]!.trials).toBe(80)
  })
})
