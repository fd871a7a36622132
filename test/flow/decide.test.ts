/** `/decide`, asked as visitors and programs ask it. */
import { describe, expect, test } from 'vitest'
import { chi2Tail } from '../../worker/decide/gamma'
import { call, makeSite } from './api'
import { type Decided, deciding, decidingAt, inParallel, type Mistake } from './deciding'
import { startServer } from './server'

const AB = { decision: 'button', options: ['green', 'blue'], policy: 'split' }
const times = (n: number) => Array.from({ length: n }, (_, i) => i)

describe("HailWhale's README", () => {
  const SPELLED = `pk=PageVariation&options=['a','b','c']&dimensions={"country":"US"}&by_metric=earned/spent`

  test.each(['hailwhale', 'contextual'])('learns the better option within two seconds by policy %s', async (policy) => {
    const { decide, ask, keys } = await deciding()
    const first = await decide(`${SPELLED}&policy=${policy}`, keys.write)
    expect(first).toMatchObject({ decision: 'PageVariation', policy, option: expect.stringMatching(/^[abc]$/) })
    const count = async (option: string, metric: string) => {
      const { status, body } = await ask(
        `/count_decision?pk=PageVariation&option=${option}&dimensions={"country":"US"}&metric=${metric}`,
        keys.write,
      )
      expect([status, body]).toEqual([200, { accepted: 1, duplicates: 0, refused: 0, notDeduplicated: 1 }])
    }
    const spendings = times(110).flatMap((i) => ['a', 'b', 'c'].map((option) => ({ option, i })))
    await inParallel(spendings, 64, async ({ option, i }) => {
      await count(option, '{"spent":.50}')
      if (i % (option === 'b' ? 2 : 10) === 0) await count(option, "{'earned':1.5}")
    })
    const told = Date.now()
    const likely = async () => {
      const answer = await decide(SPELLED)
      return answer.option === 'b' && answer.propensity > 0.5
    }
    await expect.poll(likely, { interval: 20, timeout: 5_000 }).toBe(true)
    expect(Date.now() - told).toBeLessThan(2_500)
  })

  test('is not known to the public before its owner asks', async () => {
    const { decide, ask, keys } = await deciding()
    const seen = await inParallel(times(60), 8, () => decide(SPELLED))
    expect(seen.every(({ id, propensity, policy }) => id === null && propensity === 1 / 3 && policy === 'split')).toBe(
      true,
    )
    expect(new Set(seen.map(({ option }) => option))).toEqual(new Set(['a', 'b', 'c']))
    expect((await ask<{ experiments: unknown[] }>('/experiments?hidden=1', keys.read)).body.experiments).toEqual([])
  })
})

test('answers anybody, to be kept by nobody, and says nothing of results', async () => {
  const { make, ask } = await deciding()
  await make(AB)
  const { headers, body } = await ask<Decided>('/decide?decision=button&dimensions={"country":"US"}')
  expect(Object.keys(body)).toEqual(['decision', 'option', 'propensity', 'policy', 'id', 'ttl'])
  expect(body).toMatchObject({ decision: 'button', propensity: 0.5, policy: 'split', id: expect.any(String) })
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('set-cookie')).toBeNull()
})

test('gives the same unit the same, and every unit its part', async () => {
  const { make, decide } = await deciding()
  await make({ ...AB, weights: [3, 1] })
  const units = times(300).map((i) => `unit ${i}`)
  const ask = () => inParallel(units, 16, async (unit) => (await decide(`decision=button&unit=${unit}`)).option)
  const first = await ask()
  expect(await ask()).toEqual(first)
  const blue = first.filter((option) => option === 'blue').length
  expect(blue).toBeGreaterThan(40)
  expect(blue).toBeLessThan(115)
})

test('serves each option as often as it says', async () => {
  const { make, decide } = await deciding()
  await make({ decision: 'p', options: ['a', 'b', 'c', 'd'], weights: [5, 3, 1, 1], holdout: 0 })
  const seen = await inParallel(times(10_000), 32, () => decide('decision=p'))
  const propensities = new Map(seen.map(({ option, propensity }) => [option, propensity]))
  const sum = [...propensities.values()].reduce((all, p) => all + p, 0)
  expect(sum).toBeCloseTo(1, 12)
  const chi2 = [...propensities].reduce((all, [option, p]) => {
    const expected = p * seen.length
    return all + (seen.filter((each) => each.option === option).length - expected) ** 2 / expected
  }, 0)
  expect(chi2Tail(chi2, propensities.size - 1)).toBeGreaterThan(1e-4)
  expect(propensities.get('a')).toBeCloseTo(0.02 / 4 + 0.98 / 2, 12)
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
})

test('gives the same unit another decision where its option is another', async () => {
  const { make, change, tell, decide, shown } = await deciding()
  await make({ decision: 'p', options: ['a', 'b'], weights: [1, 0], floor: 0.000001, holdout: 0 })
  const option = async () => (await decide('decision=p&unit=u')).option
  const first = await decide('decision=p&unit=u')
  await tell({ decision: 'p', option: 'a', id: first.id })
  await change('p', { weights: [0, 1] })
  await expect.poll(option, { timeout: 5_000 }).toBe('b')
  const { id } = await decide('decision=p&unit=u')
  await tell({ decision: 'p', option: 'b', id, metrics: { reward: 1 } })
  const arms = async () => (await shown('p')).arms.map(({ trials, num }) => [trials, num])
  const each = [
    [1, 0],
    [1, 1],
  ]
  await expect.poll(arms, { timeout: 5_000 }).toEqual(each)
})

test('says why to who may read, and to nobody else', async () => {
  const { make, tell, decide, ask, keys } = await deciding()
  await make({ decision: 'why', options: ['a', 'b'], holdout: 0, warm: 10, by: 'reward' })
  const outcomes = times(400).map((i) => {
    const option = i % 2 ? 'a' : 'b'
    const country = i % 4 < 2 ? 'SE' : 'US'
    const reward = (option === 'a') === (country === 'SE') ? Number(i % 3 > 0) : Number(i % 12 === 0)
    return { decision: 'why', option, dimensions: { country }, metrics: { reward } }
  })
  expect((await tell(outcomes)).body).toMatchObject({ accepted: 400 })
  const query = 'decision=why&dimensions={"country":"SE"}&explain=1'
  const reasons = async () => (await decide(query, keys.read)).explanation
  await expect.poll(reasons).toEqual([expect.stringMatching(/^country=SE ×\d\.\d\d ±\d\.\d\d$/)])
  expect((await ask(`/decide?${query}`)).status).toBe(401)
  expect((await ask(`/decide?${query}`, keys.write)).status).toBe(403)
})

test('is asked from the site’s own pages, or with a key', async () => {
  const { ask, make, keys } = await deciding({ origins: ['shop.example'] })
  await make(AB)
  const path = '/decide?decision=button'
  const status = async (headers: Record<string, string>, by: string | null = null) =>
    (await ask(path, by, headers)).status
  expect(await status({ Origin: 'https://shop.example' })).toBe(200)
  expect(await status({ Referer: 'https://shop.example/cart' })).toBe(200)
  expect(await status({ Origin: 'https://other.example' })).toBe(403)
  expect(await status({ Origin: 'https://other.example' }, keys.write)).toBe(200)
  expect(await status({}, `${keys.write.slice(0, -1)}_`)).toBe(401)
})

test('asks one who asks too fast to come again', async () => {
  const server = await startServer({ env: { GRAUPEL_PROXY: 'x-client 127.0.0.0/8' } })
  const { ask, make, keys } = decidingAt(server, await makeSite(server, { rate: 20 }))
  await make(AB)
  const from = (client: string, by: string | null = null) => ask('/decide?decision=button', by, { 'x-client': client })
  for (const _ of times(20)) expect((await from('203.0.113.7')).status).toBe(200)
  const { status, headers } = await from('203.0.113.7')
  expect([status, Number(headers.get('retry-after'))]).toEqual([429, 3])
  expect((await from('203.0.113.8')).status).toBe(200)
  expect((await from('203.0.113.7', keys.write)).status).toBe(200)
})

const HUNDRED = JSON.stringify(times(100).map(String))

test('takes options in any order, and as many as a hundred', async () => {
  const { make, decide, keys } = await deciding()
  await make(AB)
  expect(await decide('decision=button&options=["blue","green"]')).toMatchObject({ policy: 'split', propensity: 0.5 })
  const { id } = await decide(`decision=many&options=${HUNDRED}`, keys.write)
  expect(id).not.toBeNull()
  expect(await decide(`decision=apostrophe&options=["it's","b"]&unit=1`)).toMatchObject({ id: null })
})

test('knows no site but those that there are', async () => {
  const { server, site } = await deciding()
  const status = async (path: string) => (await fetch(`${server.origin}${path}`)).status
  expect(await status('/decide?decision=a&options=["a","b"]')).toBe(400)
  expect(await status(`/decide?site=${site + 1}&decision=a&options=["a","b"]`)).toBe(404)
  expect(await status(`/decide?site=nobody&decision=a&options=["a","b"]`)).toBe(404)
})

test('serves the first option of what is paused, and the winner of what is over', async () => {
  const { make, change, decide } = await deciding()
  await make(AB)
  const served = async () => {
    const { option, propensity, id } = await decide('decision=button&unit=7')
    return [option, propensity, id]
  }
  await change('button', { status: 'paused' })
  await expect.poll(served).toEqual(['green', 1, null])
  await change('button', { status: 'finished', winner: 'blue' })
  await expect.poll(served).toEqual(['blue', 1, null])
  await change('button', { status: 'running' })
  await expect.poll(served).toEqual([expect.any(String), 0.5, expect.any(String)])
})

test('is not made where events are forwarded', async () => {
  const server = await startServer({ isOpen: true })
  const upstream = await startServer()
  const there = await makeSite(upstream)
  const { body } = await call<{ site: number; keys: { write: string } }>(server, 'POST', '/api/sites', { name: 'here' })
  await call(server, 'PUT', '/api/forward', { upstreams: [upstream.origin] })
  const linked = await call(server, 'PATCH', '/api/sites/here', { upstream: there.keys.write })
  expect(linked.status).toBe(200)
  const made = await call<Mistake>(server, 'POST', '/experiments', AB, body.keys.write)
  expect([made.status, made.body.field]).toEqual([400, 'site'])
  expect(made.body.detail).toMatch(/forwarded to another Graupel/)
})
