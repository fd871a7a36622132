/** What is told of decisions: what counts of it, and what does not. The clock is turned by hand. */
import { afterEach, expect, test, vi } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { PER_HOUR } from '../../../worker/hail/flood'
import { openToken } from '../../../worker/ingest/token'
import { deploymentOf } from '../../../worker/routes/deployment'
import { visitorAt } from '../../../worker/routes/reception'
import { asked, byAdmin, FIREFOX, keys, listed, near, own, posted, said, turnBy } from './isolate'

const AB = { decision: 'page', options: ['a', 'b'], holdout: 0 }

afterEach(() => {
  vi.useRealTimers()
})

interface Standing {
  arms: { trials: number; num: number }[]
  counted: { refused: number }
  winner: string | null
}

async function deciding(more: object = {}, settings: Parameters<typeof listed>[0] = {}) {
  const shop = await listed(settings)
  await shop.make({ ...AB, ...more })
  turnBy(5_000)
  await shop.decide(near)
  const path = `/experiments/page?site=${shop.number}`
  const sums = ({ arms }: Standing) =>
    (['trials', 'num'] as const).map((what) => arms.reduce((all, arm) => all + arm[what], 0))
  return {
    ...shop,
    change: async (changes: object) =>
      (await asked(near, path, { ...posted(changes), method: 'PATCH' })).body as Standing,
    standing: async () => sums((await asked(near, path, { headers: byAdmin })).body as Standing),
    counts: async (metric: string) => {
      const query = `/graph?site=${shop.number}&type=decision.page&metric=${metric}&interval=all`
      const { series } = (await asked(near, query, { headers: byAdmin })).body as { series: { total: number }[] }
      return series[0]?.total ?? 0
    },
  }
}

test('counts neither exposure nor reward of what a page splits once it is over', async () => {
  const shop = await deciding({ policy: 'split' })
  const before = own()
  expect(await said(shop.number, near, ['x', 'page', 'a', before])).toBe(204)
  turnBy(2_000)
  await shop.change({ status: 'finished', winner: 'b' })
  turnBy(20_000)
  for (const id of [own(), own().replace('aa', 'bb')]) {
    expect(await said(shop.number, near, ['x', 'page', 'a', id])).toBe(204)
    expect(await said(shop.number, near, ['r', 'page', 'a', id, { reward: 1 }])).toBe(204)
  }
  expect(await shop.standing()).toEqual([1, 0])
  expect(await said(shop.number, near, ['r', 'page', 'a', before, { reward: 1 }])).toBe(204)
  expect(await shop.standing()).toEqual([1, 1])
})

test('counts a reward that was said within the window and came after it', async () => {
  const shop = await deciding({ window: 3_600 })
  const { option, id } = await shop.decide(near)
  const then = Date.now()
  turnBy(2 * 3_600_000)
  expect(await said(shop.number, near, ['x', 'page', option, id], { at: then })).toBe(204)
  expect(await said(shop.number, near, ['r', 'page', option, id], { at: then + 3_700_000 })).toBe(204)
  expect(await shop.standing()).toEqual([1, 0])
  expect(await said(shop.number, near, ['r', 'page', option, id], { at: then + 300_000 })).toBe(204)
  expect(await shop.standing()).toEqual([1, 1])
})

test('makes another decision for the same unit in another context, and none in the same', async () => {
  const shop = await deciding({ dimensions: ['page'], policy: 'contextual' })
  const decided = async (page: string) => {
    const { option, id } = await shop.decide(near, `decision=page&unit=7&dimensions=${JSON.stringify({ page })}`)
    return [option, (await openToken(keys, { site: shop.number, decision: 'page', option }, id))!.id]
  }
  const home = await decided('home')
  expect(await decided('home')).toEqual(home)
  const [option, id] = await decided('cart')
  expect(option).toBe(home[0])
  expect(id).not.toBe(home[1])
})

test('takes no more exposures of one visitor than a Hail takes of him', async () => {
  const shop = await deciding({ policy: 'split' }, { rate: 6_000 })
  const deployment = await deploymentOf(near)
  const now = Date.now()
  const site = (await deployment.directory.site(near, shop.number, now))!
  const header = (name: string) => (name.toLowerCase() === 'user-agent' ? FIREFOX : undefined)
  const address = '8.8.8.8'
  const sender = await visitorAt(now, site, { env: near, header, deployment, address, now })
  for (let taken = 0; taken < PER_HOUR; taken += 1_000) {
    const entry = { ...place(now, now), text: '[]', weight: 0, sender: sender! }
    await shop.hail().append(Array.from({ length: 1_000 }, () => entry))
  }
  expect(await said(shop.number, near, ['x', 'page', 'a', own()], { address })).toBe(204)
  expect(await shop.standing()).toEqual([0, 0])
})

test('takes nothing that anybody tells Gimel’s way for what a decision counts, nor away with it', async () => {
  const shop = await deciding()
  for (let uuid = 0; uuid < 5; uuid++) {
    const query = `experiment=page&variant=a&event=participate&uuid=${uuid}`
    expect((await asked(near, `/gimel/${shop.number}?${query}`)).status).toBe(200)
  }
  expect(await shop.counts('hits')).toBe(0)
  expect(
    (await asked(near, `/experiments/page?site=${shop.number}`, { method: 'DELETE', headers: byAdmin })).status,
  ).toBe(204)
  const query = `/graph?site=${shop.number}&type=gimel.page.a&metric=hits&interval=all`
  expect((await asked(near, query, { headers: byAdmin })).body.series[0].total).toBe(5)
})

test('counts no outcome without an id of what is paused', async () => {
  const shop = await deciding()
  await shop.change({ status: 'paused' })
  turnBy(3_000)
  const outcome = { decision: 'page', option: 'a', metrics: { hits: 10, reward: 4 } }
  const told = await asked(near, `/count_decision?site=${shop.number}`, posted(outcome))
  expect([told.status, told.body.detail]).toEqual([400, 'decision is paused'])
  expect(await shop.counts('hits')).toBe(0)
})

test('forgets a winner once it runs again', async () => {
  const shop = await deciding()
  expect((await shop.change({ status: 'finished', winner: 'b' })).winner).toBe('b')
  expect((await shop.change({ hidden: true })).winner).toBe('b')
  await shop.change({ status: 'running' })
  expect((await shop.change({ status: 'finished' })).winner).toBeNull()
})

test.each<[what: string, outcome: object, field: string]>([
  ['an unknown metric', { metrics: { rewrad: 1 } }, 'metrics.rewrad'],
  ['less than no decision', { metrics: { hits: -5 } }, 'metrics.hits'],
])('counts no outcome of %s', async (_, outcome, field) => {
  const shop = await deciding()
  const told = await asked(
    near,
    `/count_decision?site=${shop.number}`,
    posted({ decision: 'page', option: 'a', ...outcome }),
  )
  expect([told.status, told.body.field]).toEqual([400, field])
  expect([await shop.standing(), await shop.counts('hits')]).toEqual([[0, 0], 0])
})

test.each<[what: string, outcomes: object[], status: number]>([
  ['an id of nothing', [{ option: 'a', id: 'garbage' }], 400],
  ['no id at all', [{ option: 'a', id: null }], 200],
  ['an option that is none of its own', [{ option: 'c' }], 400],
  ['a mistake beside it', [{ option: 'a' }, { decision: 'page', option: 'zzz' }], 400],
])('makes no experiment of %s', async (_, outcomes, status) => {
  const shop = await deciding()
  const all = outcomes.map((outcome) => ({ decision: 'new', options: ['a', 'b'], ...outcome }))
  expect((await asked(near, `/count_decision?site=${shop.number}`, posted(all))).status).toBe(status)
  expect((await asked(near, `/experiments/new?site=${shop.number}`, { headers: byAdmin })).status).toBe(404)
})

test('counts as a reward what its experiment goes by, by beacon and by program', async () => {
  const shop = await deciding({ policy: 'split', conversion: 'buy' })
  const { option, id } = await shop.decide(near)
  const path = `/count_decision?site=${shop.number}`
  for (const goal of ['view', 'buy']) {
    expect(await said(shop.number, near, ['r', 'page', option, id, { reward: 1 }, goal])).toBe(204)
    expect((await asked(near, path, posted({ decision: 'page', option, id, goal }))).status).toBe(200)
  }
  expect(await shop.standing()).toEqual([1, 1])
  // One of each, since a beacon and a program have ids of their own.
  expect(await shop.counts('rewards')).toBe(2)
})

test('refuses options that would be counted as one, and takes any other name', async () => {
  const shop = await deciding()
  const twins = await shop.make({ decision: 'price', options: ['10 %', '10 $'] })
  expect([twins.status, twins.body.field]).toEqual([400, 'options'])
  expect((await shop.make({ decision: 'price', options: ['10 €', '10 $'] })).status).toBe(201)
  expect((await shop.make({ decision: '価格', options: ['高い', '安い'] })).status).toBe(201)
  expect((await shop.make({ decision: 'dot', options: ['.', 'a'], policy: 'split' })).status).toBe(201)
  const outcome = { decision: 'dot', option: '.' }
  expect((await asked(near, `/count_decision?site=${shop.number}`, posted(outcome))).body.accepted).toBe(1)
})
