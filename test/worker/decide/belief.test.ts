import { expect, test } from 'vitest'
import { beliefs } from '../../../worker/decide/belief'
import { ofRate } from '../../../worker/decide/moments'
import { turned } from '../../../worker/decide/posterior'

test('failures that are rare are known as little as rewards that are rare', () => {
  const few = [
    [100, 0],
    [100, 1],
    [40, 0],
  ] as const
  const rewards = beliefs(
    'rate',
    few.map(([n, x]) => ofRate(n, x)),
  )
  const failures = beliefs(
    'rate',
    few.map(([n, x]) => ofRate(n, n - x)),
  )
  for (const [i, { posterior, noise }] of failures.entries()) {
    expect(turned(posterior, -1)).toEqual(rewards[i]!.posterior)
    expect(noise * rewards[i]!.noise).toBeCloseTo(1, 12)
  }
})
