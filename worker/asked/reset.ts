/** What may be deleted of a site: a type, a path, a metric, or what is known of a visitor. */
import * as v from 'valibot'
import { exactly, made, maybe, text } from '../../sdk/wire/member'
import { namedSite } from './cube'
import { pathIn, pathOf } from './words'

/** As a query spells it, or as JSON. */
const path = () =>
  v.pipe(
    v.unknown(),
    made((given) => (typeof given === 'string' ? pathIn(given) : pathOf(given))),
  )

const alias = <Schema extends v.GenericSchema>(schema: Schema, name: string) =>
  v.pipe(v.nullish(schema), v.metadata({ description: `HailWhale's name for \`${name}\`.`, deprecated: true }))

export const ResetBody = exactly({
  site: namedSite(),
  type: maybe(text(), 'This type and those below it.'),
  pk: alias(text(), 'type'),
  dimension: maybe(path(), 'This path and those below it, as a list of names.'),
  dimensions: alias(path(), 'dimension'),
  metric: maybe(text(), 'This metric alone.'),
  metrics: alias(text(), 'metric'),
  visitor: maybe(text(), "This visitor's raw events, and nothing else."),
})
export type ResetBody = v.InferOutput<typeof ResetBody>
