import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tail } from '../../../worker/decide/tail'
import { Random } from '../../random'

const tailOf = (rewards: readonly (readonly [hash: number, reward: number])[]) => {
  const tail = new Tail()
  for (const [hash, reward] of rewards) tail.add(hash, reward)
  return tail
}

test('knows nothing of too few', () => {
  const tail = tailOf([[0.1, 5]])
  expect(tail.quantile(0.99)).toBe(Number.POSITIVE_INFINITY)
  expect(tail.topShare).toBe(0)
})

test('knows the largest hundredth', () => {
  const random = new Random(1)
  const tail = tailOf(Array.from({ length: 10_000 }, (_, i) => [random.next(), i % 100 === 0 ? 1000 : 1] as const))
  expect(tail.quantile(0.5)).toBe(1)
  expect(tail.topShare).toBeGreaterThan(0.6)
  expect(tail.encode().length).toBeLessThan(33_000)
})

test('order, split and storage leave no trace', () => {
  const rewards = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 }), fc.integer({ min: 1, max: 100 })))
  fc.assert(
    fc.property(rewards, rewards, (a, b) => {
      const all = tailOf([...a, ...b]).encode()
      expect(tailOf([...a, ...b].toReversed()).encode()).toEqual(all)
      const parts = new Tail().decode(tailOf(b).encode())
      parts.merge(tailOf(a))
      expect(parts.encode()).toEqual(all)
    }),
  )
})

test('more than it keeps leave the same, in any order', () => {
  const random = new Random(7)
  const rewards = Array.from({ length: 2600 }, () => [random.next(), random.whole(1, 9)] as const)
  expect(tailOf(random.shuffled(rewards)).encode()).toEqual(tailOf(rewards).encode())
})

test('losses are as large as gains of as much', () => {
  const tail = new Tail()
  for (let i = 0; i < 1000; i++) tail.add(i / 1000, -1 - (i % 100))
  expect(tail.quantile(0.99)).toBe(100)
})
