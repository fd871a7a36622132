/** Logs of other Graupels: each slice is taken once, whatever comes again and wherever it breaks. */
import { evictDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { SourceSlice } from '../../../worker/hail/sources'
import { breaks, madeSite, query, rows, view } from '../objects'

/** A slice of views, one for each position between its ends. */
function slice(from: number, to: number, changes: Partial<SourceSlice> = {}): SourceSlice {
  const entries = Array.from({ length: Math.min(to - from, 20) }, (_, i) => {
    const { id: _id, ...entry } = view(from + i)
    return entry
  })
  return { source: 'a@1/0', generation: 'g', from, to, via: ['a@1'], entries, ...changes }
}

test('takes slice by slice, and shows them in the next answer', async () => {
  const { hail, total } = await madeSite()
  expect(await hail().cursorOf('a@1/0', 'g')).toBe(0)
  expect(await hail().receive(slice(0, 5))).toEqual({ cursor: 5 })
  expect(await hail().receive(slice(5, 7))).toEqual({ cursor: 7 })
  expect(await total()).toBe(7)
  await hail().merge()
  expect(await total()).toBe(7)
  expect(await hail().cursorOf('a@1/0', 'g')).toBe(7)
})

test.each([
  ['that comes again', 0, 5],
  ['from before the cursor', 3, 8],
  ['from after the cursor', 6, 8],
])('changes nothing for a slice %s, and says where it is', async (_, from, to) => {
  const { hail, total } = await madeSite()
  await hail().receive(slice(0, 5))
  for (const isEvicted of [false, true]) {
    if (isEvicted) await evictDurableObject(hail())
    expect(await hail().receive(slice(from, to))).toEqual({ cursor: 5 })
    expect(await total()).toBe(5)
  }
})

test('counts one of many that come at once', async () => {
  const { hail, total } = await madeSite()
  const taken = await Promise.all(Array.from({ length: 10 }, () => hail().receive(slice(0, 5))))
  expect(taken).toEqual(new Array(10).fill({ cursor: 5 }))
  expect(await total()).toBe(5)
})

test('keeps sources apart, and a log that began anew from the one before', async () => {
  const { hail, total } = await madeSite()
  for (const other of [{}, { source: 'a@1/1' }, { source: 'b@1/0' }, { generation: 'h' }]) {
    expect(await hail().receive(slice(0, 3, other))).toEqual({ cursor: 3 })
  }
  expect(await total()).toBe(12)
})

test.each([['INSERT ON source'], ['UPDATE ON source'], ['INSERT ON log'], ['INSERT ON source_gap']])(
  'is exact after a crash at %s',
  async (statement) => {
    const { hail, total } = await madeSite()
    await hail().receive(slice(0, 3, { gap: [0, 1] }))
    const [log] = await query<{ name: string }>(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
    const mend = await breaks(hail(), statement.replace(/ log$/, ` ${log!.name}`))
    // What breaks at one that is new breaks at one that is known, but for the row that tells them apart.
    const next = statement.startsWith('INSERT ON source') ? slice(0, 4, { generation: 'h', gap: [0, 1] }) : slice(3, 7)
    const [failed] = await Promise.allSettled([hail().receive(next)])
    expect(failed?.status).toBe('rejected')
    expect(await total()).toBe(3)
    const own = await hail()
      .append([view(99)])
      .then(
        () => 1,
        () => 0,
      )
    await evictDurableObject(hail())
    expect(await total()).toBe(3 + own)
    await mend()
    expect(await hail().receive(next)).toEqual({ cursor: next.to })
    expect(await hail().receive(next)).toEqual({ cursor: next.to })
    expect(await total()).toBe(3 + own + 4)
  },
)

test('moves on by a slice without events, and names what is missing', async () => {
  const { hail, total } = await madeSite()
  expect(await hail().receive(slice(0, 8, { entries: [], gap: [0, 8] }))).toEqual({ cursor: 8 })
  expect(await total()).toBe(0)
  expect(await hail().status()).toMatchObject({
    sources: [{ source: 'a@1/0', cursor: 8, events: 0 }],
    gaps: [{ source: 'a@1/0', start: 0, until: 8 }],
  })
})

test('shows how a generation begins and not all of it, by which anybody could move the cursor', async () => {
  const { hail } = await madeSite()
  const generation = crypto.randomUUID()
  await hail().receive(slice(0, 3, { generation }))
  expect((await hail().status()).sources).toMatchObject([{ source: 'a@1/0', generation: generation.slice(0, 8) }])
})

test('shows the latest hundred of gaps: whoever may send slices may name any number', async () => {
  const { hail } = await madeSite()
  for (let i = 0; i < 105; i++) await hail().receive(slice(i, i + 1, { entries: [], gap: [i, i + 1] }))
  const { gaps = [] } = await hail().status()
  expect([gaps.length, gaps[0]]).toEqual([100, { source: 'a@1/0', start: 104, until: 105 }])
})

test('is shown at /spy and merged by the alarm like what came by itself', async () => {
  const { hail, whale } = await madeSite()
  await hail().receive(slice(0, 3))
  expect((await whale().spy({ wanted: '*', count: 10 })).events).toHaveLength(3)
  await hail().merge()
  expect((await whale().status()).shards).toMatchObject([{ events: 3 }])
})

test('writes nothing where a cursor is asked for', async () => {
  const { hail } = await madeSite()
  expect(await hail().cursorOf('a@1/0', 'g')).toBe(0)
  expect(await rows(hail(), 'sqlite_master')).toBe(0)
})
