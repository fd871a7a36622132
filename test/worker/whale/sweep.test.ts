import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pod } from '../../../worker/env'
import { breaks, madeSite, query, rows, view } from '../objects'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Clear of a month’s end, and so far ahead that no alarm rings by itself: alarms go by the real clock. */
const NOON = Date.UTC(2080, 10, 12, 12)

type Made = Awaited<ReturnType<typeof madeSite>>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
})
afterEach(() => {
  vi.useRealTimers()
})

const setNow = (now: number) => {
  vi.setSystemTime(now)
}

async function count({ hail, whale }: Made, ...ats: number[]): Promise<void> {
  await hail().append(ats.map((at, i) => view(Math.floor((at / HOUR) * 16) + i, { at, page: `/${i}` })))
  await hail().merge()
  await whale().close()
}

/** Dates of which hours are kept, and of which there is a day, yyyymmdd; months, yyyymm: all of the root. */
const kept = async ({ whale }: Made) => {
  const starts = async (which: string) =>
    (await query<{ start: number }>(whale(), `SELECT start FROM cell WHERE path = 0 AND ${which} ORDER BY start`)).map(
      ({ start }) => start,
    )
  return {
    hours: await starts('level = 2 AND hours IS NOT NULL'),
    days: await starts('level = 2'),
    months: await starts('level = 3'),
  }
}

const dateOf = (at: number): number => Number(new Date(at).toISOString().slice(0, 10).replaceAll('-', ''))

const alarmOf = ({ whale }: Made): Promise<number | null> =>
  runInDurableObject(whale(), (_, { storage }) => storage.getAlarm())

/** Rings as often as there is something to do, each time when it is due. */
async function sleepUntil(made: Made, until: number): Promise<number> {
  for (let rung = 0; ; rung++) {
    const alarm = await alarmOf(made)
    if (alarm === null || alarm > until) {
      setNow(until)
      return rung
    }
    setNow(Math.max(alarm, Date.now()))
    await runDurableObjectAlarm(made.whale())
  }
}

test('keeps hours 93 days, days 800 days, and months for ever', { timeout: 30_000 }, async () => {
  const made = await madeSite()
  await count(made, NOON)
  const [day, month] = [20_801_112, 208_011]
  for (const [age, left] of [
    [93, { hours: [day], days: [day], months: [month] }],
    [97, { hours: [], days: [day], months: [month] }],
    [799, { hours: [], days: [day], months: [month] }],
    [805, { hours: [], days: [], months: [month] }],
  ] as const) {
    await sleepUntil(made, NOON + age * DAY)
    expect(await kept(made)).toEqual(left)
  }
  expect(await made.total()).toBe(1)
  await evictDurableObject(made.whale())
  expect(await made.total('hits', ['page', '/0'])).toBe(1)
})

test('lets go of what is too old to the last bucket, and of nothing newer', async () => {
  const made = await madeSite()
  const ages = [700, 120, 96, 92, 60, 1, 0]
  await count(made, ...ages.map((age) => NOON - age * DAY))
  await sleepUntil(made, NOON + HOUR)
  const { hours, days } = await kept(made)
  expect(hours).toEqual(ages.filter((age) => age <= 93).map((age) => dateOf(NOON - age * DAY)))
  expect(days).toEqual(ages.map((age) => dateOf(NOON - age * DAY)))
  expect(await made.total()).toBe(ages.length)
})

test('keeps fragments a day beyond their close, and raw events 30 days', async () => {
  const made = await madeSite()
  await count(made, NOON)
  await sleepUntil(made, NOON + 24 * HOUR)
  expect([await rows(made.whale(), 'fragment'), await rows(made.whale(), 'event')]).toEqual([1, 1])
  await sleepUntil(made, NOON + 2 * DAY)
  expect([await rows(made.whale(), 'fragment'), await rows(made.whale(), 'event')]).toEqual([0, 1])
  await sleepUntil(made, NOON + 30 * DAY)
  expect(await rows(made.whale(), 'event')).toBe(1)
  await sleepUntil(made, NOON + 31 * DAY + 2 * HOUR)
  expect(await rows(made.whale(), 'event')).toBe(0)
  expect(await made.total()).toBe(1)
})

test('counts what comes after all fragments are gone, across an eviction', async () => {
  const made = await madeSite()
  for (let hour = 0; hour < 3; hour++) await count(made, NOON - hour * HOUR)
  await sleepUntil(made, NOON + 2 * DAY)
  expect(await rows(made.whale(), 'fragment')).toBe(0)
  await made.hail().append([view(999, { at: Date.now() })])
  await made.hail().merge()
  await evictDurableObject(made.whale())
  expect(await made.total()).toBe(4)
  await made.whale().close()
  expect(await made.total()).toBe(4)
})

test('never lets go of a fragment that is not closed', async () => {
  const made = await madeSite()
  await count(made, NOON)
  const mend = await breaks(made.whale(), 'UPDATE OF closed ON state')
  await made.hail().append([view(999, { at: NOON })])
  await made.hail().merge()
  setNow(NOON + 3 * DAY)
  await runDurableObjectAlarm(made.whale())
  expect(await rows(made.whale(), 'fragment')).toBe(1)
  expect(await made.total()).toBe(2)
  await mend()
  await sleepUntil(made, NOON + 6 * DAY)
  expect(await rows(made.whale(), 'fragment')).toBe(0)
  expect(await made.total()).toBe(2)
})

test('sleeps for as long as nothing is too old, and for ever once nothing will be', { timeout: 30_000 }, async () => {
  const made = await madeSite()
  await count(made, NOON)
  await runDurableObjectAlarm(made.whale())
  // Fragments go first, a day and an hour after they came.
  expect(await alarmOf(made)).toBe(NOON + 25 * HOUR + 1)
  const woken = await sleepUntil(made, NOON + 1_000 * DAY)
  expect(woken).toBeLessThanOrEqual(6)
  expect(await alarmOf(made)).toBeNull()
  expect(await made.total()).toBe(1)
})

test('keeps what the site’s settings say, from when they say it', async () => {
  const made = await madeSite('UTC', { keep: { raw: 0, hours: 2, days: 35 } })
  await count(made, NOON)
  expect(await rows(made.whale(), 'event')).toBe(0)
  await sleepUntil(made, NOON + 6 * DAY)
  expect(await kept(made)).toMatchObject({ hours: [], days: [20_801_112] })
  await sleepUntil(made, NOON + 40 * DAY)
  expect(await kept(made)).toEqual({ hours: [], days: [], months: [208_011] })
})

test('lets go within a day where a site’s settings become shorter, though it slept', async () => {
  const made = await madeSite()
  await count(made, NOON)
  await sleepUntil(made, NOON + 5 * DAY)
  expect([await rows(made.whale(), 'event'), (await kept(made)).hours.length]).toEqual([1, 1])
  expect(await alarmOf(made)).toBeGreaterThan(NOON + 29 * DAY)
  await pod(env).update(made.site.site, { keep: { raw: 0, hours: 2, days: 800 } }, {})
  await made.whale().resettle()
  expect(await alarmOf(made)).toBeLessThanOrEqual(NOON + 6 * DAY)
  await sleepUntil(made, NOON + 6 * DAY)
  expect([await rows(made.whale(), 'event'), (await kept(made)).hours]).toEqual([0, []])
  expect(await made.total()).toBe(1)
})

test.each([
  ['fragment', 'DELETE ON fragment'],
  ['event', 'DELETE ON event'],
  ['cell', 'UPDATE OF hours ON cell'],
])('goes on after it broke half-way, letting go of what is in a row of %s', async (table, statement) => {
  const made = await madeSite()
  await count(made, NOON, NOON - HOUR, NOON - 50 * DAY)
  const mend = await breaks(made.whale(), statement)
  setNow(NOON + 97 * DAY)
  await runDurableObjectAlarm(made.whale())
  expect(await rows(made.whale(), table)).toBeGreaterThan(0)
  // It tries again in a minute; the alarms of these tests ring by hand.
  expect((await alarmOf(made))! - Date.now()).toBeLessThanOrEqual(60_000)
  await evictDurableObject(made.whale())
  expect(await made.total()).toBe(3)
  await mend()
  await runDurableObjectAlarm(made.whale())
  expect([await rows(made.whale(), 'fragment'), await rows(made.whale(), 'event')]).toEqual([0, 0])
  const { hours, days } = await kept(made)
  expect([hours.length, days.length]).toEqual([0, 2])
  expect(await made.total()).toBe(3)
})

test('forgets names that nothing is counted under any more, and learns them again', async () => {
  const made = await madeSite()
  await count(made, NOON)
  // As a name that was seen on one day and joined the rest of its month.
  await runInDurableObject(made.whale(), (_, { storage: { sql } }) => {
    const [path] = sql.exec<{ id: number }>(`SELECT id FROM path WHERE name = '/0'`).toArray()
    sql.exec(`DELETE FROM cell WHERE path = ? AND level = 3`, path!.id)
  })
  await sleepUntil(made, NOON + 805 * DAY)
  expect(await query(made.whale(), `SELECT name FROM path`)).toEqual([{ name: 'page' }])
  await count(made, NOON + 805 * DAY)
  expect(await made.total('hits', ['page', '/0'])).toBe(1)
  expect(await made.total('hits', ['page'])).toBe(2)
})
