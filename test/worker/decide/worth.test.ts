import { expect, test } from 'vitest'
import { sumOf, worthOf } from '../../../worker/decide/worth'

const rate = { kind: 'rate', num: 'reward', den: 'hits' } as const
const order = { kind: 'ratio', num: 'earned', den: 'hits' } as const
const ads = { kind: 'ratio', num: 'earned', den: 'spent' } as const

test.each([
  ['converts', rate, { reward: 1 }, undefined, 1, 0],
  ['converts once, be it worth more', rate, { reward: 7.5 }, undefined, 1, 0],
  ['converts by any goal', rate, {}, 'signup', 1, 0],
  ['converts by its own goal', { ...rate, by: 'signup' }, {}, 'signup', 1, 0],
  ['is none by another goal', { ...rate, by: 'signup' }, { reward: 1 }, 'click', 0, 0],
  ['is none by no goal', { ...rate, by: 'signup' }, { reward: 1 }, undefined, 0, 0],
  ['is none by a loss', rate, { reward: -1 }, undefined, 0, 0],
  ['is none by another metric', rate, { earned: 5 }, undefined, 0, 0],
  ['earns', order, { earned: 5, spent: 3 }, 'any', 5, 0],
  ['loses', order, { earned: -5 }, undefined, -5, 0],
  ['earns and costs', ads, { earned: 5, spent: 3 }, undefined, 5, 3],
  ['only costs', ads, { spent: 3 }, undefined, 0, 3],
  ['costs whatever its goal', { ...ads, by: 'order' }, { earned: 5, spent: 3 }, 'click', 0, 3],
  ['earns and costs nothing of what every object has', { ...ads, num: 'constructor', den: '__proto__' }, {}, 'a', 0, 0],
] as const)('a reward %s', (_, definition, metrics, goal, x, y) => {
  expect(worthOf(definition, metrics, goal)).toEqual({ x, y })
})

test.each([
  ['one decision, unless more are said', rate, { reward: 1 }, { n: 1, x: 1, y: 1 }],
  ['a reward without a decision', rate, { hits: 0, reward: 1 }, { n: 0, x: 1, y: 0 }],
  ['many at once', rate, { hits: 100, reward: 7 }, { n: 100, x: 7, y: 100 }],
  ['no more conversions than decisions', rate, { hits: 10, reward: 70 }, { n: 10, x: 10, y: 10 }],
  ['what was earned by what was spent', ads, { earned: 5, spent: 3 }, { n: 1, x: 5, y: 3 }],
] as const)('an outcome is of %s', (_, definition, metrics, sum) => {
  expect(sumOf(definition, metrics)).toEqual(sum)
})
