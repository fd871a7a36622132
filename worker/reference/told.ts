/** The shapes of answers. No request is read by them; tests hold real answers to them. */
import * as v from 'valibot'
import { INTERVALS } from '../../sdk/wire/query'
import { refusals } from '../ingest/refusal'
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

export const Counted = v.strictObject({
  accepted: whole(),
  duplicates: about(whole(), 'Counted before, by their `id`.'),
  refused: whole(),
  notDeduplicated: may(whole(), 'How many had no `id`.'),
})

const upstreamSites = v.nullable(v.union([v.number(), v.record(v.string(), v.number())]))
const upstream = about(
  upstreamSites,
  'The number of the site elsewhere that it is forwarded to, or one for each upstream.',
)

const Summary = { site, name: text, timezone: text, origins: names }

const sum = { plus: names, minus: may(names, 'Metrics taken off.') }

export const Site = v.strictObject({
  ...Summary,
  static: v.boolean(),
  respect: about(whole(), 'Opt-outs that the script obeys: 1 Global Privacy Control, 2 Do Not Track, 3 both.'),
  shards: list(v.strictObject({ from: number, k: whole(), heard: may(number, 'When every isolate has heard of it.') })),
  prefixes: v.strictObject({ script: text, pixel: text }),
  zones: about(list(v.strictObject({ from: number, zone: text })), 'Each from a time on, unix milliseconds.'),
  cross: list(names),
  metrics: v.record(v.string(), v.strictObject({ ...sum, per: may(v.strictObject(sum), 'What it is divided by.') })),
  keep: v.strictObject({ raw: whole(), hours: whole(), days: whole() }),
  rate: v.union([v.number(), v.literal(false)]),
  allow: v.record(v.string(), v.strictTuple([v.number(), v.number()])),
  upstream,
  pixelEpoch: about(whole(), 'What an envelope that is minted elsewhere names as its epoch.'),
  keys: v.strictObject({
    public: about(text, 'Seals beacons; it stands in the script.'),
    pixel: about(text, 'Seals pixels: keep it secret.'),
    write: about(text, 'Counts and mints: keep it secret.'),
    read: about(text, 'Reads: keep it secret.'),
  }),
  snippet: about(text, 'The script tag.'),
})
export const Sites = v.strictObject({ sites: list(v.strictObject(Summary)) })

const grant = {
  id: text,
  expires: about(whole(), 'Unix seconds; 0 for never.'),
  url: text,
  name: may(text, 'Its label.'),
}
export const Scope = v.strictObject({
  type: v.optional(v.string()),
  dimension: v.optional(names),
  metrics: v.optional(names),
  periods: v.optional(names),
  intervals: v.optional(names),
  origins: v.optional(names),
  allowMissing: v.optional(v.literal(true)),
})
const noscript = about(text, 'For browsers without scripts.')
export const Pixel = v.strictObject({ ...grant, noscript })
export const PixelsMinted = v.union([
  Pixel,
  about(
    v.strictObject({ expires: v.number(), pixels: list(v.strictObject({ id: text, url: text })) }),
    'With `count`.',
  ),
])
export const Pixels = v.strictObject({ pixels: list(v.strictObject(grant)) })
const shared = { ...grant, embed: about(text, "The element's two lines."), scope: Scope }
export const Share = v.strictObject({ ...shared, share: about(text, 'The envelope, for `?share=`.') })
export const Shares = v.strictObject({ shares: list(v.strictObject(shared)) })

export const Forward = v.strictObject({
  upstreams: about(names, 'Who is tried, in this order.'),
  sites: list(v.strictObject({ site, name: text, upstream })),
})
export const Received = v.strictObject({
  receiver: about(text, "The receiving site's name for good."),
  cursor: about(whole(), 'It has that log up to here.'),
})
export const Login = v.strictObject({ code: about(text, 'For `/login#…`, good once.'), expires: ms('When it ends') })

export const Refusals = list(
  v.strictObject({
    reason: v.picklist(Object.keys(refusals)),
    events: whole(),
    why: text,
    mend: about(text, 'What to do about it.'),
  }),
)
const mishap = v.strictObject({ at: ms('When'), upstream: text, message: text })

export const SiteStatus = v.strictObject({
  site,
  name: text,
  types: about(names, 'Types that were merged.'),
  shards: list(
    v.strictObject({
      shard: whole(),
      lastEvent: about(v.nullable(v.number()), 'Its arrival, unix milliseconds.'),
      waiting: about(whole(), 'Events that are acknowledged and not merged yet.'),
      lagSeconds: about(whole(), 'How old the first of them is.'),
    }),
  ),
  merged: list(v.strictObject({ shard: whole(), cursor: number, events: whole(), last: number })),
  pendingPaths: whole(),
  gaps: about(
    list(
      v.strictObject({ shard: v.optional(v.number()), source: v.optional(v.string()), start: number, until: number }),
    ),
    'What a log should have held and does not.',
  ),
  sources: about(
    list(v.strictObject({ source: text, generation: text, cursor: number, events: whole(), last: number })),
    'Who forwards to this site.',
  ),
  forward: may(
    v.strictObject({
      upstreams: names,
      upstream,
      shards: list(v.strictObject({ shard: whole(), cursor: number, inDoubt: number })),
      waiting: whole(),
      lagSeconds: whole(),
      lastError: v.nullable(mishap),
      errors: list(mishap),
    }),
    'Where its events go, of a linked site.',
  ),
  refusals: Refusals,
})
export const AllStatus = v.strictObject({
  sites: list(v.strictObject({ site, name: text })),
  refusals: Refusals,
})
export const Health = v.strictObject({ ok: v.literal(true) })

export const Reset = v.strictObject({
  site,
  reset: about(
    v.strictObject({
      type: v.optional(v.string()),
      path: v.optional(names),
      metric: v.optional(v.string()),
      visitor: v.optional(v.string()),
    }),
    'What was deleted.',
  ),
})

export const Config = about(
  v.strictTuple([v.number(), v.number(), v.string(), v.number(), v.string(), v.number(), v.number()]),
  'What a sender of beacons must know of the site; specified in `sdk/wire`.',
)

export const Explained = v.strictObject({
  client: about(
    v.looseObject({ address: v.nullable(v.string()), origin: text, now: whole() }),
    'What is seen of who asks.',
  ),
  envelopes: list(
    v.strictObject({
      kind: about(v.nullable(v.picklist(['beacon', 'pixel', 'server', 'share'])), '`null` where it is no envelope.'),
      site: v.optional(v.number()),
      name: v.optional(v.string()),
      epoch: may(v.strictObject({ number: whole(), week: v.nullable(v.string()), masterKey: whole() }), "Its key's."),
      seq: may(whole(), "Which of its page load's."),
      id: may(text, "The event's, the pixel's or the share's."),
      sealed: may(v.unknown(), 'What opened.'),
      counts: may(v.boolean(), 'Whether it would count.'),
      events: may(list(v.looseObject({ at: number, type: text })), 'The events it would count as.'),
      counted: may(v.boolean(), 'Whether it did already, by its id.'),
      reads: may(v.boolean(), 'Of a share, whether it may be read with.'),
      refusal: may(v.strictObject({ reason: text, why: text, mend: text }), 'Why not, and what to do about it.'),
      notes: names,
    }),
  ),
})

/** RFC 9457. */
export const Problem = v.strictObject({
  type: v.literal('about:blank'),
  title: about(text, "The status's name."),
  status: whole(),
  detail: about(text, 'What was wrong, in plain words.'),
  field: may(text, 'The parameter or member at fault, `keep.raw`.'),
})
