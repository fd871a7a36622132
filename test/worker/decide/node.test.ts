import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decided, type Kind, type Moments, rewarded } from '../../../worker/decide/moments'
import { Node } from '../../../worker/decide/node'
import { NewerRecord } from '../../../worker/decide/record'

const DAY = 86_400_000

test('an event fades by half in a half-life', () => {
  const node = new Node('rate', 2, DAY)
  for (const at of [0, DAY / 2, DAY]) node.add(0, decided(), at)
  expect(node.read(DAY)[0]!.n).toBeCloseTo(2.2071067812, 9)
  expect(node.read(2 * DAY)[0]!.n).toBeCloseTo(2.2071067812 / 2, 9)
})

test('without a half-life nothing fades', () => {
  const node = new Node('rate', 2, null)
  node.add(1, decided(), 0)
  expect(node.read(1e15)[1]!.n).toBe(1)
})

test('squares are of a decision as a whole, in however many parts it earned and cost', () => {
  const [whole, parts] = [new Node('ratio', 1, null), new Node('ratio', 1, null)]
  whole.add(0, rewarded({ x: 5, y: 3 }, { x: 0, y: 2 }), 0)
  parts.add(0, rewarded({ x: 3, y: 1 }, { x: 0, y: 2 }), 0)
  parts.add(0, rewarded({ x: 2, y: 2 }, { x: 3, y: 3 }), 0)
  expect(parts.read(0)).toEqual(whole.read(0))
})

interface Step {
  arm: number
  moments: Moments
  at: number
}
const whole = fc.integer({ min: -1000, max: 1000 })
const at = fc.integer({ min: 0, max: 100 * DAY })
const cost = fc.integer({ min: 0, max: 50 })
const worth = fc.record({ x: whole, y: cost })
const step: fc.Arbitrary<Step> = fc.record({
  arm: fc.integer({ min: 0, max: 2 }),
  moments: fc.oneof(
    cost.map(decided),
    fc.tuple(worth, worth).map((values) => rewarded(...values)),
  ),
  at,
})
const steps = fc.array(step, { maxLength: 30 })
const nodeOf = (list: readonly Step[], halfLife: number | null, kind: Kind = 'ratio') => {
  const node = new Node(kind, 3, halfLife)
  for (const { arm, moments, at } of list) node.add(arm, moments, at)
  return node
}
const merged = (...nodes: Node[]) => {
  const all = new Node('ratio', 3, nodes[0]!.halfLife)
  for (const node of nodes) all.merge(node)
  return all
}

describe('of whole numbers', () => {
  test('the order of what is added leaves no trace', () => {
    fc.assert(
      fc.property(steps, (list) => {
        expect(nodeOf(list.toReversed(), null).encode()).toEqual(nodeOf(list, null).encode())
      }),
    )
  })

  test('merging is associative and commutative, and the same as adding', () => {
    fc.assert(
      fc.property(steps, steps, steps, (a, b, c) => {
        const [A, B, C] = [a, b, c].map((list) => nodeOf(list, null)) as [Node, Node, Node]
        const all = nodeOf([...a, ...b, ...c], null).encode()
        expect(merged(merged(A, B), C).encode()).toEqual(all)
        expect(merged(A, merged(C, B)).encode()).toEqual(all)
      }),
    )
  })
})

test('with a half-life order and split leave no trace but of rounding', () => {
  fc.assert(
    fc.property(steps, steps, (a, b) => {
      const now = 101 * DAY
      const all = nodeOf([...a, ...b], DAY).read(now)
      for (const other of [nodeOf([...b, ...a].toReversed(), DAY), merged(nodeOf(b, DAY), nodeOf(a, DAY))]) {
        for (const [arm, moments] of other.read(now).entries()) {
          const { xx, n, x } = all[arm]!
          expect(Math.abs(moments.xx - xx)).toBeLessThanOrEqual(1e-12 * Math.max(1e6, xx))
          expect(Math.abs(moments.n - n)).toBeLessThanOrEqual(1e-12 * 30)
          expect(Math.abs(moments.x - x)).toBeLessThanOrEqual(1e-12 * 30_000)
        }
      }
    }),
  )
})

test.each([
  ['rate', 24],
  ['ratio', 56],
] as const)('a %s takes no more than %i bytes an arm, and comes back from them', (kind, most) => {
  fc.assert(
    fc.property(steps, fc.constantFrom(null, DAY), (list, halfLife) => {
      const node = nodeOf(
        list.map((each) => (kind === 'rate' ? { ...each, moments: decided() } : each)),
        halfLife,
        kind,
      )
      const bytes = node.encode()
      expect(bytes.length).toBeLessThanOrEqual(3 * most)
      const back = new Node(kind, 3, halfLife).decode(bytes)
      expect(back.encode()).toEqual(bytes)
      expect(back.read(101 * DAY)).toEqual(node.read(101 * DAY))
    }),
  )
})

test('one of a newer version is not read', () => {
  const bytes = new Node('rate', 2, null).encode()
  bytes[0] = 2
  expect(() => new Node('rate', 2, null).decode(bytes)).toThrow(NewerRecord)
})
