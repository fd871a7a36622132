/** What `/cube` may be asked: Cask's question, times in unix seconds. */
import * as v from 'valibot'
import { either, exactly, maybe, named, number, text, texts, whole } from '../../sdk/wire/member'
import { INTERVALS, type Interval } from '../../sdk/wire/query'
import { FOREVER } from '../rollup/interval'
import { MEASURES } from '../whale/cube'
import { site } from './graph'
import { query, text as parameter } from './parameter'

const MOST_LIMIT = 10_000
const MOST_MEASURES = 32
const MOST_NAMES = 64
/** Cask's resolutions, in seconds. */
const SECONDS: Record<number, Interval> = { 10: '10s', 60: 'minute', 3600: 'hour', 86400: 'day' }

/** In a body the site may stand as a number, too. */
export const namedSite = () =>
  maybe(either([v.string(), v.number()], 'must be the number or name of the site'), "The site's number or name.")

const RESOLUTION = `must be one of ${Object.keys(SECONDS).join(', ')} (seconds), ${INTERVALS.join(', ')}`
const resolution = () =>
  v.pipe(
    v.picklist([...Object.keys(SECONDS).map(Number), ...INTERVALS], RESOLUTION),
    v.transform((given) => (typeof given === 'number' ? SECONDS[given]! : given)), // Its keys are the numbers.
  )

const measurements = () => {
  const many = `must name 1 to ${MOST_MEASURES} measures`
  const measure = v.picklist(MEASURES, `must be one of ${MEASURES.join(', ')}`)
  return v.pipe(named(measure, 'must be an object'), v.minEntries(1, many), v.maxEntries(MOST_MEASURES, many))
}

const VALUE = 'must be one value'
const values = () =>
  named(
    v.pipe(
      either([v.pipe(v.string(), v.nonEmpty()), v.number(), v.boolean()], VALUE),
      v.transform((given) => String(given)),
    ),
    'must be an object',
  )

export const CubeBody = exactly({
  site: namedSite(),
  type: maybe(text(), 'Default `_`.'),
  aggregation: v.pipe(v.nullish(text()), v.metadata({ description: "Cask's name for `type`.", deprecated: true })),
  resolution: maybe(resolution(), 'Seconds, or an interval; default `hour`.'),
  startTs: v.pipe(number(0, FOREVER / 1000), v.description('Unix seconds: buckets that start here or later.')),
  endTs: maybe(number(0, FOREVER / 1000), 'Unix seconds: and before this; default now.'),
  measurements: maybe(measurements(), 'Metrics, each with how it is read; default `{"hits": "SUM"}`.'),
  dimensionValues: maybe(values(), 'What must hold.'),
  groupByDimensions: maybe(texts(MOST_NAMES), 'What is told apart.'),
  limit: maybe(whole(1, MOST_LIMIT), 'Buckets of each series; default 1,000.'),
})
export type CubeBody = v.InferOutput<typeof CubeBody>

export const CubeQuery = query({
  site: site(),
  query: v.pipe(parameter(), v.description('The question as JSON, as it is POSTed.')),
})
