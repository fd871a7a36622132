import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Notes } from '../../../worker/whale/slice'
import { Unmerged } from '../../../worker/whale/unmerged'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
})

const note = (position: number) => ({
  position,
  at: 0,
  note: { kind: 'outcome' as const, decision: 'page', option: 'a', metrics: {} },
})
const NONE = new Map<number, number>()

/** A Hail's log as notes at positions, that answers so many at once. */
function logOf(positions: number[], most = 1_000) {
  const asked: number[] = []
  const ask = async (_: number, from: number): Promise<Notes> => {
    asked.push(from)
    const left = positions.filter((position) => position > from)
    const notes = left.slice(0, most).map(note)
    return { from, to: notes.at(-1)?.position ?? from, notes, ...(left.length > most && { isCut: true as const }) }
  }
  return { asked, ask }
}

const positionsOf = (unmerged: Unmerged, cursors = NONE, reached = NONE) =>
  unmerged.after(cursors, reached).map(({ noted }) => noted.position)

test('asks once a second however many look, and from where it has the log', async () => {
  const positions = [10, 20]
  const { asked, ask } = logOf(positions)
  const unmerged = new Unmerged(ask)
  await Promise.all(Array.from({ length: 50 }, () => unmerged.refresh(1, NONE)))
  vi.setSystemTime(Date.now() + 999)
  await unmerged.refresh(1, NONE)
  expect(asked).toEqual([0])
  positions.push(30)
  vi.setSystemTime(Date.now() + 1)
  await unmerged.refresh(1, NONE)
  expect(asked).toEqual([0, 20])
  expect(positionsOf(unmerged)).toEqual([10, 20, 30])
})

test('goes on asking where a Hail has more to say', async () => {
  const { asked, ask } = logOf([1, 2, 3, 4, 5], 2)
  const unmerged = new Unmerged(ask)
  await unmerged.refresh(1, NONE)
  expect(asked).toEqual([0, 2, 4])
  expect(positionsOf(unmerged)).toEqual([1, 2, 3, 4, 5])
})

test('lets go of what is merged, and asks no more for it', async () => {
  const { asked, ask } = logOf([10, 20, 30])
  const unmerged = new Unmerged(ask)
  await unmerged.refresh(1, NONE)
  expect(positionsOf(unmerged, new Map([[0, 20]]))).toEqual([30])
  expect(positionsOf(unmerged, new Map([[0, 50]]))).toEqual([])
  vi.setSystemTime(Date.now() + 1_000)
  await unmerged.refresh(1, new Map([[0, 50]]))
  expect(asked).toEqual([0, 50])
})

test('tells what lies behind a place, a whole row of the log at a time', async () => {
  const { ask } = logOf([10, 10, 20, 20])
  const unmerged = new Unmerged(ask)
  await unmerged.refresh(1, NONE)
  expect(positionsOf(unmerged, NONE, new Map([[0, 10]]))).toEqual([20, 20])
})

test('takes nothing twice that is merged while it asks', async () => {
  const { promise, resolve } = Promise.withResolvers<Notes>()
  const unmerged = new Unmerged(() => promise)
  const refreshed = unmerged.refresh(1, NONE)
  expect(positionsOf(unmerged, new Map([[0, 20]]))).toEqual([])
  resolve({ from: 0, to: 30, notes: [10, 20, 30].map(note) })
  await refreshed
  expect(positionsOf(unmerged, new Map([[0, 20]]))).toEqual([30])
})

test('passes over a Hail that is silent or fails, waits for nobody long, and asks it again', async () => {
  vi.useRealTimers()
  let isUp = false
  const unmerged = new Unmerged(async (shard, from) => {
    if (shard === 1 && !isUp) await scheduler.wait(600)
    if (shard === 2 && !isUp) throw new Error('away')
    return { from, to: shard + 1, notes: [note(shard + 1)] }
  })
  const start = Date.now()
  await unmerged.refresh(3, NONE)
  expect(Date.now() - start).toBeLessThan(500)
  expect(positionsOf(unmerged)).toEqual([1])
  isUp = true
  await scheduler.wait(1_000)
  await unmerged.refresh(3, NONE)
  expect(positionsOf(unmerged).toSorted((a, b) => a - b)).toEqual([1, 2, 3])
})
