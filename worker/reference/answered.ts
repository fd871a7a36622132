/** The shapes of answers to questions, of what was counted or of what happens now. */
import * as v from 'valibot'
import { INTERVALS } from '../../sdk/wire/query'
import { about, may, number, text, whole, ms, seconds, names, path, list, site, partial, next } from './words'

/** [unix milliseconds, value] */
const point = v.strictTuple([v.number(), v.number()])

export const Compared = v.strictObject({
  from: ms('The first bucket'),
  to: ms('The end'),
  total: number,
  points: list(point),
})

export const Series = v.strictObject({
  dimension: path,
  metric: about(text, 'As asked; `daily_visitors` where `visitors` cannot be had.'),
  total: about(number, 'The sum over the range; of a ratio sum/sum.'),
  '±': may(number, 'The relative standard error of the total, where it is an estimate.'),
  totalIs: may(text, 'What `visitors` means in the total, where that is not distinct people.'),
  points: about(list(point), 'Dense and oldest first: `[unix milliseconds, value]`, a bucket each.'),
  compare: may(Compared, 'The same numbers earlier, point by point.'),
})

export const Graph = v.strictObject({
  site: about(whole(), "The site's number; 0 where several are asked together."),
  sites: may(list(number), 'Where several are asked together.'),
  type: text,
  interval: v.picklist(INTERVALS),
  timezone: text,
  from: ms('The first bucket'),
  to: ms('The end, exclusive'),
  current: may(whole(), 'The bucket that is not over, by its start.'),
  seams: may(list(number), "Buckets in which the site's zone changed, by their starts."),
  source: may(v.literal('raw'), 'Counted anew from raw events, by `where`.'),
  partial,
  series: list(Series),
})

const byMetric = <Value extends v.GenericSchema>(value: Value) => v.record(v.string(), v.record(v.string(), value))

export const Totals = about(v.record(v.string(), byMetric(v.number())), 'Period → dimension → metric → total.')
export const Plotpoints = about(
  byMetric(list(v.union([point, v.strictTuple([v.literal('Total'), v.number()])]))),
  'Dimension → metric → points.',
)

export const Dimensions = v.strictObject({
  dimension: path,
  dimensions: about(
    list(v.objectWithRest({ dimension: path }, v.number())),
    'Each with its totals by metric, where a metric was asked for.',
  ),
  next,
  partial,
})

const sides = {
  value: may(number, 'The total, or the numerator of a ratio. A share may leave it out.'),
  count: may(number, 'The total, or the denominator of a ratio. A share may leave it out.'),
}

export const Rank = v.strictObject({
  site,
  type: text,
  dimension: path,
  metric: text,
  interval: v.picklist(INTERVALS),
  timezone: text,
  from: ms('The first bucket'),
  to: ms('The end, exclusive'),
  partial,
  whole: about(v.strictObject({ score: number, ...sides }), 'The path that was asked for.'),
  dimensions: list(
    v.strictObject({
      dimension: path,
      score: about(number, 'The total, or the ratio.'),
      important: v.boolean(),
      effect: may(number, 'What the whole is without it; of a ratio what it adds to it.'),
      difference: number,
      ...sides,
      points: may(list(point), 'With `points=1`.'),
    }),
  ),
  next,
})

export const Cube = list(
  v.strictObject({
    measureName: text,
    dimensionValues: v.record(v.string(), v.string()),
    timeValues: list(v.strictObject({ timestamp: seconds('The bucket'), value: number })),
  }),
)
export const CubeDimensions = v.strictObject({ prefix: path, values: names, next })
export const CubeMeasures = v.strictObject({ measures: names })

export const SeenEvent = v.strictObject({
  at: ms('When it happened'),
  type: text,
  dimensions: about(v.unknown(), 'As a tree of names.'),
  metrics: v.record(v.string(), v.number()),
  gauges: may(v.record(v.string(), v.number()), 'What was measured.'),
})
export const Spy = v.strictObject({ site, events: list(SeenEvent), partial })

export const Live = v.strictObject({
  site,
  type: text,
  dimension: path,
  metric: text,
  by: path,
  now: ms('When it was asked'),
  perSecond: about(number, 'Of the last 10 seconds.'),
  perMinute: about(number, 'Of the last 70 seconds.'),
  top: about(list(v.strictObject({ dimension: path, perSecond: number })), 'The ten busiest children.'),
  uniquePerMinute: about(whole(), 'Children that were seen within a minute.'),
  last: about(v.record(v.string(), v.number()), 'The newest value of each child of `by`.'),
  partial,
})
