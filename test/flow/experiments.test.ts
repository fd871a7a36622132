/** `/experiments`: made, listed, shown, changed, deleted; and what is refused leaves all as it was. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call, makeSite, type Made } from './api'
import { deciding, decidingAt, inParallel, type Mistake } from './deciding'
import { openServer, type Server } from './server'

const AB = { decision: 'button', options: ['green', 'blue'], policy: 'split' }
const times = (n: number) => Array.from({ length: n }, (_, i) => i)

test('makes one once, and tells who makes it again', async () => {
  const { make, change, keys, server } = await deciding()
  const first = await make(AB)
  expect(first.status).toBe(201)
  expect(first.body).toEqual({
    ...AB,
    weights: [1, 1],
    by: 'reward/hits',
    num: 'reward',
    den: 'hits',
    kind: 'rate',
    goal: 'more',
    aim: 'earn',
    dimensions: ['country', 'device', 'browser'],
    personalise: 'fitted',
    floor: 0.02,
    temper: null,
    half_life: null,
    window: 86_400,
    sticky: 30 * 86_400,
    warm: 100,
    cap: 0.99,
    holdout: 0.05,
    hash: 'murmur',
    conversion: null,
    status: 'running',
    winner: null,
    hidden: false,
    created: expect.any(Number),
  })
  await change('button', { status: 'paused' })
  expect(await make(AB)).toEqual({ status: 200, body: { ...first.body, status: 'paused' } })
  await change('button', { weights: [3, 1] })
  expect((await make(AB)).body).toMatchObject({ weights: [3, 1], created: first.body.created })
  expect((await make({ ...AB, floor: 0.1 })).status).toBe(409)
  expect((await make({ ...AB, options: ['blue', 'green'] })).status).toBe(409)
  expect((await make({ ...AB, options: ['green', 'blue', 'red'] })).status).toBe(409)
  expect((await make(AB, server.admin)).status).toBe(400)
  expect((await make(AB, keys.read)).status).toBe(403)
})

test('takes all that may be said of one', async () => {
  const { make } = await deciding()
  const wish = {
    decision: 'ä/b c%?#é',
    options: ['one/two', ' ', '日本'],
    weights: [1, 0.5, 0],
    policy: 'thompson',
    by: 'earned/spent',
    kind: 'ratio',
    goal: 'less',
    aim: 'identify',
    dimensions: ['country', 'plan'],
    personalise: 'strong',
    floor: 0.1,
    temper: 0.5,
    half_life: 3_600.5,
    window: 7_776_000,
    sticky: 0,
    warm: 0,
    cap: 1,
    holdout: 0,
    hash: 'murmur',
    conversion: 'signup',
  }
  const { status, body } = await make(wish)
  expect(status).toBe(201)
  expect(body).toMatchObject(wish)
})

test('lists, hides, reweighs and deletes, under any name', async () => {
  const { make, change, drop, ask, keys, shown, decide, tell } = await deciding()
  const name = 'ä/b c%?#é'
  await make({ ...AB, decision: name })
  await make({ ...AB, decision: 'other' })
  const listed = async (query = '') => {
    const { body } = await ask<{ experiments: { decision: string; totals: object }[] }>(
      `/experiments${query}`,
      keys.read,
    )
    return body.experiments.map(({ decision, totals }) => [decision, totals])
  }
  const NONE = { trials: 0, num: 0, den: 0 }
  expect(await listed()).toEqual([
    [name, NONE],
    ['other', NONE],
  ])
  expect((await change(name, { hidden: true })).body).toMatchObject({ hidden: true, status: 'running' })
  expect(await listed()).toEqual([['other', NONE]])
  expect(await listed('?hidden=1')).toEqual([
    [name, NONE],
    ['other', NONE],
  ])
  expect((await change(name, { weights: [1, 3] })).body).toMatchObject({ weights: [1, 3], hidden: true })
  expect(await shown(name)).toMatchObject({ decision: name, declared: [1, 3] })
  const { option, id, propensity } = await decide(`decision=${encodeURIComponent(name)}`)
  expect(propensity).toBe(option === 'blue' ? 0.75 : 0.25)
  expect((await drop(name)).status).toBe(204)
  expect((await drop(name)).status).toBe(404)
  expect((await tell({ decision: name, option, id })).status).toBe(404)
  await make({ ...AB, decision: name })
  const again = await tell({ decision: name, option, id, metrics: { reward: 1 } })
  expect([again.status, again.body.field]).toEqual([400, 'id'])
  expect((await shown(name)).arms).toMatchObject([{ trials: 0 }, { trials: 0 }])
  expect(await listed()).toEqual([
    ['other', NONE],
    [name, NONE],
  ])
})

test('shows results against any option', async () => {
  const { make, tell, ask, keys } = await deciding()
  await make(AB)
  const outcomes = times(400).map((i) => ({
    decision: 'button',
    option: AB.options[i % 2]!,
    metrics: { reward: Number(i % (i % 2 ? 4 : 10) === i % 2) },
  }))
  expect((await tell(outcomes)).body.accepted).toBe(400)
  interface Results {
    control: string
    arms: { id: string; trials: number; num: number; rate: number; uplift: { rel: number } | null }[]
    wins: number[][]
    warnings: string[]
    srm: { p: number; p_always: number }
  }
  const at = (query = '') => ask<Results & Mistake>(`/experiments/button${query}`, keys.read)
  await expect.poll(async () => (await at()).body.arms.map(({ trials }) => trials)).toEqual([200, 200])
  const { body } = await at()
  expect(body).toMatchObject({ control: 'green', warnings: expect.arrayContaining(['unattributed']) })
  expect(body.arms).toMatchObject([
    { id: 'green', num: 40, rate: 0.2, uplift: null },
    { id: 'blue', num: 100, rate: 0.5 },
  ])
  expect(body.arms[1]!.uplift!.rel).toBeCloseTo(1.5, 9)
  expect(body.wins[1]![0]).toBeGreaterThan(0.99)
  const other = (await at('?control=blue')).body
  expect([other.control, other.arms[1]!.uplift]).toEqual(['blue', null])
  expect(other.arms[0]!.uplift!.rel).toBeCloseTo(-0.6, 9)
  const unknown = await at('?control=red')
  expect([unknown.status, unknown.body.field]).toEqual([400, 'control'])
})

test('are a hundred at most', async () => {
  const { make, drop, ask, keys } = await deciding()
  const names = times(100).map((i) => `number ${i}`)
  const made = await inParallel(names, 16, (decision) => make({ ...AB, decision }))
  expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]))
  const more = await make(AB)
  expect([more.status, more.body.field]).toEqual([409, 'decision'])
  expect((await ask<{ experiments: unknown[] }>('/experiments', keys.read)).body.experiments).toHaveLength(100)
  await drop('number 7')
  expect((await make(AB)).status).toBe(201)
})

test('is shown by a share of its type, and of no less', async () => {
  const { server, site, make, keys } = await deciding()
  await make(AB)
  const share = async (scope: object) => {
    const { body } = await call<{ share: string }>(server, 'POST', `/api/sites/${site}/shares`, scope)
    const response = await fetch(`${server.origin}/experiments/button?share=${body.share}`)
    return response.status
  }
  expect(await share({ type: 'decision.button' })).toBe(200)
  expect(await share({ type: 'decision' })).toBe(200)
  expect(await share({ type: 'decision.other' })).toBe(403)
  expect(await share({ type: 'pageview' })).toBe(403)
  expect(await share({})).toBe(403)
  expect(await share({ type: 'decision', metrics: ['hits'] })).toBe(403)
  expect(await share({ type: 'decision', dimension: ['country'] })).toBe(403)
  const listed = await fetch(`${server.origin}/experiments?site=${site}`, {
    headers: { Authorization: `Bearer ${keys.write}` },
  })
  expect(listed.status).toBe(403)
})

describe('what does not fit', () => {
  let server: Server
  let made: Made
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  beforeAll(async () => {
    server = await openServer({ dataFolder: folder })
    made = await makeSite(server)
    const { make, tell } = decidingAt(server, made)
    await make(AB)
    const paid = { ...AB, policy: 'contextual', by: 'earned/spent' }
    await make({ ...paid, decision: 'paid' })
    await make({ ...paid, decision: 'brief', window: 1 })
    expect((await tell({ decision: 'button', option: 'blue', metrics: { reward: 1 } })).body.accepted).toBe(1)
  })
  afterAll(async () => {
    await server.end()
    rmSync(folder, { recursive: true, force: true })
  })

  /** All that there is, once what was acknowledged is known. */
  async function state() {
    const { ask, shown } = decidingAt(server, made)
    await expect.poll(async () => (await shown('button')).arms[1]!.trials).toBe(1)
    const list = await ask('/experiments?hidden=1', made.keys.read)
    return [list.body, (await shown('button')).arms, (await shown('paid')).arms, (await shown('button')).counted]
  }

  const LONG = 'x'.repeat(101)
  const MANY = JSON.stringify(times(101).map(String))

  const decided: [query: string, field: string, status?: number][] = [
    ['decision=new&options=["a"]', 'options'],
    ['decision=new&options=[]', 'options'],
    ['decision=new&options=["a","a"]', 'options'],
    ['decision=new&options=["a",""]', 'options'],
    ['decision=new&options=["a",1]', 'options'],
    ['decision=new&options={"a":1}', 'options'],
    ['decision=new&options=a,b', 'options'],
    ["decision=new&options=['it's','b']", 'options'],
    [`decision=new&options=${MANY}`, 'options'],
    [`decision=new&options=["a","${LONG}"]`, 'options'],
    ['decision=new&options=["a","b%00"]', 'options'],
    ['decision=new', 'options'],
    ['options=["a","b"]', 'decision'],
    ['decision=&options=["a","b"]', 'decision'],
    [`decision=${LONG}&options=["a","b"]`, 'decision'],
    ['decision=..&options=["a","b"]', 'decision'],
    ['decision=button&options=["green","red"]', 'options'],
    ['decision=button&options=["green","blue","red"]', 'options'],
    ['decision=button&dimensions={"country', 'dimensions'],
    ['decision=button&dimensions=[1,[2,[3,[4,[5,[6,[7,[8,[9]]]]]]]]]', 'dimensions'],
    ['decision=button&policy=best', 'policy'],
    ['decision=button&by=a/b/c', 'by'],
    ['decision=button&by_metric=/', 'by_metric'],
    ['decision=new&options=["a","b"]&weights=[1]', 'weights'],
    ['decision=new&options=["a","b"]&weights=[0,0]', 'weights'],
    [`decision=button&unit=${'u'.repeat(257)}`, 'unit'],
    ['decision=button&colour=red', 'colour'],
  ]

  test('to be decided', async () => {
    const { ask } = decidingAt(server, made)
    const before = await state()
    for (const [query, field, status = 400] of decided) {
      const answer = await ask<Mistake>(`/decide?${query}`, made.keys.write)
      expect([query, answer.status, answer.body.field]).toEqual([query, status, field])
      expect(answer.body.detail).toMatch(new RegExp(`^${field}:? \\S`))
    }
    expect(await state()).toEqual(before)
  })

  const wished: [wish: object, field: string, says: RegExp, status?: number][] = [
    [{ options: ['a'] }, 'options', /2 to 100/],
    [{ options: ['a', 'a'] }, 'options', /each another/],
    [{ options: times(101).map(String) }, 'options', /2 to 100/],
    [{ options: ['a', LONG] }, 'options', /1 to 100 characters/],
    [{ options: ['a', 'b\u0007'] }, 'options', /1 to 100 characters/],
    [{ options: 'a,b' }, 'options', /list/],
    [{ decision: '' }, 'decision', /1 to 100 characters/],
    [{ decision: LONG }, 'decision', /1 to 100 characters/],
    [{ decision: 'a\nb' }, 'decision', /control characters/],
    [{ decision: '..' }, 'decision', /another name/],
    [{ decision: undefined }, 'decision', /is missing/],
    [{ weights: [1] }, 'weights', /2 numbers/],
    [{ weights: [1, 2, 3] }, 'weights', /2 numbers/],
    [{ weights: [1, -1] }, 'weights', /from 0/],
    [{ weights: [0, 0] }, 'weights', /not all of them 0/],
    [{ weights: [1, 'a'] }, 'weights', /numbers/],
    [{ weights: [1, 1e300] }, 'weights', /from 0 to/],
    [{ policy: 'best' }, 'policy', /split, thompson, contextual, hailwhale/],
    [{ by: 'a/b/c' }, 'by', /earned\/spent/],
    [{ by: '' }, 'by', /text/],
    [{ by: 'a/' }, 'by', /earned\/spent/],
    [{ by: 'hits' }, 'by', /another metric than hits/],
    [{ by: 'a/a' }, 'by', /two different/],
    [{ by: 'earned/spent', kind: 'rate' }, 'kind', /ratio/],
    [{ floor: 1.5 }, 'floor', /from 0 to 1/],
    [{ floor: -0.1 }, 'floor', /from 0 to 1/],
    [{ policy: 'thompson', floor: 0 }, 'floor', /above 0/],
    [{ temper: 0 }, 'temper', /from 0.01 to 10/],
    [{ half_life: 0 }, 'half_life', /from 1 to/],
    [{ window: 0 }, 'window', /from 1 to 7776000/],
    [{ window: 90 * 86_400 + 1 }, 'window', /from 1 to 7776000/],
    [{ sticky: 365 * 86_400 + 1 }, 'sticky', /from 0 to 31536000/],
    [{ sticky: -1 }, 'sticky', /from 0 to 31536000/],
    [{ warm: 1.5 }, 'warm', /whole number/],
    [{ cap: 0.4 }, 'cap', /from 0.5 to 1/],
    [{ holdout: 2 }, 'holdout', /from 0 to 1/],
    [{ dimensions: times(9).map(String) }, 'dimensions', /more than 8/],
    [{ policy: 'contextual', hash: 'alephbet' }, 'hash', /split/],
    [{ hash: 'alephbet', weights: [0.5, 0.5] }, 'weights', /whole numbers/],
    [{ colour: 'red' }, 'colour', /not known/],
    [{ decision: 'button', floor: 0.5 }, 'decision', /already/, 409],
    [{ decision: 'but.ton', site: 'nobody' }, 'site', /another site/, 403],
  ]

  test('to be made', async () => {
    const { make } = decidingAt(server, made)
    const before = await state()
    for (const [wish, field, says, status = 400] of wished) {
      const answer = await make({ ...AB, decision: 'new', ...wish })
      expect([wish, answer.status, answer.body.field]).toEqual([wish, status, field])
      expect(answer.body.detail).toMatch(says)
    }
    expect(await state()).toEqual(before)
  })

  const changes: [name: string, change: object, field: string, status?: number][] = [
    ['button', { weights: [1] }, 'weights'],
    ['button', { weights: [1, 1, 1] }, 'weights'],
    ['button', { weights: [0, 0] }, 'weights'],
    ['button', { weights: [-1, 2] }, 'weights'],
    ['button', { weights: 'even' }, 'weights'],
    ['button', { status: 'over' }, 'status'],
    ['button', { status: 'finished', winner: 'red' }, 'winner'],
    ['button', { winner: 'blue' }, 'winner'],
    ['button', { hidden: 'yes' }, 'hidden'],
    ['button', { policy: 'thompson' }, 'policy'],
    ['nothing', { status: 'paused' }, 'decision', 404],
  ]

  test('to be changed', async () => {
    const { change } = decidingAt(server, made)
    const before = await state()
    for (const [name, wish, field, status = 400] of changes) {
      const answer = await change(name, wish)
      expect([wish, answer.status, answer.body.field]).toEqual([wish, status, field])
    }
    expect(await state()).toEqual(before)
  })

  test('to be told', { timeout: 60_000 }, async () => {
    const { tell, ask, decide } = decidingAt(server, made)
    const elsewhere = await makeSite(server)
    const there = decidingAt(server, elsewhere)
    await there.make(AB)
    const [fresh, foreign, late] = await Promise.all([
      decide('decision=button'),
      there.decide('decision=button'),
      decide('decision=brief'),
    ])
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    const paid = await decide('decision=paid')
    const flipped = fresh.id!.replace(/^(.{30})(.)/, (_, head: string, one: string) => head + (one === 'A' ? 'B' : 'A'))
    const button = { decision: 'button', option: 'blue' }
    const rows: [outcome: object, field: string, says: RegExp, status?: number][] = [
      [{ option: 'blue' }, 'decision', /missing/],
      [{ decision: 'button' }, 'option', /missing/],
      [{ decision: 'nothing', option: 'blue' }, 'decision', /no experiment "nothing"/, 404],
      [{ decision: 'button', option: 'red' }, 'option', /\["green","blue"\]/],
      [{ ...button, metrics: { reward: '1' } }, 'metrics.reward', /finite number/],
      [{ ...button, metrics: { reward: null } }, 'metrics.reward', /finite number/],
      [{ ...button, metrics: 5 }, 'metrics', /numbers/],
      [{ ...button, dimensions: [1, [2, [3, [4, [5, [6, [7, [8, [9]]]]]]]]] }, 'dimensions', /deeper/],
      [{ ...button, id: '' }, 'id', /\/decide/],
      [{ ...button, id: 'made up' }, 'id', /not given here/],
      [{ ...button, id: 5 }, 'id', /\/decide/],
      [{ decision: 'button', option: fresh.option, id: flipped }, 'id', /not given here/],
      [{ decision: 'button', option: fresh.option, id: fresh.id!.slice(0, -2) }, 'id', /not given here/],
      [
        { decision: 'button', option: fresh.option === 'blue' ? 'green' : 'blue', id: fresh.id },
        'id',
        /not given here/,
      ],
      [{ decision: 'button', option: foreign.option, id: foreign.id }, 'id', /not given here/],
      [{ decision: 'paid', option: fresh.option, id: fresh.id }, 'id', /not given here/],
      [{ decision: 'brief', option: late.option, id: late.id, metrics: { earned: 1 } }, 'id', /1 seconds ago/],
      [{ decision: 'brief', option: late.option, id: late.id }, 'id', /1 seconds ago/],
      [
        { decision: 'paid', option: paid.option, id: paid.id, metrics: { reward: 1 } },
        'metrics.reward',
        /earned, spent, hits/,
      ],
      [{ ...button, goal: '' }, 'goal', /empty/],
      [{ ...button, event: 'e'.repeat(257) }, 'event', /256/],
      [{ ...button, colour: 'red' }, 'colour', /not a field/],
      [{ decision: 'new', option: 'a', options: ['a'] }, 'options', /2 to 100/],
      [{ decision: 'new', option: 'c', options: ['a', 'b'], by: '/' }, 'by', /earned\/spent/],
    ]
    const before = await state()
    for (const [outcome, field, says, status = 400] of rows) {
      const alone = await tell(outcome)
      expect([outcome, alone.status, alone.body.field]).toEqual([outcome, status, field])
      expect(alone.body.detail).toMatch(says)
      const among = await tell([button, outcome])
      expect([outcome, among.status, among.body.field]).toEqual([outcome, status, `[1].${field}`])
    }
    expect((await tell(Array(1_001).fill(button))).status).toBe(400)
    expect((await ask('/count_decision?decision=button&option=blue', made.keys.read)).status).toBe(403)
    expect((await ask('/count_decision?decision=button&option=blue&metrics={"reward"', made.keys.write)).status).toBe(
      400,
    )
    expect(await state()).toEqual(before)
  })
})
