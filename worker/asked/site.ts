/** What a site may be told of itself: its settings, each by itself. What they mean together, routes/settings says. */
import * as v from 'valibot'
import { BROWSER_HITS, LARGEST, LEAST_RATE, METRICS, MOST_RATE } from '../ingest/limits'
import { cleanMetric } from '../ingest/name'
import type { Ranges } from '../ingest/settings'
import { definitionsOf } from '../rollup/derived'
import { either, exactly, flag, made, maybe, named, origins, part, text, whole } from '../../sdk/wire/member'

const NAME_CHARACTERS = 100
const PREFIX_CHARACTERS = 32
/** One Hail takes a few hundred events a second; more than this many is a sign of another trouble. */
const MOST_SHARDS = 64
/** Bits by the names that browsers and the script's `data-ignore` give them. */
const RESPECT = { gpc: 1, dnt: 2 } as const
export const RESPECT_ALL = RESPECT.gpc | RESPECT.dnt
/** Each combination is a cell more for each pair of values. */
const MOST_CROSS = 8
const MOST_CROSSED = 4

const timezone = () =>
  v.pipe(
    text(),
    v.check(isZone, ({ input }) => `"${input.slice(0, 80)}" is not an IANA zone such as Europe/Stockholm`),
  )

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** Names, or the sum of their bits as it is answered. */
const respect = () =>
  v.pipe(
    either(
      [
        v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(RESPECT_ALL)),
        v.array(v.picklist(Object.keys(RESPECT) as (keyof typeof RESPECT)[])), // The keys of the very table above.
      ],
      'must be a list of "gpc" and "dnt", or the sum of their bits, 1 and 2',
    ),
    v.transform((given) =>
      typeof given === 'number' ? given : given.reduce((sum: number, name) => sum | RESPECT[name], 0),
    ),
  )

const CROSS = `must be at most ${MOST_CROSS} lists of 2 to ${MOST_CROSSED} different dimensions, such as [["country","device"]]`

const cross = () =>
  v.pipe(
    v.array(
      v.pipe(
        v.array(v.pipe(v.string(CROSS), v.regex(/^[^*]{1,64}$/, CROSS)), CROSS),
        v.minLength(2, CROSS),
        v.maxLength(MOST_CROSSED, CROSS),
        v.check((names) => new Set(names).size === names.length, CROSS),
      ),
      CROSS,
    ),
    v.maxLength(MOST_CROSS, CROSS),
  )

const SUM = {
  plus: { type: 'array', items: { type: 'string' } },
  minus: { type: 'array', items: { type: 'string' } },
}

const metrics = () =>
  v.pipe(
    v.unknown(),
    v.metadata({
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['plus'],
        properties: { ...SUM, per: { type: 'object', required: ['plus'], properties: SUM } },
      },
    }),
    made((given) => {
      const definitions = definitionsOf(given)
      // It names the member itself, which stands before what is wrong with it.
      return 'problem' in definitions
        ? { problem: definitions.problem.replace(/^metrics\.?/, '').trim() }
        : { value: definitions.metrics }
    }),
  )

/** Days; a level is kept at least as long as questions of the coarser one need it. */
const keep = () =>
  part(
    exactly({
      raw: maybe(whole(0, 400), 'Days of raw events; 0 keeps none.'),
      hours: maybe(whole(2, 800), 'Days of hours.'),
      days: maybe(whole(35, 3_700), 'Days of days.'),
    }),
  )

/** First segments of the site's public URLs, for installs behind an address of the owner's own. */
const prefixes = () =>
  part(
    exactly({
      script: maybe(text(PREFIX_CHARACTERS), 'In the place of `b`.'),
      pixel: maybe(text(PREFIX_CHARACTERS), 'In the place of `p`.'),
    }),
  )

const RATE = `must be envelopes a minute, a whole number from ${LEAST_RATE} to ${MOST_RATE}, or false for no limit`

const rate = () =>
  either([v.literal(false), v.pipe(v.number(), v.integer(), v.minValue(LEAST_RATE), v.maxValue(MOST_RATE))], RATE)

/** Metrics that a browser's `count()` may carry: `{"seats": [0, 100]}`. */
const allow = () =>
  v.pipe(
    named(
      v.message(v.strictTuple([v.number(), v.number()]), 'must be [least, most]'),
      'must be an object of metrics and their ranges, such as {"seats": [0, 100]}',
    ),
    v.rawTransform(({ dataset, addIssue, NEVER }): Ranges => {
      const entries = Object.entries(dataset.value)
      if (entries.length > METRICS) {
        addIssue({ message: `has more than ${METRICS} metrics` })
        return NEVER
      }
      for (const [key, value] of entries) {
        const message = rangeProblem(key, value)
        if (message === undefined) continue
        addIssue({ message, path: [{ type: 'object', origin: 'value', input: dataset.value, key, value }] })
        return NEVER
      }
      return Object.fromEntries(entries.map(([name, [least, most]]) => [name, { least, most }]))
    }),
  )

function rangeProblem(name: string, [least, most]: readonly [number, number]): string | undefined {
  if (!name || cleanMetric(name) !== name) return 'is no name of a metric'
  const bound = name === 'hits' ? BROWSER_HITS : LARGEST
  const fits = least <= most && Math.abs(least) <= bound && Math.abs(most) <= bound
  return fits ? undefined : `must be [least, most], numbers from ${-bound} to ${bound}`
}

const UPSTREAM = 'must be the write key (gw_…) of a site of another Graupel, one for each upstream, or null'

const upstream = () => v.nullable(either([v.string(), named(v.string(), UPSTREAM)], UPSTREAM))

const SETTINGS = {
  name: maybe(text(NAME_CHARACTERS), 'By which it may be asked for; no two sites share one.'),
  timezone: maybe(timezone(), 'An IANA zone; default UTC. A change counts from the next hour on.'),
  origins: maybe(origins(), 'Hosts, origins or `*.host` that may send; an empty list allows all.'),
  static: maybe(flag(), 'Whether the key that never expires may seal beacons.'),
  respect: maybe(respect(), 'Which opt-outs the script obeys: a list of `gpc` and `dnt`, or the sum of 1 and 2.'),
  shards: maybe(whole(1, MOST_SHARDS), 'How many Hails receive beacons.'),
  prefixes: maybe(prefixes(), "First segments of the site's public URLs."),
  cross: maybe(cross(), 'Dimensions that are counted together.'),
  metrics: maybe(metrics(), 'Metrics that are made of others.'),
  keep: maybe(keep(), 'How many days each level is kept.'),
  rate: maybe(rate(), 'Envelopes a minute that one client may send; `false` for no limit.'),
  allow: maybe(allow(), "Metrics that a browser's `count()` may carry, each with its least and its most."),
  upstream: v.pipe(
    v.optional(upstream()),
    v.description(
      'The write key of a site elsewhere that it is forwarded to, or one for each upstream; `null` ends it.',
    ),
  ),
}

/** What is named is changed. */
export const SiteChanges = exactly(SETTINGS)
export type SiteChanges = v.InferOutput<typeof SiteChanges>

export const NewSite = exactly({
  ...SETTINGS,
  name: v.pipe(text(NAME_CHARACTERS), v.description('By which it may be asked for; no two sites share one.')),
})
