import { expect, test } from 'vitest'
import { definitionsOf, derivedOf } from '../../../worker/rollup/derived'

const PROFIT = { plus: ['dollars'], minus: ['cost'] }

test.each([
  [PROFIT],
  [{ plus: ['max(heat)', '1'] }],
  [{ plus: ['hits'], per: { plus: ['sessions'], minus: ['engaged'] } }],
  [{ plus: ['visitors'], per: { plus: ['hits'] } }],
])('takes %j as it is', (definition) => {
  expect(derivedOf(definition)).toEqual(definition)
})

test.each<[unknown, string]>([
  [undefined, 'plus is missing'],
  [[], 'plus is missing'],
  [{}, 'plus must be a list of names'],
  [{ plus: [] }, 'plus must be a list of names'],
  [{ plus: [1] }, 'plus must be a list of names'],
  [{ plus: ['a'], minus: 'b' }, 'minus must be a list of names'],
  [{ plus: ['a'], per: 'b' }, 'per must be an object'],
  [{ plus: ['a'], per: {} }, 'per.plus must be a list of names'],
  [{ plus: ['a'], times: ['b'] }, 'times is not known'],
  [{ plus: ['a/b'] }, 'plus has a name that is empty or holds /'],
  [{ plus: [''] }, 'plus has a name that is empty'],
  [{ plus: ['median(a)'] }, 'a function that there is not'],
  [{ plus: ['ü'.repeat(129)] }, 'longer than 256 bytes'],
  [{ plus: Array.from({ length: 17 }, () => 'a') }, 'more than 16 names'],
])('refuses %j: %s', (definition, problem) => {
  expect(derivedOf(definition)).toEqual({ problem: expect.stringContaining(problem) })
})

test.each<[unknown, string]>([
  ['profit', 'metrics must be an object'],
  [{ hits: PROFIT }, 'metrics.hits has a meaning already'],
  [{ bounce_rate: PROFIT }, 'metrics.bounce_rate has a meaning already'],
  [{ visitors: PROFIT }, 'metrics.visitors has a meaning already'],
  [{ days: PROFIT }, 'metrics.days has a meaning already'],
  [{ 12.5: PROFIT }, 'metrics.12.5 has a meaning already'],
  [{ 'max(x)': PROFIT }, 'metrics.max(x) has a meaning already'],
  [{ 'a/b': PROFIT }, 'metrics.a/b has a name that is empty or holds /'],
  [{ profit: { plus: [] } }, 'metrics.profit.plus must be'],
  [{ profit: PROFIT, net: { plus: ['profit'] } }, 'metrics.net is made of "profit"'],
  [{ net: { plus: ['hits'], per: { plus: ['bounce_rate'] } } }, 'metrics.net is made of "bounce_rate"'],
  [Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}`, PROFIT])), 'metrics has more than 64 names'],
])('refuses definitions such as %j: %s', (definitions, problem) => {
  expect(definitionsOf(definitions)).toEqual({ problem: expect.stringContaining(problem) })
})

test('takes 64 definitions, and none', () => {
  const most = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`m${i}`, PROFIT]))
  expect(definitionsOf(most)).toEqual(most)
  expect(definitionsOf({})).toEqual({})
})
