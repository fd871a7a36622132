import { expect, test } from 'vitest'
import { tried } from './tried'

/** Alone it takes a few seconds; machines may be busy. */
const PATIENCE_MS = 120_000

test.each<[world: string, runs: number, most: number]>([
  ['c strong, contextual', 8, 0.21],
  ['c weak, contextual', 8, 0.28],
  ['c none, contextual', 8, 0.12],
])(
  'loses little in world %s',
  (world, runs, most) => {
    const [regret] = tried(world, runs)
    expect(regret).toBeLessThan(most)
  },
  PATIENCE_MS,
)

test(
  'loses half of what it would where it did not look at contexts',
  () => {
    const [contextual, thompson] = ['contextual', 'thompson'].map((policy) => tried(`c strong, ${policy}`, 6)[0]!)
    expect(contextual! / thompson!).toBeLessThan(0.6)
  },
  PATIENCE_MS,
)
