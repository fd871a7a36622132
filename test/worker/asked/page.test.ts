import * as v from 'valibot'
import { expect, test } from 'vitest'
import { PageQuery } from '../../../worker/asked/page'

test.each(['bad', '7', '["headline"]', '["headline","short"]', '[7,[]]', '["headline",[],{"unit":7}]'])(
  'says how a page asks to who asks %s',
  (q) => {
    const { issues } = v.safeParse(PageQuery, { q })
    expect(issues?.map(({ message }) => message)).toEqual([
      'must be a list of the decision, its options and what is known, as ["headline", ["short", "long"], {}]',
    ])
  },
)

test('leaves to who decides what the options are', () => {
  expect(v.parse(PageQuery, { q: '["headline",["short","long"]]' })).toEqual({ q: ['headline', ['short', 'long'], {}] })
})
