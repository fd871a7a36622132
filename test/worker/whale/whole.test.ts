/** What an answer must not leave out in silence, and what answers must not cost. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import { breaks, madeSite, query, views } from '../objects'
import { place } from '../../../worker/hail/ids'
import { metricOf } from './asked'

afterEach(() => vi.useRealTimers())

test('an answer is whole or says that it is partial, while the Whale cannot merge', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append(views(0, 10))
  await hail().merge()
  await breaks(whale(), 'INSERT ON fragment')
  for (let i = 0; i < 6; i++) await hail().append(views(100 + i * 1_000, 1_000))
  const told = await total().catch((error: Error) => error.message)
  expect([6_010, 'partial']).toContain(told)
})

test('answers that are kept are some megabytes at the most', async () => {
  const { hail, whale, site } = await madeSite()
  await hail().append(views(0, 3))
  await hail().merge()
  const now = Date.now()
  for (let i = 0; i < 6; i++) {
    const metrics = Array.from({ length: 16 }, (_, j) => metricOf(`m${i}_${j}`))
    await whale().answer({
      type: 'pageview',
      dimension: [],
      metrics,
      interval: 'minute',
      from: now - 9_990 * 60_000,
      to: now,
      now,
      timezone: 'UTC',
      zones: site.zones,
      depth: 0,
      sort: { metric: metrics[0]!, descending: true },
      limit: 10,
    })
  }
  const points = await runInDurableObject(whale(), (object) => {
    const { values } = (
      object as unknown as { readings: { kept: { values: Map<string, { series: { points: unknown[] }[] }> } } }
    ).readings.kept
    return [...values.values()].flatMap(({ series }) => series).reduce((sum, each) => sum + each.points.length, 0)
  })
  // A point is a pair of numbers: 50 bytes and more in memory. 64 such answers are half a gigabyte and more.
  expect(points * 50).toBeLessThan(16 * 2 ** 20)
})

test('the log forgets whose event it was when its site falls silent', async () => {
  const { hail, whale } = await madeSite()
  const event = {
    at: Date.now(),
    type: 'pageview',
    dimensions: { page: '/a' },
    metrics: { hits: 1 },
    visitor: 123456789,
    daily: true,
  }
  await hail().append([{ ...place(Date.now(), Date.now()), text: JSON.stringify([event]) }])
  await runDurableObjectAlarm(hail())
  const logs = () => query<{ name: string }>(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
  expect(await logs()).toHaveLength(1)
  // The Whale's alarm rings when the day is over, whatever came since.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 26 * 3_600_000 })
  await runDurableObjectAlarm(whale())
  expect(await logs()).toEqual([])
})
