/**
 * A decision of the log, read from a line: what was drawn, how probable each option was, what came of it. Written by
 * `/experiments/NAME/decisions`, or by any program that knows its own propensities.
 */
import * as v from 'valibot'
import { unfitIn } from '../../wire/member'
import { objectIn } from '../lines'
import { Stop } from '../stop'

export interface Decision {
  decision: string
  /** Unix milliseconds. */
  t: number
  option: string
  propensity: number
  propensities: ReadonlyMap<string, number>
  /** What was known, by dimension. */
  context: ReadonlyMap<string, string | null>
  /** What was earned, and what it cost: of a rate 1. */
  x: number
  y: number
}

/** A token holds propensities in four bytes. */
const ROUNDING = 1e-5

const text = v.string('must be a text')
const number = v.pipe(v.number('must be a number'), v.finite('must be a number'))
const share = v.pipe(number, v.minValue(0, 'must be from 0 to 1'), v.maxValue(1 + ROUNDING, 'must be from 0 to 1'))
const object = v.custom<Record<string, unknown>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
  'must be a JSON object',
)
/** Every name is an option's or a dimension's, `__proto__` too, so they are held in a map. */
const map = <Value extends v.GenericSchema>(value: Value) =>
  v.pipe(
    object,
    v.transform((given) => new Map(Object.entries(given))),
    v.map(v.string(), value),
  )

const Line = v.pipe(
  v.object(
    {
      decision: text,
      t: v.optional(number, 0),
      option: text,
      propensity: share,
      propensities: map(share),
      context: v.optional(map(v.nullable(text)), {}),
      x: number,
      y: v.optional(number, 1),
    },
    'is missing',
  ),
  v.forward(
    v.check(({ propensity }) => propensity > 0, 'must be more than 0: it was shown'),
    ['propensity'],
  ),
  v.forward(
    v.check(
      ({ propensities, option, propensity }) => Math.abs((propensities.get(option) ?? 0) - propensity) <= ROUNDING,
      "must hold the option's own propensity",
    ),
    ['propensities'],
  ),
  v.forward(
    v.check(({ propensities }) => {
      const sum = [...propensities.values()].reduce((all, p) => all + p, 0)
      return Math.abs(sum - 1) <= ROUNDING * propensities.size
    }, 'must add up to 1'),
    ['propensities'],
  ),
)

export function decisionIn(line: string, place: number): Decision {
  const given = objectIn(line)
  if (!given) throw new Stop(`line ${place} is no decision, a JSON object`)
  const { success, output, issues } = v.safeParse(Line, given, { abortEarly: true })
  if (success) return output
  const { field, message } = unfitIn(issues)
  throw new Stop(`line ${place} is no decision: ${field} ${message}`)
}
