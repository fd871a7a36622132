/** What Gimel's routes may be asked. */
import * as v from 'valibot'
import { ID_CHARACTERS } from '../ingest/limits'
import { site } from './graph'
import { may, query, text } from './parameter'

/** Any character may stand in one. */
const NAME_CHARACTERS = 100

const name = () => text(NAME_CHARACTERS)
const must = <Schema extends v.GenericSchema>(schema: Schema, about: string, example?: string) =>
  v.pipe(schema, v.metadata({ description: about, ...(example !== undefined && { examples: [example] }) }))

const namespace = must(v.optional(name(), 'alephbet'), 'Keeps the same names apart; default `alephbet`.')

const TRACKED = {
  experiment: must(name(), "The experiment's name.", 'colour'),
  uuid: must(text(ID_CHARACTERS), 'A word for the visitor, who counts once.', '6b1c7a0e-8d0f-4e0a-9a39-0c1d2e3f4a5b'),
  variant: must(name(), 'What was shown.', 'blue'),
  event: must(name(), '`participate`, or a goal that was reached.', 'participate'),
  namespace,
}

/** What else comes is passed over: it comes from pages, and nobody there would read a mistake. */
const lenient = <const Entries extends v.ObjectEntries>(entries: Entries) => v.object(entries, 'is missing')

export const TrackQuery = lenient(TRACKED)
export type Tracking = v.InferOutput<typeof TrackQuery>
export const SiteTrackQuery = lenient({ site: must(text(), "The site's number or name.", 'shop'), ...TRACKED })

const SCOPED = { namespace, scope: may(text(), 'Experiments between commas; default all.') }
export const TrackedQuery = query(SCOPED)
export const SiteTrackedQuery = query({ site: site(), ...SCOPED })

const NAMED = { namespace, experiment: must(name(), "The experiment's name.", 'colour') }
export const UntrackQuery = query(NAMED)
export const SiteUntrackQuery = query({ site: site(), ...NAMED })
