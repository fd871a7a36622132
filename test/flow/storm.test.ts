import { expect, test } from 'vitest'
import { compare, countedOf, killAndWake, weather } from '../faults/storm'
import { statusOf, total } from './api'
import { startServer } from './server'

const EVENTS = 100_000
const KILLS = 10
/** Of those that were on their way at a kill, most come again. */
const LEAST_REPEATS = 64 * KILLS

test('loses and doubles none of 100,000 events in a storm of faults, kills, restarts and a change of shards', {
  timeout: 300_000,
}, async () => {
  const server = await startServer()
  const { site, sent, acknowledged, repeats } = await weather(server, { events: EVENTS, kills: KILLS })
  const expectExact = async () => {
    expect(await total(server, site)).toBe(EVENTS)
    const counted = await countedOf(server, site)
    expect(counted).toEqual(sent)
    expect(compare(sent, counted)).toEqual({ lost: 0, doubled: 0 })
  }
  expect(acknowledged).toBe(EVENTS)
  expect(repeats).toBeGreaterThan(LEAST_REPEATS)
  await expectExact()
  await killAndWake(server)
  await expectExact()
  const { shards, gaps } = await statusOf(server, site)
  expect(gaps).toEqual([])
  expect(shards.filter(({ lastEvent }) => lastEvent)).toHaveLength(5)
})
