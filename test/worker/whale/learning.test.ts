/** What a real Whale learns from real Hails: once, in the transaction of the slice, and the same however it comes. */
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Note } from '../../../sdk/wire/note'
import { hail as hailOf } from '../../../worker/env'
import type { Definition } from '../../../worker/decide/definition'
import type { Entry } from '../../../worker/hail/log'
import { Random } from '../../random'
import { breaks, changes, madeSite, query, rows, view } from '../objects'
import { asked } from './asked'
import {
  aged,
  experiment,
  exposure,
  type Made,
  noted,
  notesOf,
  outcome,
  own,
  page,
  restore,
  reward,
  snapshot,
} from './decided'

/** What is learnt of an experiment, row by row; scores and looks go by the order and the time that notes come in. */
async function learnt({ whale }: Pick<Made, 'whale'>, number = 1): Promise<Record<string, string>> {
  const all = await query<{ key: string; bytes: string }>(
    whale(),
    `SELECT key, hex(bytes) AS bytes FROM learnt WHERE experiment = ${number} AND key NOT IN ('aipw', 'looks') ORDER BY key`,
  )
  return Object.fromEntries(all.map(({ key, bytes }) => [key, bytes]))
}

const rewardedRows = ({ whale }: Pick<Made, 'whale'>) =>
  query<{ id: string }>(whale(), `SELECT experiment, id, at, x, y, delay FROM rewarded ORDER BY experiment, id`)

const countedOf = async ({ whale }: Pick<Made, 'whale'>, decision = 'page') =>
  (await whale().standing(decision))!.counted

const armsOf = async ({ whale }: Pick<Made, 'whale'>, decision = 'page') =>
  (await whale().standing(decision))!.results.arms.map(({ id, trials, num, den }) => [id, trials, num, den])

const sure = (made: Definition | { problem: string }): Definition => {
  if ('problem' in made) throw new Error(made.problem)
  return made
}

async function begun(more: Parameters<typeof experiment>[1] = {}) {
  const made = await madeSite()
  return { ...made, definition: sure(await made.whale().begin(experiment('page', { policy: 'contextual', ...more }))) }
}

test('counts decisions and what came of them, arm by arm', async () => {
  const made = await begun()
  await made.hail().append([exposure('1', 'a'), exposure('2', 'a'), exposure('3', 'b'), reward('2', 'a')])
  await made.hail().merge()
  expect(await armsOf(made)).toEqual([
    ['a', 2, 1, 2],
    ['b', 1, 0, 1],
  ])
  await evictDurableObject(made.whale())
  expect(await armsOf(made)).toEqual([
    ['a', 2, 1, 2],
    ['b', 1, 0, 1],
  ])
  expect(await rewardedRows(made)).toMatchObject([{ id: '2', x: 1 }])
})

test('sums what a ratio earned and what it cost, by decision', async () => {
  const made = await begun({ kind: 'ratio', num: 'earned', den: 'spent' })
  await made.hail().append([exposure('1', 'a'), exposure('2', 'b'), reward('1', 'a', { earned: 7, spent: 2 })])
  await made.hail().append([reward('1', 'a', { earned: 3 }), reward('2', 'b', { spent: 1 })])
  await made.hail().merge()
  expect(await armsOf(made)).toEqual([
    ['a', 1, 10, 2],
    ['b', 1, 0, 1],
  ])
  expect(await rewardedRows(made)).toMatchObject([
    { id: '1', x: 10, y: 2 },
    { id: '2', x: 0, y: 1, delay: null },
  ])
})

test('learns from outcomes of nobody’s decision, and tells them apart', async () => {
  const made = await begun()
  await made.hail().append([outcome('a', { hits: 10, reward: 4 }), outcome('b', { reward: 1 })])
  await made.hail().merge()
  expect(await armsOf(made)).toEqual([
    ['a', 10, 4, 10],
    ['b', 1, 1, 1],
  ])
  expect(await countedOf(made)).toMatchObject({ unattributed: 11 })
})

test('knows a visitor by what the note says, else by the event', async () => {
  const made = await begun()
  await made
    .hail()
    .append([
      exposure('1', 'a', { context: ['SE', 'phone', null] }),
      exposure('2', 'a', {}, { dimensions: { country: { NO: 'Oslo' }, browser: ['Chrome', '1'], page: '/' } }),
    ])
  await made.hail().merge()
  const keys = Object.keys(await learnt(made)).filter((key) => key.includes(' '))
  expect(keys).toEqual([
    'leaf ["NO",null,"Chrome"]',
    'leaf ["SE","phone",null]',
    'value ["browser","Chrome"]',
    'value ["country","NO"]',
    'value ["country","SE"]',
    'value ["device","phone"]',
  ])
})

test.each(['split', 'thompson'] as const)(
  'keeps no contexts where it is a %s, which serves all visitors alike',
  async (policy) => {
    const made = await begun({ policy })
    await made.hail().append([exposure('1', 'a')])
    await made.hail().merge()
    expect(Object.keys(await learnt(made)).filter((key) => key.includes(' '))).toEqual([])
    expect((await page(made)).lines[0]!.context).toEqual({ country: 'SE', device: 'phone', browser: 'Chrome' })
  },
)

test.each<[what: string, entry: () => Entry]>([
  ['of an unknown decision', () => exposure('1', 'a', { decision: 'elsewhere' })],
  ['of an experiment that was before', () => exposure('1', 'a', { number: 7 })],
  ['of an option that there is not', () => exposure('1', 'z')],
  ['by chances of another number of options', () => exposure('1', 'a', { propensities: [1] })],
  ['by a browser that chose by itself where a policy does', () => own('1', 'a')],
  ['that came too late', () => reward('1', 'a', { reward: 1 }, { at: Date.now() - 2 * 86_400_000 })],
])('counts as refused what is told %s, and learns nothing of it', async (_, entry) => {
  const made = await begun()
  // So that what is two days old is late, and not of another experiment.
  await aged(made, 7 * 86_400_000)
  await made.hail().append([exposure('first', 'a'), entry()])
  await made.hail().merge()
  expect(await armsOf(made)).toEqual([
    ['a', 1, 0, 1],
    ['b', 0, 0, 0],
  ])
  const [, refused] = await asked(made.whale(), made.site, { type: 'refused', dimension: ['reason'], depth: 1 })
  expect([refused?.dimension, refused?.total]).toEqual([['reason', 'decision'], 1])
  await evictDurableObject(made.whale())
  expect((await asked(made.whale(), made.site, { type: 'refused' }))[0]!.total).toBe(1)
})

test('passes over what a newer release tells', async () => {
  const made = await begun()
  const strange = { kind: 'dream', decision: 'page', option: 'a' } as unknown as Note
  await made.hail().append([noted('dream', strange), exposure('1', 'a')])
  await made.hail().merge()
  expect(await countedOf(made)).toMatchObject({ refused: 0 })
  expect((await armsOf(made))[0]).toEqual(['a', 1, 0, 1])
})

test.each(['paused', 'finished'] as const)(
  'takes rewards of earlier decisions, and no new ones, once it is %s',
  async (status) => {
    const made = await begun()
    await aged(made, 7_200_000)
    const at = Date.now() - 1_000
    await made.hail().append([exposure('1', 'a', { at })])
    await made.hail().merge()
    await made.whale().change('page', { status })
    await made.hail().append([exposure('2', 'a'), reward('2', 'a'), reward('1', 'a', { reward: 1 }, { at })])
    await made.hail().merge()
    expect((await armsOf(made))[0]).toEqual(['a', 1, 1, 1])
    expect(await countedOf(made)).toMatchObject({ refused: 2 })
  },
)

test('takes a decision of before it was paused, as it takes its reward', async () => {
  const made = await begun()
  await aged(made, 7_200_000)
  const at = Date.now() - 1_000
  await made.hail().append([exposure('1', 'a', { at })])
  await made.whale().change('page', { status: 'paused' })
  await made.hail().append([reward('1', 'a', { reward: 1 }, { at })])
  await made.hail().merge()
  expect((await armsOf(made))[0]).toEqual(['a', 1, 1, 1])
  expect(await countedOf(made)).toMatchObject({ refused: 0 })
})

test('knows with which weights it was decided before they were changed', async () => {
  const made = await begun({ policy: 'split' })
  const drawn = { propensities: undefined }
  const split = (a: number, b: number) =>
    made.whale().change('page', {
      arms: [
        { id: 'a', weight: a },
        { id: 'b', weight: b },
      ],
    })
  await made.hail().append([exposure('1', 'b', drawn)])
  await split(3, 1)
  await split(1, 0)
  await made.hail().append([exposure('2', 'b', drawn), reward('1', 'b', { reward: 1 }, drawn)])
  await made.hail().merge()
  expect((await armsOf(made))[1]).toEqual(['b', 2, 1, 2])
  const { lines } = await page(made)
  expect(lines.map(({ propensities }) => propensities)).toEqual([
    [0.5, 0.5],
    [0.5, 0.5],
  ])
})

test('takes a browser’s own decisions for a split, if they are no older than it is', async () => {
  const made = await begun({
    policy: 'split',
    arms: [
      { id: 'a', weight: 3 },
      { id: 'b', weight: 1 },
    ],
  })
  const { created } = made.definition
  await made.hail().append([own('1', 'a', created), own('2', 'b', created - 60_000)])
  await made.hail().merge()
  expect(await armsOf(made)).toEqual([
    ['a', 1, 0, 1],
    ['b', 0, 0, 0],
  ])
  const { lines } = await page(made)
  expect(lines).toMatchObject([{ id: '1', p: 0.75, propensities: [0.75, 0.25], w: 0 }])
})

test('begins a name anew from nothing, whatever is still on its way', async () => {
  const made = await begun({ policy: 'split' })
  await made.hail().append([exposure('1', 'a'), own('2', 'a'), outcome('b', { hits: 5, reward: 5 }), reward('1', 'a')])
  await made.hail().merge()
  await made.hail().append([exposure('3', 'a'), outcome('b', { hits: 9 })])
  expect(await made.whale().abandon('page')).toBe(true)
  for (const table of ['learnt', 'rewarded', 'note']) expect(await rows(made.whale(), table)).toBe(0)
  expect(await made.whale().begin(experiment('page', { policy: 'split' }))).toMatchObject({ number: 2 })
  await made.hail().append([exposure('4', 'a'), exposure('5', 'b', { number: 2 })])
  await made.hail().merge()
  const all = [
    ['a', 0, 0, 0],
    ['b', 1, 0, 1],
  ]
  expect(await armsOf(made)).toEqual(all)
  await evictDurableObject(made.whale())
  expect(await armsOf(made)).toEqual(all)
})

test.each([
  ['the fragment', 'INSERT ON fragment'],
  ['what was learnt', `INSERT ON learnt WHEN new.key = 'total'`],
  ['what was rewarded', 'INSERT ON rewarded'],
  ['the journal', 'INSERT ON note'],
  ['the cursor', 'INSERT ON shard'],
])('learns once where the disk refuses %s', async (_, when) => {
  const made = await begun()
  await made.hail().append([exposure('1', 'a'), exposure('2', 'b'), reward('1', 'a')])
  await made.hail().merge()
  const before = await learnt(made)
  await made.hail().append([exposure('3', 'a'), reward('2', 'b')])
  const mend = await breaks(made.whale(), when)
  await made.hail().merge()
  expect(await learnt(made)).toEqual(before)
  // What is not merged is known all the same, and once.
  const all = [
    ['a', 2, 1, 2],
    ['b', 1, 1, 1],
  ]
  expect(await armsOf(made)).toEqual(all)
  await mend()
  await made.hail().merge()
  expect(await armsOf(made)).toEqual(all)
  await evictDurableObject(made.whale())
  expect(await armsOf(made)).toEqual(all)
})

test('learns nothing from a slice that does not begin at the cursor', async () => {
  const made = await begun()
  await made.hail().append([exposure('1', 'a')])
  const { notes, to } = await notesOf(made)
  const slice = { version: 2, shard: 0, events: 1, last: Date.now(), parts: [], raw: [], notes }
  expect(await made.whale().merge({ ...slice, from: 0, to })).toEqual({ cursor: to })
  const before = await learnt(made)
  expect(await made.whale().merge({ ...slice, from: 0, to })).toEqual({ cursor: to })
  expect(await made.whale().merge({ ...slice, from: to - 1, to: to + 5 })).toEqual({ cursor: to })
  expect([await learnt(made), (await armsOf(made))[0]]).toEqual([before, ['a', 1, 0, 1]])
})

test('learns the same again where the Whale is older than its Hails’ logs', async () => {
  const made = await begun()
  const [a, b] = [exposure('1', 'a'), reward('1', 'a')]
  await made.hail().append([a])
  await made.hail().merge()
  const saved = await snapshot(made)
  await made.hail().append([b, exposure('2', 'b')])
  await made.hail().merge()
  const before = [await learnt(made), await rewardedRows(made)]
  await restore(made, saved)
  await evictDurableObject(made.whale())
  await made.hail().append([view(1)])
  await made.hail().merge()
  await made.hail().merge()
  expect([await learnt(made), await rewardedRows(made)]).toEqual(before)
})

test('takes nothing for its own that was decided before it was made, though a restored Whale gave its number again', async () => {
  const made = await begun()
  await made
    .hail()
    .append([
      exposure('1', 'a', { at: Date.now() - 5_000 }),
      reward('1', 'a', { reward: 1 }, { at: Date.now() - 5_000 }),
    ])
  await made.hail().merge()
  expect((await armsOf(made))[0]).toEqual(['a', 0, 0, 0])
})

test('refuses what is told of an experiment that a restored Whale has never had', async () => {
  const made = await madeSite()
  await made.hail().append([view(1)])
  await made.hail().merge()
  const saved = await snapshot(made)
  await made.whale().begin(experiment('page'))
  await made.hail().append([exposure('1', 'a')])
  await made.hail().merge()
  await restore(made, saved)
  await evictDurableObject(made.whale())
  await made.hail().append([view(2)])
  await made.hail().merge()
  await made.hail().merge()
  expect(await made.whale().standing('page')).toBeUndefined()
  expect((await asked(made.whale(), made.site, { type: 'refused' }))[0]!.total).toBe(1)
  expect(await made.total()).toBe(2)
})

test.each<[kind: string, more: Parameters<typeof experiment>[1]]>([
  ['a rate', {}],
  ['a ratio', { kind: 'ratio', num: 'earned', den: 'spent' }],
])(
  'learns the same to the bit of %s from ten thousand decisions and rewards, however often and in whatever order they come',
  {
    timeout: 60_000,
  },
  async (_, more) => {
    const random = new Random(7)
    const chance = () => random.next()
    const now = Date.now()
    const entries: Entry[] = []
    for (let i = 0; i < 7_000; i++) {
      const arm = chance() < 0.5 ? 'a' : 'b'
      const at = now - 1_000 * Math.floor(chance() * 3_600)
      const told = { at, context: [`c${i % 8}`, `d${i % 3}`, null] }
      entries.push(exposure(`${i}`, arm, told, { at }))
      if (i % 7 > 2) continue
      entries.push(
        reward(`${i}`, arm, { reward: 1, earned: 5, spent: 1 + (i % 4) }, { ...told, when: at + 1_000 * (i % 600) }),
      )
    }
    expect(entries).toHaveLength(10_000)
    const plain = await begun(more)
    await aged(plain, 7_200_000)
    for (let from = 0; from < entries.length; from += 1_000)
      await plain.hail().append(entries.slice(from, from + 1_000))
    await plain.hail().merge()

    const shaken = await madeSite('UTC', { fixedShards: 2 })
    await shaken.whale().begin({ ...experiment('page', { policy: 'contextual', ...more }) })
    await aged(shaken, 7_200_000)
    const often = entries.flatMap((entry) => Array.from({ length: 1 + Math.floor(chance() * 5) }, () => entry))
    const shuffled = often.map((entry) => ({ entry, by: chance() })).sort((x, y) => x.by - y.by)
    for (let from = 0; from < shuffled.length; from += 1_500) {
      const batch = shuffled.slice(from, from + 1_500).map(({ entry }) => entry)
      const halves = Map.groupBy(batch, ({ id }) => id!.charCodeAt(1) % 2)
      for (const [shard, some] of halves) await hailOf(env, shaken.site.site, shard).append(some)
      const shard = Math.floor(chance() * 2)
      if (chance() < 0.3) await hailOf(env, shaken.site.site, shard).merge()
      if (chance() < 0.1) await evictDurableObject(shaken.whale()).catch(() => undefined)
    }
    for (const shard of [0, 1]) await hailOf(env, shaken.site.site, shard).merge()
    expect(await learnt(shaken)).toEqual(await learnt(plain))
    expect(await rewardedRows(shaken)).toEqual(await rewardedRows(plain))
    expect(await rows(plain.whale(), 'rewarded')).toBe(3_000)
  },
)

test('costs a slice that tells nothing of decisions nothing, whatever experiments there are', async () => {
  const [without, made] = [await madeSite(), await begun()]
  const written = async ({ hail, whale }: Made, from: number) => {
    await hail().append([view(from)])
    const before = await changes(whale())
    await hail().merge()
    return (await changes(whale())) - before
  }
  for (const each of [without, made]) await written(each, 1)
  expect(await written(made, 2)).toBe(await written(without, 2))
})

test('keeps little: by arm and place, by rewarded decision, and nothing of others', async () => {
  const made = await begun({
    kind: 'ratio',
    num: 'earned',
    den: 'spent',
    arms: ['a', 'b', 'c', 'd'].map((id) => ({ id, weight: 1 })),
    dimensions: ['country', 'device'],
  })
  const told = (i: number) => ({
    propensities: [0.25, 0.25, 0.25, 0.25],
    context: [`c${(i >> 2) % 50}`, `d${Math.floor(i / 200) % 20}`],
  })
  const entries = Array.from({ length: 4_000 }, (_, i) => exposure(`id${i}`, 'abcd'[i % 4]!, told(i)))
  for (let from = 0; from < 4_000; from += 1_000) await made.hail().append(entries.slice(from, from + 1_000))
  const some = Array.from({ length: 100 }, (_, i) =>
    reward(`id${i}`, 'abcd'[i % 4]!, { earned: i + 0.5, spent: 1 }, told(i)),
  )
  await made.hail().append(some)
  await made.hail().merge()
  const [leaf] = await query<{ n: number; most: number; whole: number }>(
    made.whale(),
    `SELECT count(*) AS n, max(length(bytes)) AS most, sum(length(bytes) + length(key)) AS whole FROM learnt WHERE key GLOB 'leaf*'`,
  )
  expect(leaf!.n).toBe(1_000)
  expect(leaf!.most).toBeLessThanOrEqual(4 * 56)
  expect(leaf!.whole).toBeLessThanOrEqual(300_000)
  expect(await rows(made.whale(), 'rewarded')).toBe(100)
})
