/** What is supposed of a request whose envelope is to be explained. */
import * as v from 'valibot'
import { exactly, maybe, named } from '../../sdk/wire/member'
import { BODY_BYTES } from '../ingest/limits'

/** A header's value; a real one is shorter. */
const CHARACTERS = 8_192

const line = v.pipe(v.string('must be a text'), v.maxLength(CHARACTERS, `is longer than ${CHARACTERS} characters`))
const envelope = v.pipe(v.string('must be a text'), v.maxLength(2 * BODY_BYTES, 'is longer than any request'))
const moment = v.pipe(v.number('must be unix milliseconds'), v.integer('must be unix milliseconds'))

export const Explaining = exactly({
  envelope: maybe(envelope, 'An envelope, a URL that holds one, or several as a POST holds them, a line each.'),
  page: maybe(v.pipe(line, v.url('must be a URL')), "The page's URL, or its origin."),
  agent: maybe(line, 'The user agent; an empty text is a request that names none.'),
  address: maybe(line, "The visitor's."),
  headers: maybe(named(line, 'must be an object of texts'), 'Other headers of the request, by name.'),
  at: maybe(moment, 'When it arrives, unix milliseconds; default now.'),
})
export type Explaining = v.InferOutput<typeof Explaining>
