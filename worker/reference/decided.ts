/** The shapes of what is answered of decisions, and of what is tracked in Gimel's way. */
import * as v from 'valibot'
import { POLICIES, STATUSES } from '../asked/experiment'
import { about, may, number, text, whole, ms, names, list, site } from './words'

const share = about(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 'A part of 1.')
const interval = about(v.strictTuple([number, number]), 'From, to.')

export const Decision = v.strictObject({
  decision: text,
  option: text,
  propensity: about(number, 'How probable that option was.'),
  policy: v.picklist(POLICIES),
  id: about(v.nullable(v.string()), 'To be handed back with what comes of it; `null` where nothing is learnt from it.'),
  ttl: may(number, 'Seconds for which a browser keeps it: the experiment’s `sticky`.'),
  explanation: may(names, 'Why, with `explain`: `country=SE ×1.42 ±0.11`, what says most first.'),
})

const experiment = {
  decision: text,
  options: names,
  policy: v.picklist(POLICIES),
  by: about(text, 'What is to be had.'),
  num: text,
  den: text,
  kind: v.picklist(['rate', 'ratio']),
  goal: v.picklist(['more', 'less']),
  aim: v.picklist(['earn', 'identify']),
  dimensions: names,
  personalise: v.picklist(['fitted', 'strong']),
  floor: share,
  temper: v.nullable(v.number()),
  half_life: about(v.nullable(v.number()), 'Seconds.'),
  window: about(number, 'Seconds.'),
  sticky: about(number, 'Seconds.'),
  warm: whole(),
  cap: share,
  holdout: share,
  hash: v.picklist(['murmur', 'alephbet']),
  conversion: v.nullable(v.string()),
  status: v.picklist(STATUSES),
  winner: v.nullable(v.string()),
  hidden: v.boolean(),
  created: ms('When it was made'),
}
const weights = about(list(number), 'Of each option, as they were declared.')

export const Experiment = v.strictObject({ ...experiment, weights })
export const Experiments = v.strictObject({
  site,
  experiments: list(
    v.strictObject({
      ...experiment,
      weights,
      totals: about(v.strictObject({ trials: number, num: number, den: number }), 'Of all options together.'),
    }),
  ),
})

export const Standing = v.strictObject({
  ...experiment,
  declared: weights,
  control: about(text, 'The option that others are compared with.'),
  arms: list(
    v.strictObject({
      id: text,
      trials: number,
      num: about(number, 'Rewards, or what was earned.'),
      den: about(number, 'Decisions, or what it cost.'),
      rate: number,
      ci95: interval,
      p_best: about(number, 'How probably it is the best: a belief to look at, and no rule to stop by.'),
      expected_loss: number,
      share: about(number, 'Of all trials.'),
      uplift: about(
        v.nullable(
          v.strictObject({
            rel: v.nullable(v.number()),
            ci95: v.nullable(interval),
            cs95: about(v.nullable(interval), 'Good at any look.'),
            z: number,
            p_fixed: about(number, 'Good at one look.'),
            p_holm: about(number, 'The same, as one of several options.'),
            p_always: about(v.nullable(v.number()), 'Good at any look; `null` while there is too little.'),
          }),
        ),
        'Over the control; `null` of the control itself.',
      ),
      weighted: about(
        v.nullable(v.strictObject({ difference: number, interval, always: interval })),
        'The unbiased gain: what a decision earns more than under the control, whatever the weights were.',
      ),
    }),
  ),
  wins: about(list(list(number)), 'How probably each option, by row, beats each other.'),
  srm: about(
    v.strictObject({ chi2: number, df: whole(), p: number, p_always: number }),
    'Whether options were served as they were meant to be.',
  ),
  ess: about(v.nullable(v.number()), 'How many even decisions the fewest are worth; `null` of a split.'),
  holdout: about(
    v.strictObject({ share, rates: v.nullable(list(number)), lift: v.nullable(v.number()) }),
    'The share of units that get all options alike; their rates, and what all others earned over that.',
  ),
  delay: about(
    v.strictObject({ median: v.nullable(v.number()), p90: v.nullable(v.number()), pending: number }),
    'Of rewards, in seconds; and the share of decisions whose rewards are not in.',
  ),
  warnings: names,
  weights: about(
    list(v.strictObject({ context: v.record(v.string(), v.string()), probabilities: list(number) })),
    'With which probabilities options are served now: to anybody, to who has all the values that came most, and by single values.',
  ),
  counted: v.strictObject({ late: number, duplicates: number, unattributed: number, refused: number }),
})

export const Decided = v.strictObject({
  t: ms('When it was decided'),
  id: about(text, "The decision's own."),
  decision: about(text, "The experiment's name."),
  option: text,
  propensity: about(share, 'How probable the option was.'),
  propensities: about(v.record(v.string(), share), 'And each of the others, by name.'),
  weights: about(whole(), 'Version of the weights that decided; 0 of declared ones.'),
  holdout: about(v.boolean(), 'Whether it was of those who get all options alike.'),
  context: about(v.record(v.string(), v.nullable(text)), 'What was known, by dimension.'),
  x: about(number, 'What it has earned so far.'),
  y: about(number, 'What it has cost so far; 1 where each counts alike.'),
})

const visitors = (what: string) => about(whole(), `Distinct visitors who ${what}.`)
export const Tracked = about(
  list(
    v.union([
      v.strictObject({ meta: v.strictObject({ scope: v.nullable(v.string()) }) }),
      v.strictObject({
        experiment: text,
        goals: list(
          v.strictObject({
            goal: text,
            results: about(
              list(
                v.strictObject({
                  label: about(text, 'The variant.'),
                  successes: visitors('reached the goal'),
                  trials: visitors('took part'),
                }),
              ),
              'Every variant that was seen.',
            ),
          }),
        ),
      }),
    ]),
  ),
  'The scope first, as it was asked.',
)
