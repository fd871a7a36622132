import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { type Entry, Log, positionAt } from '../../../worker/hail/log'
import { madeSite } from '../objects'

const HOUR = 3_600_000
const MINUTE = 60_000
const START = 500_000 * HOUR
const entry = (n: number): Entry => ({ bucket: 0, until: 0, text: JSON.stringify([n]) })

/** A log of three hours on a disk of its own: two rows in each. */
async function withLog<Result>(look: (log: Log) => Result): Promise<Result> {
  const { hail } = await madeSite()
  return runInDurableObject(hail(), (_, { storage }) => {
    const log = new Log(storage.sql, 0)
    for (const [n, after] of [0, 1, HOUR, HOUR + 1, 2 * HOUR, 2 * HOUR + 1].entries())
      log.append([entry(n)], START + after)
    return look(log)
  })
}
const texts = (log: Log, after: number) => [...log.newest(after)].map(({ text }) => text)

test('reads its rows newest first, through all hours, back to a position', async () => {
  await withLog((log) => {
    expect(texts(log, 0)).toEqual(['[[5]]', '[[4]]', '[[3]]', '[[2]]', '[[1]]', '[[0]]'])
    expect(texts(log, positionAt(START + HOUR))).toEqual(['[[5]]', '[[4]]', '[[3]]'])
    expect(texts(log, positionAt(START + HOUR - 1))).toEqual(['[[5]]', '[[4]]', '[[3]]', '[[2]]'])
    expect(texts(log, log.last)).toEqual([])
  })
})

test('keeps an hour until ten minutes after it, for live readers', async () => {
  await withLog((log) => {
    expect(log.drop(log.last, START + 2 * HOUR + 9 * MINUTE)).toBe(positionAt(START + HOUR) - 1)
    expect(texts(log, 0)).toHaveLength(4)
    expect(log.drop(log.last, START + 2 * HOUR + 10 * MINUTE)).toBe(positionAt(START + 2 * HOUR) - 1)
    expect(texts(log, 0)).toHaveLength(2)
  })
})
