/** The list of a site's experiments in a real Whale: made, changed, abandoned, and read without writing. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { hail as hailOf } from '../../../worker/env'
import { breaks, changes, madeSite, rows, view } from '../objects'
import { asked } from './asked'
import { counted, experiment } from './decided'

test('are made under numbers that rise, and are told to who has another list', async () => {
  const { whale } = await madeSite()
  const first = await whale().begin(experiment('page'))
  const second = await whale().begin(experiment('price', { policy: 'contextual' }))
  expect([first, second]).toMatchObject([
    { key: 'page', number: 1 },
    { key: 'price', number: 2, policy: 'contextual' },
  ])
  const board = await whale().board({ since: 0 })
  expect(board.definitions).toEqual([first, second])
  expect(await whale().board({ since: board.version })).toEqual({ version: board.version })
  await evictDurableObject(whale())
  expect(await whale().board({ since: 0 })).toEqual(board)
})

test('are none where there never was any, and to ask writes nothing', async () => {
  const { whale } = await madeSite()
  expect(await whale().board({ since: 0 })).toEqual({ version: 0 })
  await runInDurableObject(whale(), (_, { storage: { sql } }) =>
    expect(sql.exec(`SELECT name FROM sqlite_master WHERE name = 'experiment'`).toArray()).toEqual([]),
  )
  expect(await whale().change('page', { status: 'paused' })).toBeUndefined()
  expect(await whale().abandon('page')).toBe(false)
  await whale().begin(experiment('page'))
  const before = await changes(whale())
  await whale().board({ since: 0 })
  expect(await changes(whale())).toBe(before)
})

test('are changed as far as may be: status, winner, weights by option', async () => {
  const { whale } = await madeSite()
  await whale().begin(experiment('page'))
  const { version } = await whale().board({ since: 0 })
  expect(await whale().change('page', { status: 'paused', isHidden: true })).toMatchObject({
    status: 'paused',
    isHidden: true,
  })
  expect(await whale().change('page', { status: 'paused' })).not.toHaveProperty('reweighted')
  const weighed = await whale().change('page', {
    arms: [
      { id: 'b', weight: 3 },
      { id: 'z', weight: 9 },
    ],
  })
  expect(weighed).toMatchObject({
    arms: [
      { id: 'a', weight: 1 },
      { id: 'b', weight: 3 },
    ],
    reweighted: expect.any(Number),
    first: [1, 1],
    stopped: expect.any(Number),
  })
  await evictDurableObject(whale())
  const now = await whale().board({ since: version })
  expect(now.version).toBeGreaterThan(version)
  expect(now.definitions).toEqual([weighed])
})

test('are refused under a name that is taken, or that would be counted as another is', async () => {
  const { whale } = await madeSite()
  await whale().begin(experiment('front page'))
  expect(await whale().begin(experiment('front page'))).toEqual({
    problem: 'there is an experiment "front page" already',
  })
  expect(await whale().begin(experiment('front.page'))).toEqual({
    problem: '"front.page" would be counted as decision.front_page, as "front page" is',
  })
})

test('are a hundred at the most', async () => {
  const { whale } = await madeSite()
  for (let i = 0; i < 100; i++) await whale().begin(experiment(`page-${i}`))
  expect(await whale().begin(experiment('page'))).toEqual({ problem: 'a site has 100 experiments at the most' })
  await whale().abandon('page-7')
  expect(await whale().begin(experiment('page'))).toMatchObject({ number: 101 })
})

test('are abandoned with all that they counted, wherever it lies, and their number is never given again', async () => {
  const { whale, hail, site } = await madeSite()
  await whale().begin(experiment('page'))
  await whale().begin(experiment('pages'))
  for (const step of ['close', 'merge', 'log'] as const) {
    await hail().append([
      counted('page', 'a'),
      counted('page', 'b'),
      counted('pages', 'a'),
      view({ close: 1, merge: 2, log: 3 }[step]),
    ])
    if (step !== 'log') await hail().merge()
    if (step === 'close') await whale().close()
  }
  expect(await whale().abandon('page')).toBe(true)
  const totals = async () => [
    await totalOf(whale(), site, 'decision.page'),
    await totalOf(whale(), site, 'decision.pages'),
    await totalOf(whale(), site, 'pageview'),
  ]
  expect(await totals()).toEqual([0, 3, 3])
  expect(await whale().begin(experiment('page'))).toMatchObject({ number: 3 })
  await hail().merge()
  await evictDurableObject(whale())
  expect(await totals()).toEqual([0, 3, 3])
  expect((await whale().board({ since: 0 })).definitions?.map(({ number }) => number)).toEqual([2, 3])
  expect(await rows(whale(), 'experiment')).toBe(3)
})

test.each(['UPDATE ON experiment', 'INSERT ON reset'])(
  'are as before where the disk refuses to let them go: %s',
  async (when) => {
    const { whale } = await madeSite()
    await whale().begin(experiment('page'))
    const board = await whale().board({ since: 0 })
    const mend = await breaks(whale(), when)
    const [failed] = await Promise.allSettled([whale().abandon('page')])
    expect(failed?.status).toBe('rejected')
    expect(await whale().board({ since: 0 })).toEqual(board)
    await mend()
    expect(await whale().abandon('page')).toBe(true)
  },
)

test('go with their site', async () => {
  const { whale } = await madeSite()
  await whale().begin(experiment('page'))
  await whale().empty()
  expect(await whale().board({ since: 0 })).toEqual({ version: 0 })
})

test('come to a folder of the release before', async () => {
  const { whale, hail, total } = await madeSite()
  await hail().append([view(1)])
  await hail().merge()
  await runInDurableObject(whale(), (_, { storage: { sql } }) => {
    for (const table of ['experiment', 'learnt', 'rewarded', 'note', 'roster', 'series', 'tracked'])
      sql.exec(`DROP TABLE ${table}`)
    sql.exec(`UPDATE state SET version = 2`)
  })
  await evictDurableObject(whale())
  expect(await total()).toBe(1)
  expect(await whale().begin(experiment('page'))).toMatchObject({ number: 1 })
  await evictDurableObject(whale())
  expect([await total(), (await whale().board({ since: 0 })).definitions?.length]).toEqual([1, 1])
})

async function totalOf(stub: Parameters<typeof asked>[0], site: Parameters<typeof asked>[1], type: string) {
  return (await asked(stub, site, { type }))[0]?.total ?? 0
}

test('are gone at once though a Hail is away, whose counts follow; until then their name is not given again', async () => {
  const { whale, site } = await madeSite('UTC', { fixedShards: 2 })
  await whale().begin(experiment('page'))
  const [here, away] = [hailOf(env, site.site, 0), hailOf(env, site.site, 1)]
  for (const each of [here, away]) {
    await each.append([counted('page', 'a')])
    await each.merge()
  }
  const mend = await breaks(away, 'UPDATE ON place')
  await away.append([counted('page', 'a')])
  expect(await whale().abandon('page')).toBe(true)
  expect((await whale().board({ since: 0 })).definitions).toEqual([])
  expect(await whale().begin(experiment('page'))).toEqual({
    problem: 'what was counted as decision.page is being taken away; try again in a minute',
  })
  await mend()
  await runDurableObjectAlarm(whale())
  expect(await totalOf(whale(), site, 'decision.page')).toBe(0)
  expect(await whale().begin(experiment('page'))).toMatchObject({ number: 2 })
})
