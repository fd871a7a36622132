import * as v from 'valibot'
import { expect, test } from 'vitest'
import { named, unfitIn } from '../../../sdk/wire/member'

const schema = named(v.number('must be a number'), 'must be an object of numbers')

test.each(['{}', '{"a":1,"":2}', '{"constructor":1,"prototype":2,"toString":3}', '{"__proto__":1}'])(
  'every name is one: %s is read as it stands',
  (text) => {
    expect(JSON.stringify(v.parse(schema, JSON.parse(text)))).toBe(text)
  },
)

test.each([
  ['{"a":1,"b":"2"}', { field: 'b', message: 'must be a number' }],
  ['{"__proto__":"1"}', { field: '__proto__', message: 'must be a number' }],
  ['[1]', { field: '', message: 'must be an object of numbers' }],
  ['null', { field: '', message: 'must be an object of numbers' }],
  ['7', { field: '', message: 'must be an object of numbers' }],
])('of %s the first member that does not fit is named', (text, unfit) => {
  const { issues } = v.safeParse(schema, JSON.parse(text))
  expect(issues && unfitIn(issues)).toEqual(unfit)
})
