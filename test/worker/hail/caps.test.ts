import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Entry } from '../../../worker/hail/log'
import { breaks, madeSite, query, rows, view } from '../objects'

const DAY = 24 * 3_600_000

afterEach(() => {
  vi.useRealTimers()
})

/** A view by a capped pixel, with an id made of a number, or with none. */
const capped = (number: number | undefined, most: number, { name = 'AAAAAAAAAAAAAAAA', until = 0 } = {}): Entry => {
  const { id, ...entry } = view(number ?? 0)
  return { ...entry, ...(number !== undefined && { id }), cap: { name, most, until } }
}

/** How many of several receipts said that the cap was spent. */
const spent = (receipts: { refused?: Record<number, string> }[]) =>
  receipts.flatMap(({ refused = {} }) => Object.values(refused)).filter((reason) => reason === 'spent').length

const caps = (stub: Parameters<typeof query>[0]) =>
  query<{ name: string; used: number; until: number }>(stub, `SELECT * FROM cap ORDER BY name`)

describe('a cap', () => {
  test.each([1, 7, 60])('of %i counts so many of two hundred that come at once, and no more', async (most) => {
    const { hail, total } = await madeSite()
    const receipts = await Promise.all(Array.from({ length: 200 }, () => hail().append([capped(undefined, most)])))
    expect(spent(receipts)).toBe(200 - most)
    expect(await total()).toBe(most)
    await evictDurableObject(hail())
    expect(spent([await hail().append([capped(undefined, most)])])).toBe(1)
    expect(await total()).toBe(most)
  })

  test('is spent by many that come in one batch, in their order', async () => {
    const { hail } = await madeSite()
    const batch = [1, 2, 3, 4].map((number) => capped(number, 2))
    expect(await hail().append(batch)).toEqual({
      duplicates: [false, false, false, false],
      refused: { 2: 'spent', 3: 'spent' },
    })
  })

  test('is not spent by a duplicate, in a batch, while it waits or later', async () => {
    const { hail, total } = await madeSite()
    const receipts = await Promise.all([
      hail().append([capped(1, 2), capped(1, 2)]),
      ...Array.from({ length: 20 }, () => hail().append([capped(1, 2)])),
    ])
    expect(spent(receipts)).toBe(0)
    await hail().merge()
    await evictDurableObject(hail())
    expect(await hail().append([capped(1, 2), capped(2, 2)])).toEqual({ duplicates: [true, false] })
    expect(await total()).toBe(2)
    // What is known is a duplicate still; only what is new is too much.
    expect(await hail().append([capped(1, 2), capped(3, 2)])).toEqual({
      duplicates: [true, false],
      refused: { 1: 'spent' },
    })
  })

  test('leaves no id of what it refused: with a higher cap the same event would count', async () => {
    const { hail, total } = await madeSite()
    await hail().append([capped(1, 1), capped(2, 1)])
    expect(await hail().append([view(2)])).toEqual({ duplicates: [false] })
    expect(await total()).toBe(2)
  })

  test('is each pixel’s own', async () => {
    const { hail, total } = await madeSite()
    await hail().append([capped(1, 1), capped(2, 1, { name: 'BBBBBBBBBBBBBBBB' }), view(3)])
    expect(await total()).toBe(3)
    expect(await caps(hail())).toMatchObject([
      { name: 'AAAAAAAAAAAAAAAA', used: 1 },
      { name: 'BBBBBBBBBBBBBBBB', used: 1 },
    ])
  })

  test.each(['INSERT ON cap', 'LOG'])('is given back by a commit that failed, at %s', async (place) => {
    const { hail, total } = await madeSite()
    await hail().append([capped(1, 3)])
    const [log] = await query<{ name: string }>(hail(), `SELECT name FROM sqlite_master WHERE name GLOB 'log_*'`)
    const mend = await breaks(hail(), place === 'LOG' ? `INSERT ON ${log!.name}` : place)
    const results = await Promise.allSettled([2, 3, 3].map((number) => hail().append([capped(number, 3)])))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await mend()
    expect(await total()).toBe(1)
    expect(await hail().append([capped(2, 3), capped(3, 3), capped(4, 3)])).toEqual({
      duplicates: [false, false, false],
      refused: { 2: 'spent' },
    })
    expect(await total()).toBe(3)
    expect(await caps(hail())).toMatchObject([{ used: 3 }])
  })

  test('that can’t be read acknowledges nothing, and remembers no id', async () => {
    const { hail } = await madeSite()
    await hail().append([capped(1, 2)])
    await runInDurableObject(
      hail(),
      (_, { storage }) => void storage.sql.exec(`ALTER TABLE cap RENAME COLUMN used TO gone`),
    )
    const [result] = await Promise.allSettled([hail().append([capped(2, 2)])])
    expect(result.status).toBe('rejected')
    await runInDurableObject(
      hail(),
      (_, { storage }) => void storage.sql.exec(`ALTER TABLE cap RENAME COLUMN gone TO used`),
    )
    expect(await hail().append([capped(2, 2)])).toEqual({ duplicates: [false] })
  })

  test('writes one row a pixel and commit, however many it counts', async () => {
    const { hail } = await madeSite()
    await hail().append([capped(1, 9)])
    const written = (entries: Entry[]) =>
      runInDurableObject(hail(), async (object, { storage }) => {
        const changes = () => storage.sql.exec<{ n: number }>(`SELECT total_changes() AS n`).one().n
        const before = changes()
        await object.append(entries)
        return changes() - before
      })
    const plain = await written([view(10), view(11), view(12)])
    expect(await written([2, 3, 4].map((number) => capped(number, 9)))).toBe(plain + 1)
  })

  test('is kept as long as its pixel may count, and for ever where that has no end', async () => {
    const { hail } = await madeSite()
    const now = Date.now()
    await hail().append([
      capped(1, 1, { name: 'ends', until: now + DAY }),
      capped(2, 1, { name: 'ends later', until: now + 5 * DAY }),
      capped(3, 1, { name: 'never' }),
    ])
    await hail().merge()
    for (const [days, left] of [
      [1.5, 3],
      [2.5, 2],
      [9, 1],
    ] as const) {
      vi.useFakeTimers({ toFake: ['Date'], now: now + days * DAY })
      await hail().tidy()
      expect([days, await rows(hail(), 'cap')]).toEqual([days, left])
    }
    expect(spent([await hail().append([capped(9, 1, { name: 'never' })])])).toBe(1)
  })

  test('makes no table where there is none', async () => {
    const { hail } = await madeSite()
    await hail().append([view(1)])
    expect(await query(hail(), `SELECT name FROM sqlite_master WHERE name = 'cap'`)).toEqual([])
  })
})
