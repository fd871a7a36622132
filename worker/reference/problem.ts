/** The shape of whatever went wrong, at any route: RFC 9457. */
import * as v from 'valibot'
import { about, may, text, whole } from './words'

export const Problem = v.strictObject({
  type: v.literal('about:blank'),
  title: about(text, "The status's name."),
  status: whole(),
  detail: about(text, 'What was wrong, in plain words.'),
  field: may(text, 'The parameter or member at fault, `keep.raw`.'),
})
