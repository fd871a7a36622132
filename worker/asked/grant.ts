/** What may be handed out: pixels and shares, and which keys may be taken back. */
import * as v from 'valibot'
import { exactly, flag, made, maybe, origins, seconds, someTexts, text, texts, whole } from '../../sdk/wire/member'
import { ORIGINS, WISH } from '../../sdk/wire/minting'
import { INTERVALS } from '../../sdk/wire/query'
import { DEPTH } from '../ingest/limits'
import type { Versions } from '../ingest/settings'
import { metricsOf, pathOf, typeIn } from './words'

/** Pixels of one call: some 30 ms of work, and an answer of 200 KB. More are several calls, or minted offline. */
const MOST_AT_ONCE = 1_000
/** `/totals` answers all of them at once. */
const MOST_PERIODS = 16
const NAME_CHARACTERS = 100

export const NewPixel = exactly({
  ...WISH,
  count: maybe(whole(1, MOST_AT_ONCE), 'So many pixels, which stand in no list.'),
})

const intervals = () =>
  v.pipe(
    v.array(
      v.picklist(
        INTERVALS,
        ({ input }) => `has ${JSON.stringify(input).slice(0, 80)}, which is not one of ${INTERVALS.join(', ')}`,
      ),
      'must be a list of intervals',
    ),
    v.nonEmpty('must name at least one; leave it out for no limit'),
    v.maxLength(INTERVALS.length, `has more than ${INTERVALS.length} items`),
  )

/** Each in the one spelling in which it is compared later. */
export const NewShare = exactly({
  type: maybe(
    v.pipe(
      text(),
      made((name) => typeIn(JSON.stringify(name))),
    ),
    'This type and those below it.',
  ),
  dimension: maybe(
    v.pipe(
      texts(DEPTH),
      made((names: string[]) => pathOf(names)),
    ),
    'This path and those below it.',
  ),
  metrics: maybe(
    v.pipe(
      someTexts(),
      made((names: string[]) => metricsOf(names)),
    ),
    'These metrics, each as it is asked.',
  ),
  periods: maybe(someTexts(MOST_PERIODS), 'Periods within one of which all that is read must lie.'),
  intervals: maybe(intervals(), 'These intervals.'),
  origins: maybe(
    v.pipe(origins(ORIGINS), v.nonEmpty('must name at least one; leave it out for no limit')),
    'Hosts, origins or `*.host` whose pages may show it.',
  ),
  allowMissing: maybe(flag(), 'With `origins`: whether who names no page may read, too.'),
  expires: maybe(seconds(), 'When it ends; 0 for never.'),
  name: maybe(text(NAME_CHARACTERS), 'A label in the list.'),
})
export type NewShare = v.InferOutput<typeof NewShare>

/** A bearer key goes alone; with the key of pixels or shares goes all that was minted with it. */
const REVOCABLE = ['write', 'read', 'pixel', 'share'] as const satisfies (keyof Versions)[]

export const Revocation = exactly({
  revoke: v.pipe(
    v.picklist(REVOCABLE, `must be one of ${REVOCABLE.join(', ')}`),
    v.description('The key that is taken out of use.'),
  ),
})
