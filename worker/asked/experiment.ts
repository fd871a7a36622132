/**
 * What an experiment may be told to be, each member by itself and all together: who decides by it later takes for granted
 * that names are names, and that every option can be served.
 */
import * as v from 'valibot'
import { exactly, flag, made, maybe, number, type Read, text, texts, whole } from '../../sdk/wire/member'
import { PER_DECISION } from '../decide/definition'
import type { Policy } from '../decide/experiment'
import type { Kind } from '../decide/moments'
import { cleanMetric } from '../ingest/name'
import { namedSite } from './cube'
import { site } from './graph'
import { flag as flagged, may, query, text as parameter } from './parameter'

export const POLICIES = ['split', 'thompson', 'contextual', 'hailwhale'] as const satisfies Policy[]
export const STATUSES = ['running', 'paused', 'finished'] as const
const KINDS = ['rate', 'ratio'] as const satisfies Kind[]

/** Names stand in tables, URLs and types. */
const NAME_CHARACTERS = 100
/** More are no choice any more, and each has a share of the floor. */
const MOST_OPTIONS = 100
/** Each is a node more for each decision. */
const MOST_DIMENSIONS = 8
const MOST_WEIGHT = 1e9
const DAY_S = 86_400
const MOST_WINDOW_S = 90 * DAY_S
const MOST_STICKY_S = 365 * DAY_S
const MOST_HALF_LIFE_S = 3_650 * DAY_S
const MOST_WARM = 1_000_000
/** Beyond these a posterior is no posterior any more. */
const TEMPERS = [0.01, 10] as const
/** Below the median a cap would cut most rewards. */
const LEAST_CAP = 0.5

const CONTROL = /\p{Cc}/u
const NAME = `must be a text of 1 to ${NAME_CHARACTERS} characters without control characters`

/** Of an option. */
export const option = () =>
  v.pipe(
    v.string(NAME),
    v.nonEmpty(NAME),
    v.maxLength(NAME_CHARACTERS, NAME),
    v.check((given) => !CONTROL.test(given) && given.isWellFormed(), NAME),
  )

/** Of a decision. */
export const name = () =>
  v.pipe(
    option(),
    // As a part of a path these are other paths.
    v.check((given) => given !== '.' && given !== '..', 'must be another name than . or ..'),
  )

const OPTIONS = `must be a list of 2 to ${MOST_OPTIONS} texts of 1 to ${NAME_CHARACTERS} characters, each another`

export const options = () => {
  const one = v.pipe(
    v.string(OPTIONS),
    v.nonEmpty(OPTIONS),
    v.maxLength(NAME_CHARACTERS, OPTIONS),
    v.check((given) => !CONTROL.test(given) && given.isWellFormed(), OPTIONS),
  )
  return v.pipe(
    v.array(one, OPTIONS),
    v.minLength(2, OPTIONS),
    v.maxLength(MOST_OPTIONS, OPTIONS),
    v.check((list) => new Set(list).size === list.length, OPTIONS),
  )
}

const WEIGHTS = `must be a list of numbers from 0 to ${MOST_WEIGHT}, one for each option, not all of them 0`

export const weights = () => {
  const weight = v.pipe(v.number(WEIGHTS), v.minValue(0, WEIGHTS), v.maxValue(MOST_WEIGHT, WEIGHTS))
  return v.pipe(
    v.array(weight, WEIGHTS),
    v.maxLength(MOST_OPTIONS, WEIGHTS),
    v.check((list) => list.some((each) => each > 0), WEIGHTS),
  )
}

/** The metric that is to be had, and per which. */
export interface Ratio {
  num: string
  den: string
}

const BY = 'must be a metric, or two as earned/spent'

/** `earned/spent`; one alone is meant per decision. */
export function ratioIn(given: string): Read<Ratio> {
  const [num = '', den = PER_DECISION, ...more] = given.split('/')
  const isName = (each: string) => each !== '' && each === cleanMetric(each).trim()
  if (more.length || !isName(num) || !isName(den)) return { problem: BY }
  if (num === PER_DECISION)
    return { problem: `must be of another metric than ${PER_DECISION}, which each decision has` }
  return num === den ? { problem: 'must be of two different metrics' } : { value: { num, den } }
}

const METRIC_CHARACTERS = 200
export const by = () => v.pipe(text(METRIC_CHARACTERS), made(ratioIn))

export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  v.picklist(names, `must be one of ${names.join(', ')}`)

/** What may be said of one that is to be, beside its name. */
const WISH = {
  weights: maybe(weights(), 'Of each option, in their order; default all alike.'),
  policy: maybe(oneOf(POLICIES), 'Default `contextual`; `split` for an A/B test.'),
  by: maybe(
    by(),
    'What is to be had: `earned/spent`, or `earned` for so much a decision; default the part of decisions that is rewarded (`reward`).',
  ),
  kind: maybe(oneOf(KINDS), '`rate`: a decision is rewarded once or not. Default by `by`.'),
  goal: maybe(oneOf(['more', 'less']), 'Whether more or less of it is better; default `more`.'),
  aim: maybe(oneOf(['earn', 'identify']), 'To serve the best most, or to find out soonest; default `earn`.'),
  dimensions: maybe(texts(MOST_DIMENSIONS), 'Dimensions that may matter; default country, device, browser.'),
  personalise: maybe(
    oneOf(['fitted', 'strong']),
    'How far contexts may differ: as it is learnt, or much from the start.',
  ),
  floor: maybe(number(0, 1), 'A share that is spread over all options; default 0.02.'),
  temper: maybe(
    number(...TEMPERS),
    'What widths are multiplied by: less is bolder. Default 0.7; 0.5 of more than twelve options, or with a half-life.',
  ),
  half_life: maybe(number(1, MOST_HALF_LIFE_S), 'Seconds after which what was seen counts half; default never.'),
  window: maybe(number(1, MOST_WINDOW_S), 'Seconds after its decision in which a reward counts; default a day.'),
  sticky: maybe(number(0, MOST_STICKY_S), 'Seconds that a browser keeps its option; default 30 days.'),
  warm: maybe(whole(0, MOST_WARM), 'Decisions of each option before the policy takes over; default 100.'),
  cap: maybe(number(LEAST_CAP, 1), 'The quantile above which rewards are taken for no more; default 0.99.'),
  holdout: maybe(number(0, 1), 'The share that gets every option alike, for unbiased results; default 0.05.'),
  hash: maybe(oneOf(['murmur', 'alephbet']), '`alephbet` splits as AlephBet did, for users that come from there.'),
  conversion: maybe(text(), 'The goal that rewards; default any.'),
}

const Wish = exactly(WISH)
export type Wish = v.InferOutput<typeof Wish>

export const NewExperiment = exactly({
  site: namedSite(),
  decision: v.pipe(name(), v.description('Its name, by which is decided.')),
  options: v.pipe(
    options(),
    v.description(`2 to ${MOST_OPTIONS} names; the first is the one that it is compared with.`),
  ),
  ...WISH,
})

export const ExperimentChanges = exactly({
  status: maybe(oneOf(STATUSES), 'Paused: all get the first option. Finished: all get the winner.'),
  winner: maybe(option(), 'The option that all get once it is finished.'),
  hidden: maybe(flag(), 'Whether it is left out of the list.'),
  weights: maybe(weights(), 'Of each option, in their order.'),
})
export type ExperimentChanges = v.InferOutput<typeof ExperimentChanges>

export const ExperimentsQuery = query({
  site: site(),
  hidden: may(flagged(), 'Whether hidden ones are listed too.'),
})

export const StandingQuery = query({
  site: site(),
  control: may(parameter(NAME_CHARACTERS), 'The option that others are compared with; default the first.'),
  share: may(parameter(), 'A share, instead of a key.'),
})

export const ExperimentQuery = query({ site: site() })
