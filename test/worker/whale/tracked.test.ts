/** Experiments that are counted by visitors, in a real Whale behind one Hail or two: each visitor once, for ever, until they are deleted. */
import { env } from 'cloudflare:workers'
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { hail as hailOf } from '../../../worker/env'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { shardOf } from '../../../worker/ingest/shard'
import { type Told, trackingOf } from '../../../worker/ingest/tracking'
import { breaks, changes, madeSite, rows, view } from '../objects'
import { asked } from './asked'
import { experiment as definition } from './decided'

type Made = Awaited<ReturnType<typeof madeSite>>

const SOME: Told = { namespace: 'alephbet', experiment: 'colour', variant: 'red', event: 'participate', uuid: 'a' }

/** As the door delivers it. */
async function entry(told: Partial<Told>, now = Date.now()): Promise<Entry> {
  const all = { ...SOME, ...told }
  const { id, event } = await trackingOf(all, now)
  const { namespace, experiment } = all
  return { id, ...place(undefined, now), text: JSON.stringify([event]), tracked: { namespace, experiment } }
}

async function send({ hail }: Pick<Made, 'hail'>, ...told: Partial<Told>[]): Promise<boolean[]> {
  const entries = await Promise.all(told.map((each) => entry(each)))
  return (await hail().append(entries)).duplicates
}

/** `experiment goal variant successes/trials` */
async function lines({ whale }: Pick<Made, 'whale'>, namespace = 'alephbet', scope?: string): Promise<string[]> {
  const { experiments, partial } = await whale().tracked(namespace, scope)
  if (partial) throw new Error('partial')
  return experiments.flatMap(({ experiment, goals }) =>
    goals.flatMap(({ goal, results }) =>
      results.map(({ label, successes, trials }) => `${experiment} ${goal} ${label} ${successes}/${trials}`),
    ),
  )
}

const hits = async ({ whale, site }: Made, type: string, path: string[] = []) =>
  (await asked(whale(), site, { type, dimension: path }))[0]?.total ?? 0

const visitors = (count: number, told: Partial<Told> = {}) =>
  Array.from({ length: count }, (_, i) => ({ ...told, uuid: `${i}` }))

test('a reader is told what is not merged, and writes nothing', async () => {
  const made = await madeSite()
  expect(await made.whale().tracked('alephbet')).toEqual({ experiments: [], namespaces: [] })
  await send(made, ...visitors(3), { event: 'bought' })
  await made.hail().merge()
  await send(made, ...visitors(5), { event: 'bought', uuid: 'b' }, { namespace: 'other' })
  const before = [await changes(made.whale()), await changes(made.hail())]
  const { experiments, namespaces } = await made.whale().tracked('alephbet')
  expect(experiments[0]?.goals).toEqual([{ goal: 'bought', results: [{ label: 'red', successes: 2, trials: 5 }] }])
  expect(namespaces).toEqual(['alephbet', 'other'])
  expect([await changes(made.whale()), await changes(made.hail())]).toEqual(before)
})

test('counts a visitor once though his id is long forgotten', async () => {
  const made = await madeSite()
  await send(made, ...visitors(3), { event: 'bought' })
  await made.hail().merge()
  // What a Hail takes for new comes under another id.
  const late = await Promise.all(visitors(4).map((told) => entry(told)))
  const renamed = late.map((each, i) => ({ ...each, id: `late ${i}`.padEnd(10) }))
  expect((await made.hail().append(renamed)).duplicates).toEqual([false, false, false, false])
  expect(await lines(made)).toEqual(['colour bought red 1/4'])
  await made.hail().merge()
  await evictDurableObject(made.whale())
  expect(await lines(made)).toEqual(['colour bought red 1/4'])
  expect(await rows(made.whale(), 'tracked')).toBe(5)
})

test('is exact at twenty thousand, merged and not', { timeout: 60_000 }, async () => {
  const made = await madeSite()
  const all = visitors(20_000)
  for (let i = 0; i < all.length; i += 1_000) {
    await send(made, ...all.slice(i, i + 1_000))
    // Two of three thousands are merged as they come.
    if (i % 3_000) await made.hail().merge()
  }
  await send(made, ...all.slice(0, 5_000), { event: 'bought' })
  expect(await lines(made)).toEqual(['colour bought red 1/20000'])
  await made.hail().merge()
  await evictDurableObject(made.whale())
  expect(await lines(made)).toEqual(['colour bought red 1/20000'])
})

test('is exact over two Hails, and where one is merged and the other not', async () => {
  const made = await madeSite('UTC', { fixedShards: 2 })
  const all = await Promise.all(visitors(200).map((told) => entry(told)))
  const groups = [0, 1].map((shard) => all.filter(({ id }) => shardOf(id!, 2) === shard))
  expect(groups.every(({ length }) => length > 50)).toBe(true)
  const hails = [0, 1].map((shard) => () => hailOf(env, made.site.site, shard))
  for (const [shard, hail] of hails.entries()) await hail().append(groups[shard]!)
  await send(made, { event: 'bought' })
  for (const hail of [...hails, ...hails]) {
    expect(await lines(made)).toEqual(['colour bought red 1/200'])
    await hail().merge()
    await hail().append(all.slice(0, 5).map((each) => ({ ...each, id: `${each.id!.slice(0, 9)}x` })))
  }
  expect(await lines(made)).toEqual(['colour bought red 1/200'])
})

test('takes a slice with all that it tells or not at all', async () => {
  const made = await madeSite()
  await made.hail().append([view(1)])
  await made.hail().merge()
  await send(made, ...visitors(3), { event: 'bought' })
  const mend = await breaks(made.whale(), 'INSERT ON shard')
  await made.hail().merge()
  expect([await rows(made.whale(), 'tracked'), await lines(made)]).toEqual([0, ['colour bought red 1/3']])
  await mend()
  await made.hail().merge()
  expect([await rows(made.whale(), 'tracked'), await lines(made)]).toEqual([4, ['colour bought red 1/3']])
})

test.each<[string, number, (i: number) => Partial<Told>, (made: Made) => Promise<number>]>([
  ['experiments', 200, (i) => ({ experiment: `e${i}`, event: 'g' }), async (made) => (await lines(made)).length],
  ['variants', 100, (i) => ({ variant: `v${i}`, event: 'g' }), async (made) => (await lines(made)).length],
  ['goals', 100, (i) => ({ event: `g${i}` }), async (made) => (await lines(made)).length],
])(
  'has room for so many %s, %i, tells the owner of what is beyond, and counts what was there',
  async (_, most, told, count) => {
    const made = await madeSite()
    await send(made, { ...told(0), event: 'participate' })
    await send(made, ...Array.from({ length: most + 5 }, (__, i) => told(i)))
    expect(await count(made)).toBe(most)
    await made.hail().merge()
    expect([await count(made), await hits(made, 'refused', ['reason', 'names'])]).toEqual([most, 5])
    await send(made, { ...told(0), uuid: 'another' }, told(most + 7))
    await made.hail().merge()
    expect(await hits(made, 'refused', ['reason', 'names'])).toBe(6)
    expect((await lines(made))[0]).toMatch(/ 2\/1$/)
  },
)

test('deletes what it knows, row by row, and no number is given twice meanwhile', async () => {
  const made = await madeSite()
  await send(made, ...visitors(30), { experiment: 'price', event: 'bought' })
  await made.hail().merge()
  expect(await made.whale().untrack('alephbet', 'colour')).toBe(true)
  expect(await made.whale().untrack('alephbet', 'colour')).toBe(false)
  expect(await made.whale().untrack('other', 'price')).toBe(false)
  await send(made, ...visitors(2), { event: 'bought' })
  await made.hail().merge()
  await runDurableObjectAlarm(made.whale())
  expect((await lines(made)).sort()).toEqual(['colour bought red 1/2', 'price bought red 1/0'])
  expect([
    await rows(made.whale(), 'tracked'),
    await rows(made.whale(), 'series'),
    await rows(made.whale(), 'roster'),
  ]).toEqual([4, 3, 2])
})

test('who was known before a deletion counts anew, once, in whatever life of the Hail', async () => {
  const made = await madeSite()
  await send(made, ...visitors(3), { event: 'bought' })
  for (let deletion = 0; deletion < 3; deletion++) {
    if (deletion !== 1) await made.hail().merge()
    expect(await made.whale().untrack('alephbet', 'colour')).toBe(true)
    expect(await lines(made)).toEqual([])
    if (deletion === 2) await evictDurableObject(made.hail())
    expect(await send(made, ...visitors(3), { event: 'bought' })).toEqual([false, false, false, false])
    expect(await send(made, ...visitors(3), { event: 'bought' })).toEqual([true, true, true, true])
    expect(await lines(made)).toEqual(['colour bought red 1/3'])
  }
  expect(await send(made, { experiment: 'price' }, { namespace: 'other' })).toEqual([false, false])
})

test('a deletion goes on by itself where the disk refuses it half-way', async () => {
  const made = await madeSite()
  await send(made, ...visitors(3), { event: 'bought' })
  await made.hail().merge()
  const mend = await breaks(made.whale(), 'UPDATE OF namespace ON roster')
  const [failed] = await Promise.allSettled([made.whale().untrack('alephbet', 'colour')])
  expect([failed?.status, await lines(made)]).toEqual(['rejected', ['colour bought red 1/3']])
  await mend()
  await evictDurableObject(made.whale())
  await runDurableObjectAlarm(made.whale())
  expect([await lines(made), await rows(made.whale(), 'tracked')]).toEqual([[], 0])
})

test('what was deleted does not come back with a Whale that is restored to before it', async () => {
  const made = await madeSite()
  await made.hail().append([view(1)])
  await made.hail().merge()
  const { cursor } = await runInDurableObject(made.whale(), (_, { storage: { sql } }) =>
    sql.exec<{ cursor: number }>(`SELECT cursor FROM shard`).one(),
  )
  await send(made, ...visitors(3), { event: 'bought' }, { experiment: 'price', event: 'bought' })
  await made.whale().untrack('alephbet', 'colour')
  await runInDurableObject(made.whale(), (_, { storage: { sql } }) => {
    for (const table of ['roster', 'series', 'tracked', 'reset']) sql.exec(`DELETE FROM ${table}`)
    sql.exec(`UPDATE shard SET cursor = ?`, cursor)
  })
  for (const stub of [made.whale(), made.hail()]) await evictDurableObject(stub)
  await send(made, { uuid: 'new', event: 'bought' })
  await made.hail().merge()
  await made.hail().merge()
  expect((await lines(made)).sort()).toEqual(['colour bought red 1/0', 'price bought red 1/0'])
})

test('takes away what was counted, as far as it was counted for nothing else', async () => {
  const made = await madeSite()
  const counted = async () => {
    const series = await asked(made.whale(), made.site, { type: 'gimel.front_page', depth: 2 })
    return [[], ['namespace', 'alephbet'], ['namespace', 'other']].map(
      (path) => series.find(({ dimension }) => dimension.join() === path.join())?.total ?? 0,
    )
  }
  const both = () =>
    send(made, ...visitors(2, { experiment: 'front page' }), { experiment: 'front page', namespace: 'other' })
  await both()
  expect(await counted()).toEqual([3, 2, 1])
  await made.whale().untrack('alephbet', 'front page')
  expect(await counted()).toEqual([3, 0, 1])
  await made.whale().untrack('other', 'front page')
  expect(await counted()).toEqual([0, 0, 0])

  await both()
  await send(made, { experiment: 'front.page' })
  await made.whale().untrack('alephbet', 'front page')
  expect(await counted()).toEqual([4, 3, 1])
  await made.whale().untrack('alephbet', 'front.page')
  await made.whale().untrack('other', 'front page')
  expect(await counted()).toEqual([0, 0, 0])

  await made.whale().begin(definition('front page'))
  await both()
  await made.whale().untrack('alephbet', 'front page')
  expect(await counted()).toEqual([3, 0, 1])
})

test('names in a list may have commas of their own', async () => {
  const made = await madeSite()
  for (const experiment of ['a', 'a,b', 'b', '日本']) await send(made, { experiment, event: 'g' })
  const named = async (scope: string) => (await lines(made, 'alephbet', scope)).map((line) => line.split(' ')[0])
  expect([await named('a'), await named('b,日本'), await named('a,b'), await named('none')]).toEqual([
    ['a'],
    ['b', '日本'],
    ['a', 'a,b', 'b'],
    [],
  ])
})
