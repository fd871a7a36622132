/**
 * What may be asked of a decision, and told of what came of it. A query's lists and objects may be spelled as HailWhale
 * spelled them; its names stand beside ours.
 */
import * as v from 'valibot'
import { made, maybe } from '../../sdk/wire/member'
import type { Dimensions } from '../../sdk/wire/event'
import { boundsProblem } from '../ingest/bounds'
import { CountSchema } from '../ingest/count'
import { ID_CHARACTERS } from '../ingest/limits'
import { namedSite } from './cube'
import { by, name, option, oneOf, options, POLICIES, ratioIn, weights } from './experiment'
import { alias, flag, may, one, query, read, text } from './parameter'
import { json } from './words'

/** JSON of a query, held to a schema. */
const jsonOf = <Schema extends v.GenericSchema>(schema: Schema, shown: object) =>
  read<v.InferOutput<Schema>>((given) => {
    const parsed = json(given)
    if (parsed === undefined) return { problem: 'is not JSON' }
    const { success, output, issues } = v.safeParse(schema, parsed, { abortEarly: true })
    return success ? { value: output } : { problem: issues[0].message }
  }, shown)

const LIST = { type: 'array', items: { type: 'string' } }
const NUMBERS = { type: 'array', items: { type: 'number' } }

/** A bare name, or JSON. */
const dimensions = () =>
  read<Dimensions>((given) => {
    const parsed = /^[[{"]/.test(given) ? json(given) : given
    if (parsed === undefined) return { problem: 'is not JSON' }
    const said = parsed as Dimensions // JSON holds nothing else.
    const problem = boundsProblem(said)
    return problem === undefined ? { value: said } : { problem }
  })

const ratio = () => read(ratioIn)

export const DecideQuery = query({
  site: may(text(), "The site's number or name."),
  decision: may(name(), "The decision's name.", 'PageVariation'),
  pk: alias(name(), 'decision'),
  options: may(
    jsonOf(options(), LIST),
    'What there is to choose from, as JSON; of a known experiment it may be left out.',
    '["a","b","c"]',
  ),
  dimensions: may(
    dimensions(),
    'What is known of the visitor, as JSON, beside what the request says.',
    '{"country":"US"}',
  ),
  unit: may(text(ID_CHARACTERS), 'Whom it is for, in your own words: the same gets the same. Default anybody.'),
  policy: may(one(POLICIES), 'Of an experiment that is made by this, with the write key; default `contextual`.'),
  by: may(ratio(), 'And what is to be had; default the part of decisions that is rewarded.', 'earned/spent'),
  by_metric: alias(ratio(), 'by'),
  weights: may(jsonOf(weights(), NUMBERS), 'And the weights to begin with.'),
  explain: may(flag(), 'Whether it is said why, with the read key.'),
})
export type DecideQuery = v.InferOutput<typeof DecideQuery>

const id = (about: string) =>
  v.pipe(
    v.nullish(
      v.pipe(
        v.string('must be text'),
        v.nonEmpty('must not be empty'),
        v.maxLength(ID_CHARACTERS, `must be at most ${ID_CHARACTERS} characters`),
      ),
    ),
    v.description(about),
  )
/** As many as the longest token has characters, with room. */
const TOKEN_CHARACTERS = 4_096
const token = v.pipe(
  v.string('must be what /decide answered as id'),
  v.nonEmpty('must be what /decide answered as id'),
  v.maxLength(TOKEN_CHARACTERS, 'must be what /decide answered as id'),
)

const said = <Schema extends v.GenericSchema>(schema: Schema, own: string) =>
  v.pipe(v.nullish(schema), v.metadata({ description: `HailWhale's name for \`${own}\`.`, deprecated: true }))

/** One thing that came of a decision, as a member of a body or as a query. */
export const OutcomeSchema = v.strictObject(
  {
    site: namedSite(),
    decision: maybe(name(), "The decision's name."),
    pk: said(name(), 'decision'),
    option: v.pipe(option(), v.description('The option that was shown.')),
    id: maybe(
      token,
      'What `/decide` answered: then it is that decision, and counts once; where that is `null`, nothing counts.',
    ),
    metrics: maybe(CountSchema.entries.metrics, 'What it cost and earned.'),
    metric: said(CountSchema.entries.metrics, 'metrics'),
    goal: id('By which goal.'),
    event: id('Names what came of it: with an `id`, the same counts once. Default: the metrics are the name.'),
    key: id('Without an `id`: counted once for 72 hours.'),
    dimensions: maybe(
      v.pipe(
        v.unknown(),
        made((given) => {
          const problem = boundsProblem(given as Dimensions) // JSON holds nothing else.
          return problem === undefined ? { value: given as Dimensions } : { problem }
        }),
      ),
      'What else is known, as in `/count`.',
    ),
    options: maybe(options(), 'Of an experiment that is made by this.'),
    policy: maybe(oneOf(POLICIES), 'And its policy; default `contextual`.'),
    by: maybe(by(), 'And what is to be had.'),
    by_metric: said(by(), 'by'),
  },
  ({ expected }) => {
    if (expected === 'never') return 'is not a field of an outcome'
    return expected?.startsWith('"') ? 'is missing' : 'must be an object'
  },
)
export type Outcome = v.InferOutput<typeof OutcomeSchema>

/** Of a query, what is never JSON. */
export const TEXTS: ReadonlySet<string> = new Set([
  'site',
  'decision',
  'pk',
  'option',
  'id',
  'goal',
  'event',
  'key',
  'policy',
  'by',
  'by_metric',
])
