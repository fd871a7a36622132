import { expect, test } from 'vitest'
import { tried } from './tried'

/** Alone it takes a few seconds; machines may be busy. */
const PATIENCE_MS = 120_000

/** What the bench holds many runs to, few that are always alike are held to nearly: what makes a policy worse shows. */
test.each<[world: string, runs: number, most: number]>([
  ['a, thompson', 70, 0.155],
  ['a-long, thompson', 40, 0.235],
  ['d, thompson', 20, 0.55],
  ['e, thompson', 2, 0.5],
])(
  'loses little in world %s',
  (world, runs, most) => {
    const [regret] = tried(world, runs)
    expect(regret).toBeLessThan(most)
  },
  PATIENCE_MS,
)

test('loses as much by a split as by serving all alike', () => {
  const [regret] = tried('a, split', 10)
  expect(Math.abs(regret! - 1)).toBeLessThan(0.03)
})
