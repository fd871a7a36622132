/** Where an experiment stands in a real Whale: results against any option, looks that are remembered, and what is served. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

async function begun(more: Parameters<typeof experiment>[1] = {}) {
  const made = await madeSite()
  await made.whale().begin(experiment('page', { policy: 'split', ...more }))
  return made
}

let told = 0
/** So many decisions of an option, and of those so many rewarded; in a slice of their own. */
async function tell(made: Made, option: string, n: number, x: number, options = 2) {
  told += 1
  const propensities = new Array<number>(options).fill(1 / options)
  const ids = Array.from({ length: n }, (_, i) => `${told}-${i}`)
  await made.hail().append(ids.map((id) => exposure(id, option, { propensities })))
  if (x) await made.hail().append(ids.slice(0, x).map((id) => reward(id, option, { reward: 1 }, { propensities })))
}

const uplift = async (made: Made, option: string, control?: string) => {
  const { results } = (await made.whale().standing('page', control))!
  return results.arms.find(({ id }) => id === option)!.uplift
}

test('compares with any option, merged or not, and writes nothing for it', async () => {
  const made = await begun()
  await tell(made, 'a', 400, 40)
  await made.hail().merge()
  await tell(made, 'b', 400, 80)
  const before = await changes(made.whale())
  const [toA, toB] = [await uplift(made, 'b'), await uplift(made, 'a', 'b')]
  expect([toA!.rel, toB!.rel]).toEqual([1, -0.5])
  expect(toA!.p_always).toBeCloseTo(toB!.p_always!, 12)
  expect(await changes(made.whale())).toBe(before)
  expect(await made.whale().standing('page', 'z')).toBeUndefined()
  expect(await made.whale().standing('elsewhere')).toBeUndefined()
})

test('works out once what nothing became known of since', async () => {
  const made = await begun()
  const standing = (control?: string) =>
    runInDurableObject(made.whale() as unknown as DurableObjectStub<Whale>, (whale) => whale.standing('page', control))
  await tell(made, 'a', 10, 1)
  const first = await standing()
  expect(await standing('b')).not.toBe(first)
  expect(await standing()).toBe(first)
  await tell(made, 'a', 10, 1)
  const second = await standing()
  expect([first, second].map((each) => each!.results.arms[0]!.trials)).toEqual([10, 20])
  await made.whale().change('page', { status: 'paused' })
  expect((await standing())!.definition.status).toBe('paused')
  later(5_000)
  expect(await standing()).not.toBe(second)
})

test('remembers the least p of all looks, against any option, though nobody looked', async () => {
  const made = await begun()
  await tell(made, 'a', 1_000, 50)
  await tell(made, 'b', 1_000, 150)
  await made.hail().merge()
  later(1_000)
  const least = (await uplift(made, 'b'))!.p_always!
  expect(least).toBeLessThan(0.001)
  await evictDurableObject(made.whale())
  later(61_000)
  await tell(made, 'a', 1_000, 150)
  await tell(made, 'b', 1_000, 50)
  await made.hail().merge()
  for (let i = 0; i < 2; i++) {
    later(1_000)
    expect([(await uplift(made, 'b'))!.z, (await uplift(made, 'b'))!.p_always]).toEqual([0, least])
    expect((await uplift(made, 'a', 'b'))!.p_always).toBe(least)
    await evictDurableObject(made.whale())
  }
})

test('takes a look once a minute at the most', async () => {
  const made = await begun()
  await tell(made, 'a', 200, 20)
  await made.hail().merge()
  const size = async () => {
    const before = await changes(made.whale())
    await tell(made, 'a', 1, 0)
    await made.hail().merge()
    return (await changes(made.whale())) - before
  }
  later(1_000)
  const without = await size()
  later(60_000)
  expect(await size()).toBe(without + 1)
  later(59_000)
  expect(await size()).toBe(without)
})

test('remembers of many options the looks against the first', async () => {
  const ids = Array.from({ length: 12 }, (_, i) => `o${i}`)
  const made = await begun({ arms: ids.map((id) => ({ id, weight: 1 })) })
  const lead = async (rewards: Record<string, number>) => {
    for (const [option, x] of Object.entries(rewards)) await tell(made, option, 500, x, 12)
    await made.hail().merge()
  }
  await lead({ o0: 25, o1: 25, o11: 100 })
  const least = (await uplift(made, 'o11'))!.p_always!
  expect((await uplift(made, 'o11', 'o1'))!.p_always).toBe(least)
  await evictDurableObject(made.whale())
  await lead({ o0: 100, o1: 100, o11: 25 })
  expect((await uplift(made, 'o11'))!.p_always).toBe(least)
  expect((await uplift(made, 'o0', 'o11'))!.p_always).toBe(least)
  expect((await uplift(made, 'o11', 'o1'))!.p_always).toBeGreaterThan(least)
})

test('says what is served: to anybody, to who has the values that came most, and by each value', async () => {
  const made = await begun({ policy: 'contextual', warm: 1, dimensions: ['country', 'device'] })
  const context = ['SE', 'phone']
  await made
    .hail()
    .append([
      outcome('a', { hits: 500, reward: 5 }, { dimensions: { country: 'NO' } }),
      outcome('b', { hits: 500, reward: 50 }, { dimensions: { country: 'NO' } }),
      ...Array.from({ length: 20 }, (_, i) => exposure(`${i}`, 'ab'[i % 2]!, { context })),
    ])
  const served = async () => (await made.whale().standing('page'))!.weights
  const [anybody, ...others] = await served()
  expect([anybody!.context, ...others.map((each) => each.context)]).toEqual([
    {},
    { country: 'NO', device: 'phone' },
    { country: 'NO' },
    { country: 'SE' },
    { device: 'phone' },
  ])
  expect(anybody!.probabilities[1]).toBeGreaterThan(0.95)
  await made.whale().change('page', { status: 'paused' })
  expect((await served())[0]!.probabilities).toEqual([1, 0])
  await made.whale().change('page', { status: 'finished', winner: 'b' })
  for (const { probabilities } of await served()) expect(probabilities).toEqual([0, 1])
})

test('counts what came too late, twice, by nobody, and not as decided', async () => {
  const made = await begun()
  await made
    .hail()
    .append([
      exposure('1', 'a'),
      reward('1', 'a'),
      reward('1', 'a'),
      reward('1', 'a', { reward: 1 }, { when: Date.now() + 2 * 86_400_000 }),
      outcome('b', { reward: 1 }),
      exposure('2', 'z'),
    ])
  const counted = { late: 1, duplicates: 1, unattributed: 1, refused: 1 }
  expect((await made.whale().standing('page'))!.counted).toEqual(counted)
  await made.hail().merge()
  await evictDurableObject(made.whale())
  expect((await made.whale().standing('page'))!.counted).toEqual(counted)
})
