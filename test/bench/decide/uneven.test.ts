import { expect, test } from 'vitest'
import { tried } from './tried'

/** Alone it takes a few seconds; machines may be busy. */
const PATIENCE_MS = 120_000

/** Of a hundred runs in which one in twenty may be wrong, ten are as good as impossible. */
const MOST_WRONG = 10

test.each<[floor: string, runs: number]>([
  ['.02', 60],
  ['.1', 40],
])(
  'tells equals apart no more often than it says under Thompson sampling with a floor of %s',
  (floor, runs) => {
    const [wrong, , covered, mismatched] = tried(`uneven ${floor}`, runs)
    expect(wrong).toBeLessThan(MOST_WRONG)
    expect(covered).toBeGreaterThan(88)
    expect(mismatched).toBe(0)
  },
  PATIENCE_MS,
)

test(
  'tells how far arms differ that are served unevenly',
  () => {
    const [wrong, , covered] = tried('uneven differing', 40)
    expect(wrong).toBeLessThan(MOST_WRONG)
    expect(covered).toBeGreaterThan(88)
  },
  PATIENCE_MS,
)
