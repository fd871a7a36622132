/**
 * Killed at any moment while decisions and what came of them stream in, and each time woken to merge at once: what is learnt
 * is what was acknowledged, each once. Whoever tells does so until it is acknowledged, and then once more.
 */
import { expect, test } from 'vitest'
import { Random } from '../random'
import { alarmNow } from './alarm'
import { call, statusOf } from './api'
import { deciding, inParallel, type Told } from './deciding'

const BATCHES = 60
const BATCH = 10
const CLIENTS = 5
const KILLS = 8

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('learns once from each decision and each reward where merges are killed', { timeout: 120_000 }, async () => {
  const { server, site, keys, make, decide, shown } = await deciding()
  await make({ decision: 'page', options: ['a', 'b', 'c'], by: 'earned/spent' })
  const numbers = Array.from({ length: BATCHES * BATCH }, (_, i) => i)
  const countries = ['SE', 'NO', 'DK', 'FI']
  const asked = numbers.map((i) => `decision=page&dimensions={"country":"${countries[i % 4]}"}`)
  const decided = await inParallel(asked, 12, (query) => decide(query))
  const outcomes = decided.map(({ option, id }, i) => ({
    decision: 'page',
    option,
    id,
    metrics: { earned: i % 5, spent: 1 + (i % 3) },
  }))
  const batches = Array.from({ length: BATCHES }, (_, i) => outcomes.slice(i * BATCH, (i + 1) * BATCH))
  const tell = async (batch: unknown[]): Promise<Told> => {
    for (;;) {
      const told = await call<Told>(server, 'POST', '/count_decision', batch, keys.write).catch(() => undefined)
      if (told?.status === 200) return told.body
      await wait(20)
    }
  }

  let acknowledged = 0
  const left = batches.values()
  const client = async () => {
    for (const batch of left) {
      await tell(batch)
      acknowledged += 1
    }
  }
  const restartMerging = async () => {
    await server.kill('SIGKILL')
    for (const objects of ['graupel-hail', 'graupel-whale'] as const) alarmNow(server.dataFolder, objects)
    await server.restart()
  }
  const random = new Random(11)
  const killer = async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      while (acknowledged < (BATCHES * kill) / (KILLS + 1)) await wait(2)
      await wait(random.next() * 60)
      await restartMerging()
    }
  }
  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, client)])

  const wanted = ['a', 'b', 'c'].map((id) => {
    const own = outcomes.filter(({ option }) => option === id)
    const sum = (name: 'earned' | 'spent') => own.reduce((all, { metrics }) => all + metrics[name], 0)
    return [id, own.length, sum('earned'), sum('spent')]
  })
  const known = async () => {
    const { arms, counted } = await shown('page')
    expect(counted).toMatchObject({ late: 0, duplicates: 0, unattributed: 0, refused: 0 })
    return arms.map(({ id, trials, num, den }) => [id, trials, num, den])
  }
  /** As whoever works out another policy would read it. */
  const logged = async () => {
    const url = `${server.origin}/experiments/page/decisions?site=${site}&period=24h`
    const response = await fetch(url, { headers: { Authorization: `Bearer ${keys.read}` } })
    const lines = (await response.text()).trim().split('\n')
    const all = lines.map((line) => JSON.parse(line) as { id: string; option: string; x: number; y: number })
    expect(new Set(all.map(({ id }) => id)).size).toBe(outcomes.length)
    return ['a', 'b', 'c'].map((option) => {
      const own = all.filter((line) => line.option === option)
      const sum = (name: 'x' | 'y') => own.reduce((total, line) => total + line[name], 0)
      return [option, own.length, sum('x'), sum('y')]
    })
  }
  await expect.poll(known, { interval: 200 }).toEqual(wanted)
  for (const batch of batches) expect(await tell(batch)).toEqual({ accepted: 0, duplicates: BATCH, refused: 0 })
  await restartMerging()
  await expect.poll(async () => (await statusOf(server, site)).shards[0]!.waiting, { timeout: 20_000 }).toBe(0)
  expect(await known()).toEqual(wanted)
  expect(await logged()).toEqual(wanted)
})
