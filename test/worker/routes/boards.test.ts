/** How one decides in an isolate whose Whale is near, busy, or out of reach. The clock is turned by hand. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import type { Env } from '../../../worker/env'
import app from '../../../worker/index'
import { openToken } from '../../../worker/ingest/token'
import { decider } from '../../../worker/routes/decider'
import { definedBy } from '../../../worker/routes/defined'
import { asked, byAdmin, elsewhere, keys, listed, listening, near, own, posted, said, silent, turnBy } from './isolate'

const THREE = {
  decision: 'page',
  options: ['a', 'b', 'c'],
  weights: [2, 1, 1],
  by: 'earned/spent',
  holdout: 0,
  warm: 10,
}

afterEach(() => {
  vi.useRealTimers()
})

/** An experiment that has found out that c is best. */
async function learnt() {
  const shop = await listed()
  await shop.make(THREE)
  const outcomes = Array.from({ length: 300 }, (_, i) => ({
    decision: 'page',
    option: THREE.options[i % 3],
    metrics: { spent: 1, earned: i % 3 === 2 ? 2 + (i % 5) : i % 4 },
  }))
  await asked(near, `/count_decision?site=${shop.number}`, posted(outcomes))
  turnBy(2_000)
  await vi.waitUntil(async () => {
    turnBy(1_100)
    const { option, propensity } = await shop.decide(near)
    return option === 'c' && propensity > 0.8
  })
  return shop
}

async function drawn(shop: Awaited<ReturnType<typeof listed>>, bindings: Env) {
  const found = new Map<string, number>()
  for (let unit = 0; unit < 400; unit++) {
    const { option, propensity, id } = await shop.decide(bindings, `decision=page&unit=${unit}`)
    found.set(option, propensity)
    const token = await openToken(keys, { site: shop.number, decision: 'page', option }, id)
    expect(token!.propensities![THREE.options.indexOf(option)]).toBeCloseTo(propensity, 6)
  }
  return found
}

test('serves the last weights while the Whale is out of reach, and waits for it once', async () => {
  const shop = await learnt()
  const before = await drawn(shop, near)
  expect(before.get('c')).toBeGreaterThan(0.8)
  turnBy(60_000)
  const began = performance.now()
  expect(await drawn(shop, silent)).toEqual(before)
  // Half a second for the first; four hundred such waits would be minutes.
  expect(performance.now() - began).toBeLessThan(20_000)
})

test('serves the declared weights, and says so, where it has heard of no others', async () => {
  const shop = await listed()
  await shop.make(THREE)
  await shop.make({ ...THREE, decision: 'other' })
  // That there are two experiments is known, and of the one no weights.
  await shop.decide(near, 'decision=other')
  turnBy(5_000)
  const floored = (p: number) => 0.02 / 3 + 0.98 * p
  const found = await drawn(shop, silent)
  expect(found.get('a')).toBeCloseTo(floored(0.5), 12)
  expect(found.get('b')).toBeCloseTo(floored(0.25), 12)
})

test('gives all options alike where it never heard of any experiment', async () => {
  const shop = await listed({ deciding: true })
  const query = 'decision=page&options=["a","b","c","d"]&unit=7'
  const first = await shop.decide(silent, query)
  expect(first).toMatchObject({ propensity: 0.25, policy: 'split', id: null })
  expect(await shop.decide(silent, query)).toEqual(first)
  expect((await asked(silent, `/decide?site=${shop.number}&decision=page`)).status).toBe(503)
})

test('asks the Whale for what it does not know, then half a second later, once for all', async () => {
  const shop = await listed()
  await shop.make(THREE)
  const { heard, bindings } = listening()
  turnBy(0)
  await shop.decide(bindings)
  // Which experiments there are, and then the weights of this one.
  expect(heard.calls).toBe(2)
  for (let i = 0; i < 50; i++) await shop.decide(bindings)
  expect(heard.calls).toBe(2)
  turnBy(600)
  await Promise.all(Array.from({ length: 50 }, () => shop.decide(bindings)))
  expect(heard.calls).toBe(3)
})

test('serves once more what is not old, and hears behind the answer what became of it', async () => {
  const shop = await listed()
  await shop.make({ ...THREE, policy: 'thompson' })
  turnBy(0)
  await shop.decide(near)
  turnBy(600)
  // It never answers, and nobody waits for it.
  const began = performance.now()
  const context = createExecutionContext()
  const url = `http://count.example/decide?site=${shop.number}&decision=page`
  const response = await app.fetch(new Request(url), silent, context)
  expect(await response.json()).toMatchObject({ policy: 'thompson', id: expect.any(String) })
  expect(performance.now() - began).toBeLessThan(400)
  await waitOnExecutionContext(context)
})

test('never asks for a site that has no experiments', async () => {
  const shop = await listed()
  const { heard, bindings } = listening()
  await shop.decide(bindings, 'decision=page&options=["a","b"]')
  expect(await said(shop.number, bindings, ['x', 'page', 'a', own()])).toBe(204)
  expect(heard.calls).toBe(0)
})

test('takes who holds a key at his word, where it has not heard that the site decides', async () => {
  const shop = await listed()
  await decider(near, shop.number).begin(definedBy({ ...THREE, by: { num: 'earned', den: 'spent' } }))
  const query = `decision=page&site=${shop.number}`
  expect(await shop.decide(near, 'decision=page&options=["a","b","c"]')).toMatchObject({ id: null })
  const decided = await asked(near, `/decide?${query}`, { headers: byAdmin })
  expect(decided.body).toMatchObject({ id: expect.any(String) })
  // Made by others, and in another way than is wished for here.
  const again = await asked(near, `/decide?${query}&options=["a","b","c"]&policy=split`, { headers: byAdmin })
  expect(again.body).toMatchObject({ policy: 'contextual', id: expect.any(String) })
  const outcome = { decision: 'page', option: 'a', metrics: { spent: 1 } }
  expect((await asked(near, `/count_decision?site=${shop.number}`, posted(outcome))).status).toBe(200)
  expect((await asked(near, `/experiments/page?site=${shop.number}`, { headers: byAdmin })).status).toBe(200)
})

test('counts what a browser says while nobody can say whether it was in vain', async () => {
  const shop = await listed({ deciding: true })
  expect(await said(shop.number, silent, ['x', 'page', 'a', own()])).toBe(204)
  expect((await shop.hail().status()).types).toContain('decision.page.a')
})

/** A token of an experiment that was made elsewhere a moment after the isolate had asked which there are. */
async function unheard(hasOthers = true) {
  const shop = await listed()
  if (hasOthers) await shop.make(THREE)
  turnBy(0)
  await shop.decide(near)
  turnBy(100)
  return { shop, id: await elsewhere(shop.number, 'new') }
}

test.each([
  ['an experiment of which its isolate has not heard yet', true],
  ['the first experiment of a site', false],
])('counts what a browser says of %s', async (_, hasOthers) => {
  const { shop, id } = await unheard(hasOthers)
  const { heard, bindings } = listening()
  expect(await said(shop.number, bindings, ['x', 'new', 'a', id])).toBe(204)
  expect((await shop.hail().status()).types).toContain('decision.new.a')
  expect(heard.calls).toBe(1)
})

test('asks nobody for what is of an experiment that is gone, however often it is said', async () => {
  const shop = await listed()
  await shop.make(THREE)
  const id = await elsewhere(shop.number, 'new')
  expect(
    (await asked(near, `/experiments/new?site=${shop.number}`, { method: 'DELETE', headers: byAdmin })).status,
  ).toBe(204)
  // Tokens tell whole seconds: what is not a second old may be news.
  turnBy(1_000)
  await shop.decide(near)
  const { heard, bindings } = listening()
  for (let n = 0; n < 5; n++) expect(await said(shop.number, bindings, ['x', 'new', 'a', id])).toBe(204)
  expect((await shop.hail().status()).types).not.toContain('decision.new.a')
  expect(heard.calls).toBe(0)
})

test('counts what a program says of an experiment of which its isolate has not heard yet', async () => {
  const { shop, id } = await unheard()
  const outcome = { decision: 'new', option: 'a', id, metrics: { reward: 1 } }
  const told = await asked(near, `/count_decision?site=${shop.number}`, posted(outcome))
  expect(told.body).toEqual({ accepted: 1, duplicates: 0, refused: 0 })
})

test.each(['beacon', '/count_decision'])(
  'loses nothing of what it has not heard of while the Whale says nothing, by %s',
  async (way) => {
    const { shop, id } = await unheard()
    const outcome = { decision: 'new', option: 'a', id }
    const told = async () =>
      way === 'beacon'
        ? await said(shop.number, silent, ['x', 'new', 'a', id])
        : (await asked(silent, `/count_decision?site=${shop.number}`, posted(outcome))).status
    // Who answers a program may ask it to come again; a browser's saying is judged by the Whale.
    expect(await told()).toBe(way === 'beacon' ? 204 : 503)
    expect((await shop.hail().status()).types.includes('decision.new.a')).toBe(way === 'beacon')
  },
)

test.each<[what: string, outcome: object]>([
  ['a goal whose worth nobody can say', { goal: 'bought' }],
  ['options that may be of nothing yet', { options: ['a', 'b'], metrics: { reward: 1 } }],
])('asks a program to come again with %s', async (_, outcome) => {
  const shop = await listed({ deciding: true })
  const id = await elsewhere(shop.number, 'new')
  const told = posted({ decision: 'new', option: 'a', id, ...outcome })
  const path = `/count_decision?site=${shop.number}`
  expect((await asked(silent, path, told)).status).toBe(503)
  turnBy(3_000)
  expect((await asked(near, path, told)).body).toEqual({ accepted: 1, duplicates: 0, refused: 0 })
})
