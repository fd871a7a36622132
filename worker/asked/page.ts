/** What the script asks for a page, in one parameter: `["headline", ["short", "long"], {"dimensions": {"country": "US"}}]`. */
import * as v from 'valibot'
import type { Dimensions } from '../../sdk/wire/event'
import { may, query, read } from './parameter'
import { json } from './words'

/** `/decide` looks at each of them, and what it does not take is left out. */
const Question = v.tuple([
  v.string(),
  v.array(v.unknown()),
  v.optional(
    v.object({
      by: v.optional(v.string()),
      dimensions: v.optional(v.custom<Dimensions>(() => true)), // JSON holds nothing else.
      unit: v.optional(v.string()),
      policy: v.optional(v.string()),
    }),
    {},
  ),
])
export type Question = v.InferOutput<typeof Question>

const UNREADABLE =
  'must be a list of the decision, its options and what is known, as ["headline", ["short", "long"], {}]'

export const PageQuery = query({
  q: may(
    read<Question>(
      (text) => {
        const { success, output } = v.safeParse(Question, json(text), { abortEarly: true })
        return success ? { value: output } : { problem: UNREADABLE }
      },
      { type: 'array' },
    ),
    'What the script asks `/decide`, as JSON: the decision, its options, and what the page says beside them.',
    '["headline",["short","long"],{"dimensions":{"country":"US"}}]',
  ),
})
