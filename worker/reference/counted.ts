/** The shapes of what senders of events are told. */
import * as v from 'valibot'
import { about, may, whole } from './words'

export const Counted = v.strictObject({
  accepted: whole(),
  duplicates: about(whole(), 'Counted before, by their `id`.'),
  refused: whole(),
  notDeduplicated: may(whole(), 'How many had no `id`.'),
})

export const Config = about(
  v.strictTuple([v.number(), v.number(), v.string(), v.number(), v.string(), v.number(), v.number()]),
  'What a sender of beacons must know of the site; specified in `sdk/wire`.',
)
