import { expect, test } from 'vitest'
import { tried } from './tried'

/** Alone it takes a few seconds; machines may be busy. */
const PATIENCE_MS = 120_000

test.each<[world: string, runs: number, most: number]>([
  ['b, thompson', 25, 0.245],
  ['b heavy, thompson', 30, 0.465],
])(
  'loses little in world %s, where orders are far apart',
  (world, runs, most) => {
    const [regret] = tried(world, runs)
    expect(regret).toBeLessThan(most)
  },
  PATIENCE_MS,
)

test(
  'serves the same arms in cents, in dollars and in another country’s money',
  () => {
    expect(tried('units', 6)).toEqual([0])
  },
  PATIENCE_MS,
)
