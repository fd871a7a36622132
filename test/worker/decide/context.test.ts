import { expect, test } from 'vitest'
import { contextOf, valuesOf } from '../../../worker/decide/context'
import { decided } from '../../../worker/decide/moments'
import { State } from '../../../worker/decide/state'
import { definitionOf } from './definition'

const DIMENSIONS = ['country', 'device', 'browser']

test.each([
  [['SE', 'phone', 'Firefox'], { country: 'SE', device: 'phone', browser: 'Firefox' }],
  [[null, 'phone', null], { device: 'phone' }],
  [[null, null, null], {}],
])('values %j are %j, and back', (values, context) => {
  expect(contextOf(values, DIMENSIONS)).toEqual(context)
  expect(valuesOf(context, DIMENSIONS)).toEqual(values)
})

test('values of dimensions that there are none of any more, or not yet, say nothing', () => {
  expect(contextOf(['SE', 'phone', 'Firefox', 'x'], ['country'])).toEqual({ country: 'SE' })
  expect(contextOf(['SE'], DIMENSIONS)).toEqual({ country: 'SE' })
})

test('nothing is known of a dimension that is called as what every object has', () => {
  const odd = ['__proto__', 'constructor', 'toString']
  expect(valuesOf({}, odd)).toEqual([null, null, null])
  expect(valuesOf(contextOf(['a', 'b', 'c'], odd), odd)).toEqual(['a', 'b', 'c'])
  const state = new State(definitionOf({ dimensions: odd }))
  state.decide({ arm: 0, at: 0, context: {} }, decided())
  expect(odd.map((dimension) => state.branches.along(dimension).size)).toEqual([0, 0, 0])
  expect(state.branches.leafOf({})).toBeUndefined()
})
