import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { hail as hailOf, pod } from '../../../worker/env'
import { dateOf } from '../../../worker/rollup/interval'
import { madeSite, query, rows, view, views } from '../objects'

const HOUR = 3_600_000
const UTC = [{ from: 0, zone: 'UTC' }]

afterEach(() => {
  vi.useRealTimers()
})

/** Whether the Pod says that all of it is gone. */
const removed = async (site: number): Promise<boolean> => {
  const [result] = await Promise.allSettled([pod(env).remove(site)])
  return result.status === 'fulfilled'
}

describe('a site that is deleted', () => {
  /** No trigger keeps an object from being emptied; but what is an object's own and not its class's can't be called. */
  async function refusing(site: number, shard: number): Promise<() => Promise<void>> {
    const stub = hailOf(env, site, shard)
    await runInDurableObject(stub, (object) => {
      Object.defineProperty(object, 'empty', { value: undefined })
    })
    return () => evictDurableObject(stub)
  }

  test('leaves nothing in its objects, and its number is never given again', async () => {
    const { site, hail, whale } = await madeSite()
    await hail().append(views(0, 3))
    await hail().merge()
    await whale().close()
    expect(await removed(site.site)).toBe(true)
    for (const stub of [hail(), whale()]) {
      expect(await rows(stub, 'sqlite_master')).toBe(0)
      expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).toBeNull()
    }
    expect(await pod(env).isLeaving(site.site)).toBe(false)
    expect(await pod(env).create(site)).toBe(false)
  })

  test('is not gone while one of its objects is not empty; the next call or the alarm goes on', async () => {
    const [one, two] = [await madeSite('UTC', { fixedShards: 2 }), await madeSite()]
    for (const { hail } of [one, two]) await hail().append(views(0, 3))
    const mend = await refusing(one.site.site, 1)
    for (let tries = 0; tries < 2; tries++) {
      expect(await removed(one.site.site)).toBe(false)
      expect(await pod(env).isLeaving(one.site.site)).toBe(true)
      expect(await pod(env).terms(one.site.site)).toBeNull()
    }

    // Another site need not wait for it.
    expect(await removed(two.site.site)).toBe(true)
    expect(await pod(env).isLeaving(two.site.site)).toBe(false)

    await runDurableObjectAlarm(pod(env))
    expect(await pod(env).isLeaving(one.site.site)).toBe(true)
    await mend()
    expect(await runDurableObjectAlarm(pod(env))).toBe(true)
    expect(await pod(env).isLeaving(one.site.site)).toBe(false)
    expect(await rows(one.hail(), 'sqlite_master')).toBe(0)
  })

  test('stays empty when an event comes late, from an isolate that has not heard of it', async () => {
    const { site, hail, whale, total } = await madeSite()
    await hail().append(views(0, 3))
    await hail().merge()
    // The Whale is awake and knows its site.
    expect(await total()).toBe(3)
    expect(await removed(site.site)).toBe(true)
    await hail().append([view(9)])
    expect(await rows(hail(), 'place')).toBe(1)
    expect(await runDurableObjectAlarm(hail())).toBe(true)
    for (const stub of [hail(), whale()]) expect(await rows(stub, 'sqlite_master')).toBe(0)
  })
})

describe('the salts of days', () => {
  const noon = Date.UTC(2027, 4, 10, 12)
  const dayAt = (now: number) => dateOf(now, UTC)
  const saltAt = async (day: number, now: number) => (await pod(env).salts([day], now)).map(({ secret }) => [...secret])

  test('are one a day: the same for all who ask, another one tomorrow', async () => {
    const day = dayAt(noon)
    const [first] = await saltAt(day, noon)
    expect(first).toHaveLength(32)
    expect(await saltAt(day, noon + HOUR)).toEqual([first])
    await evictDurableObject(pod(env))
    expect(await saltAt(day, noon + 2 * HOUR)).toEqual([first])
    const [next] = await saltAt(dayAt(noon + 24 * HOUR), noon + 24 * HOUR)
    expect(next).not.toEqual(first)
  })

  test.each([
    [-2, 0],
    [-1, 0],
    [0, 1],
    [1, 1],
    [2, 0],
  ])('at noon in Greenwich, when it is tomorrow in Kiritimati, %i days from now there are %i', async (days, salts) => {
    const now = noon + (100 * 24 + 1) * HOUR
    expect(await saltAt(dayAt(now + days * 24 * HOUR), now)).toHaveLength(salts)
  })

  test('are dropped by an alarm after 48 hours, and no other is made for that day', async () => {
    const now = Date.now()
    const day = dayAt(now)
    const [salt] = await saltAt(day, now)
    const alarm = await runInDurableObject(pod(env), (_, { storage }) => storage.getAlarm())
    expect(alarm! - now).toBeLessThanOrEqual(48 * HOUR)
    await runDurableObjectAlarm(pod(env))
    expect(await saltAt(day, now + HOUR)).toEqual([salt])

    vi.useFakeTimers({ toFake: ['Date'], now: now + 49 * HOUR })
    await runDurableObjectAlarm(pod(env))
    expect(await query(pod(env), `SELECT day FROM salt WHERE day = ${day} AND secret IS NOT NULL`)).toEqual([])
    expect(await saltAt(day, now + 64 * HOUR)).toEqual([])
  })
})
