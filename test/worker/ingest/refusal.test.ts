import { expect, test } from 'vitest'
import { refusals, tally } from '../../../worker/ingest/refusal'

test.each(Object.entries(refusals))(
  '%s says in one sentence what it is, and in one how to mend it',
  (_, { why, mend }) => {
    for (const sentence of [why, mend]) expect(sentence).toMatch(/^[A-Z][^.!?]*[.]$/)
  },
)

test('are told summed, the most frequent first, and without what nobody here has words for', () => {
  const told = tally([
    ['bot', 2],
    ['forged', 3],
    ['', 9],
    ['of-the-next-version', 9],
    ['toString', 9],
    ['bot', 2],
  ])
  expect(told.map(({ reason, events }) => [reason, events])).toEqual([
    ['bot', 4],
    ['forged', 3],
  ])
  expect(told[0]).toMatchObject(refusals.bot)
})
