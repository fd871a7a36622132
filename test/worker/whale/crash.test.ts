/**
 * A crash in each gap between an event's acknowledgement and its cell. The disk refuses one statement, everybody forgets
 * what they knew, clients send again whatever was not acknowledged, and then everything else too. Before, between and
 * after, the answer is what was acknowledged: no more, no less.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hail } from '../../../worker/env'
import type { Entry } from '../../../worker/hail/log'
import { breaks, madeSite, query, view } from '../objects'
import { asked, totalsBelow } from './asked'

const HOUR = 3_600_000

const logOf = async (stub: Parameters<typeof query>[0]): Promise<string> =>
  (await query<{ name: string }>(stub, `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`))[0]!.name

/** Some now and some long ago, so that hours, days and months of their own are touched; the same whenever they are sent. */
const spread = (since: number, from: number, count: number): Entry[] =>
  Array.from({ length: count }, (_, i) => {
    const number = from + i
    return view(number, { at: since - (number % 3) * 35 * HOUR, page: `/${number}` })
  })

/** Memory goes, the disk stays. Who was not in memory needs not be put out of it. */
const forget = (stub: Parameters<typeof evictDurableObject>[0]): Promise<void> =>
  evictDurableObject(stub).catch(() => undefined)

test.concurrent.each<[gap: string, whose: 'hail' | 'whale', statement: string]>([
  ['before the log', 'hail', 'INSERT ON log'],
  ['before the fragment', 'whale', 'INSERT ON fragment'],
  ['between fragment and raw events', 'whale', 'INSERT ON event'],
  ['between raw events and cursor', 'whale', 'INSERT ON shard'],
  ['between the cursor and learning of it, where ids are filed', 'hail', 'INSERT ON ids'],
  ['between the cursor and learning of it, where all is filed', 'hail', 'UPDATE ON place'],
  ['in a close, where a path is named', 'whale', 'INSERT ON path'],
  ['in a close, at its first cell', 'whale', 'INSERT ON cell'],
  ['in a close, at its last cell', 'whale', `INSERT ON cell WHEN new.level = 3 AND new.path > 4`],
  ['in a close, where it says how far it came', 'whale', 'UPDATE OF closed ON state'],
])('is exact after a crash %s', async (_, whose, statement) => {
  const { site, hail: receiver, whale, total } = await madeSite('Asia/Kolkata')
  const since = Date.now()
  const everybodyForgets = async () => {
    await forget(receiver())
    await forget(whale())
  }
  const handOver = async () => {
    await receiver().merge()
    await whale().close()
  }
  await receiver().append(spread(since, 0, 5))
  await handOver()
  await receiver().append(spread(since, 5, 5))

  const stub = whose === 'hail' ? receiver() : whale()
  const mend = await breaks(stub, statement.replace(/ log$/, ` ${await logOf(receiver())}`))
  let acknowledged = 10
  for (const entries of [spread(since, 10, 3), spread(since, 13, 3)]) {
    await receiver()
      .append(entries)
      .then(() => (acknowledged += entries.length))
      .catch(() => undefined)
    await handOver()
    expect(await total()).toBe(acknowledged)
  }
  await everybodyForgets()
  expect(await total()).toBe(acknowledged)
  await handOver()
  expect(await total()).toBe(acknowledged)

  await mend()
  for (const from of [0, 5, 10, 13]) await receiver().append(spread(since, from, from < 10 ? 5 : 3))
  expect(await total()).toBe(16)
  await handOver()
  await everybodyForgets()
  expect(await total()).toBe(16)
  const once = Array.from({ length: 16 }, (__, page) => [`/${page}`, 1])
  expect(await totalsBelow(whale(), site, ['page'])).toEqual(Object.fromEntries(once))
  expect(await receiver().append(spread(since, 0, 16))).toEqual({ duplicates: new Array(16).fill(true) })
  expect((await whale().status()).shards).toMatchObject([{ events: 16 }])
})

type Step =
  | { step: 'send'; from: number; count: number }
  | { step: 'merge' | 'forget' | 'peek'; shard: number }
  | { step: 'close' | 'forgetAll' | 'mend' }
  | { step: 'break'; which: number }

const SHARDS = 3
const BREAKABLE: readonly ['hail' | 'whale', string][] = [
  ['whale', 'INSERT ON fragment'],
  ['whale', 'INSERT ON shard'],
  ['whale', 'INSERT ON cell'],
  ['whale', 'UPDATE OF closed ON state'],
  ['hail', 'UPDATE ON place'],
  ['hail', 'INSERT ON ids'],
]

const shard = fc.nat({ max: SHARDS - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('send' as const),
      from: fc.nat({ max: 60 }),
      count: fc.integer({ min: 1, max: 9 }),
      age: fc.constantFrom(0, 1, 30, 71),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ step: fc.constantFrom('merge' as const, 'forget' as const, 'peek' as const), shard }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constantFrom('close' as const, 'forgetAll' as const, 'mend' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant('break' as const), which: fc.nat({ max: BREAKABLE.length - 1 }) }),
  },
)

/** An event is known by its number, and comes back with the same time and to the same shard, as a replay does. */
const numbered = (number: number, since: number): Entry =>
  view(number, { at: since - (number % 4) * 23 * HOUR, page: `/${number % 7}` })

test('is exact whatever happens in whatever order: sends, replays, merges, closes, crashes, broken disks', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { site, whale, total } = await madeSite('America/Sao_Paulo', { fixedShards: SHARDS })
      const since = Date.now()
      const hails = Array.from({ length: SHARDS }, (_, i) => () => hail(env, site.site, i))
      const counted = new Set<number>()
      let mend: (() => Promise<void>) | undefined
      const send = async (numbers: number[]) => {
        const receipts = Map.groupBy(numbers, (number) => number % SHARDS)
        const sent = [...receipts].map(async ([at, group]) => {
          const { duplicates } = await hails[at]!().append(group.map((number) => numbered(number, since)))
          expect(duplicates).toEqual(group.map((number) => counted.has(number)))
          for (const number of group) counted.add(number)
        })
        await Promise.all(sent)
      }
      // So that there are tables to break.
      await send([0, 1, 2])
      await Promise.all(hails.map((each) => each().merge()))
      for (const each of steps) {
        if (each.step === 'send') await send(Array.from({ length: each.count }, (_, i) => each.from + i))
        else if (each.step === 'merge') await hails[each.shard]!().merge()
        else if (each.step === 'peek') await hails[each.shard]!().peek(0)
        else if (each.step === 'forget') await forget(hails[each.shard]!())
        else if (each.step === 'close') await whale().close()
        else if (each.step === 'forgetAll') for (const stub of [whale, ...hails]) await forget(stub())
        else if (each.step === 'break' && !mend) {
          const [whose, statement] = BREAKABLE[each.which]!
          mend = await breaks(whose === 'whale' ? whale() : hails[0]!(), statement)
        } else if (each.step === 'mend') {
          await mend?.()
          mend = undefined
        }
      }
      expect(await total()).toBe(counted.size)
      await mend?.()
      await Promise.all(hails.map((each) => each().merge()))
      await forget(whale())
      await whale().close()
      await send([...counted])
      expect(await total()).toBe(counted.size)
      const pages = Map.groupBy(counted, (number) => `/${number % 7}`)
      const wanted = Object.fromEntries([...pages].map(([page, numbers]) => [page, numbers.length]))
      expect(await totalsBelow(whale(), site, ['page'])).toEqual(wanted)
      const days = await asked(whale(), site, { interval: 'day', from: since - 90 * HOUR })
      expect(days[0]!.total).toBe(counted.size)
    }),
    { numRuns: 15 },
  )
})

test('is exact where everything happens at once', { timeout: 60_000 }, async () => {
  const kinds = fc.constantFrom('send', 'send', 'send', 'merge', 'peek', 'close', 'ask', 'reset', 'resettle', 'wait')
  const doings = fc.array(fc.record({ kind: kinds, shard, from: fc.nat({ max: 40 }) }), {
    minLength: 20,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(doings, async (all) => {
      const { site, whale, total } = await madeSite('Asia/Tehran', { fixedShards: SHARDS })
      const since = Date.now()
      const at = (number: number) => hail(env, site.site, number)
      /** How often each was acknowledged as new. */
      const news = new Map<number, number>()
      const send = async (numbers: number[]) => {
        const { duplicates } = await at(numbers[0]! % SHARDS).append(numbers.map((number) => numbered(number, since)))
        numbers.forEach((number, i) => news.set(number, (news.get(number) ?? 0) + (duplicates[i] ? 0 : 1)))
      }
      const started: Promise<unknown>[] = []
      for (const { kind, shard: which, from } of all) {
        if (kind === 'send') started.push(send([from, from + SHARDS, from + 2 * SHARDS]))
        else if (kind === 'merge') started.push(at(which).merge())
        else if (kind === 'peek') started.push(at(which).peek(0))
        else if (kind === 'close') started.push(whale().close())
        else if (kind === 'reset')
          started.push(
            whale()
              .reset({ type: 'elsewhere' })
              .catch(() => undefined),
          )
        else if (kind === 'resettle') started.push(whale().resettle())
        else if (kind === 'ask') started.push(whale().status())
        else await scheduler.wait(from)
      }
      await Promise.all(started)
      expect([...news.values()].filter((count) => count !== 1)).toEqual([])
      expect(await total()).toBe(news.size)
      for (let number = 0; number < SHARDS; number++) await at(number).merge()
      await forget(whale())
      expect(await total()).toBe(news.size)
    }),
    { numRuns: 12 },
  )
})

test('keeps what is merged after every older fragment was swept away, through a crash', async () => {
  const { hail: receiver, whale, total } = await madeSite()
  await receiver().append([view(1)])
  await receiver().merge()
  await whale().close()
  // Two quiet days later.
  await runInDurableObject(whale(), (_, { storage }) => storage.sql.exec(`UPDATE fragment SET merged = 0`))
  await runDurableObjectAlarm(whale())
  await receiver().append([view(2)])
  await receiver().merge()
  expect(await total()).toBe(2)
  await forget(whale())
  expect(await total()).toBe(2)
  await whale().close()
  await forget(whale())
  expect(await total()).toBe(2)
})
