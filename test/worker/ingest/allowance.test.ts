import { expect, test } from 'vitest'
import { Allowance } from '../../../worker/ingest/allowance'

const MINUTE = 60_000
const portion = (amount: number, name = 'a') => ({ name, amount, of: 60 })

/** What is asked for at each second, and how long it would have to wait. */
function waits(asked: [second: number, amount: number][]): number[] {
  const allowance = new Allowance(MINUTE, 10)
  return asked.map(([second, amount]) => {
    const wait = allowance.wait(portion(amount), second * 1000)
    if (!wait) allowance.take(portion(amount), second * 1000)
    return wait
  })
}

test.each<[string, [second: number, amount: number][], number[]]>([
  ['all of a window at once', [[0, 60]], [0]],
  [
    'not one more',
    [
      [0, 60],
      [0, 1],
    ],
    [0, 1000],
  ],
  [
    'not more in parts',
    [
      [0, 20],
      [0, 20],
      [0, 20],
      [0, 20],
    ],
    [0, 0, 0, 20_000],
  ],
  [
    'one more when its time has come',
    [
      [0, 60],
      [1, 1],
      [1, 1],
    ],
    [0, 0, 1000],
  ],
  [
    'what is refused without making anybody wait longer',
    [
      [0, 60],
      [0, 5],
      [0, 5],
      [5, 5],
    ],
    [0, 5000, 5000, 0],
  ],
  [
    'all of it again after a window, and no more for having waited',
    [
      [0, 60],
      [600, 60],
      [600, 1],
    ],
    [0, 0, 1000],
  ],
  [
    'as before where the clock is set back',
    [
      [600, 60],
      [0, 1],
    ],
    [0, 1000],
  ],
])('allows %s', (_, asked, expected) => {
  expect(waits(asked)).toEqual(expected)
})

test('tells each apart, and asking takes nothing', () => {
  const allowance = new Allowance(MINUTE, 10)
  allowance.take(portion(60), 0)
  expect(allowance.wait(portion(1), 0)).toBe(1000)
  expect(allowance.wait(portion(60, 'b'), 0)).toBe(0)
  expect(allowance.wait(portion(60, 'b'), 0)).toBe(0)
})

test('gives back what was not had', () => {
  const allowance = new Allowance(MINUTE, 10)
  allowance.take(portion(60), 0)
  allowance.back(portion(2))
  expect(allowance.wait(portion(2), 0)).toBe(0)
  expect(allowance.wait(portion(3), 0)).toBe(1000)
  allowance.back(portion(2, 'stranger'))
  expect(allowance.wait(portion(61, 'stranger'), 0)).toBe(1000)
})

test('forgets whom it has not seen for longest', () => {
  const allowance = new Allowance(MINUTE, 2)
  for (const name of ['a', 'b', 'c']) allowance.take(portion(60, name), 0)
  expect(['a', 'b', 'c'].map((name) => allowance.wait(portion(1, name), 0))).toEqual([0, 1000, 1000])
})
