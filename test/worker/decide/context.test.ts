import { expect, test } from 'vitest'
import { contextOf, valuesOf } from '../../../worker/decide/context'

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
