import { expect, test } from 'vitest'
import { refusals } from '../../../worker/ingest/refusal'

test.each(Object.entries(refusals))(
  '%s says in one sentence what it is, and in one how to mend it',
  (_, { why, mend }) => {
    for (const sentence of [why, mend]) expect(sentence).toMatch(/^[A-Z][^.!?]*[.]$/)
  },
)
