/**
 * What may be minted. An owner's wish is read by one schema, and the first member that does not fit is named with its limit;
 * the API and the command ask here, so that a pixel minted without a server keeps to the same limits.
 */
import * as v from 'valibot'
import type { Dimensions, Numbers } from './event'
import { exactly, flag, maybe, named, seconds, type Unfit, unfitIn, whole } from './member'
import { isOrigin } from './origin'
import type { Pixel, PixelOptions } from './plaintext'

/** What a JSON body or a command line wishes for. */
export type Wish = Readonly<Record<string, unknown>>

/** Types are dotted names that a person reads. */
const TYPE_CHARACTERS = 256
const TYPE_WORDS = 8
/** Fixed and open ones together: each is a column in every cell that it touches. */
const METRICS = 32
/** Each takes its room in the URL. */
const SLOTS = 8
/** A shop and its shops in other countries; they stand in every URL. */
export const ORIGINS = 20
/** A label in a list. */
const NAME_CHARACTERS = 100
/** More than that is no cap. */
const MOST_COUNTED = 1_000_000_000

/** The slot that becomes the event's id. */
export const ORDER = 'order'

const TYPE = `must be a dotted name of at most ${TYPE_WORDS} words and ${TYPE_CHARACTERS} characters`
const type = () =>
  v.pipe(
    v.string(TYPE),
    v.nonEmpty(TYPE),
    v.maxLength(TYPE_CHARACTERS, TYPE),
    v.check((text) => text.split('.').length <= TYPE_WORDS, TYPE),
  )

const MANY_METRICS = `must be an object of at most ${METRICS} metrics`
const FINITE = 'must be a finite number'
const metrics = () =>
  v.pipe(named(v.pipe(v.number(FINITE), v.finite(FINITE)), MANY_METRICS), v.maxEntries(METRICS, MANY_METRICS))

const MANY_SLOTS = `must be an object of at most ${SLOTS} slots`
const slots = () =>
  v.pipe(
    named(v.unknown(), MANY_SLOTS),
    v.maxEntries(SLOTS, MANY_SLOTS),
    v.metadata({
      additionalProperties: {
        anyOf: [{ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 }, { const: 1 }],
      },
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      for (const [key, value] of Object.entries(dataset.value)) {
        const message = key === ORDER ? orderProblem(value) : rangeProblem(value)
        if (message !== undefined)
          addIssue({ message, path: [{ type: 'object', origin: 'value', input: dataset.value, key, value }] })
      }
    }),
  )

const orderProblem = (value: unknown) => (value === 1 ? undefined : 'must be 1: it takes any text')

function rangeProblem(range: unknown): string | undefined {
  const isRange = Array.isArray(range) && range.length === 2 && range.every((bound) => Number.isFinite(bound))
  if (!isRange) return `must be [least, most]; only ${ORDER} is 1`
  return range[0] <= range[1]
    ? undefined
    : `must be [least, most]; its least, ${range[0]}, is above its most, ${range[1]}`
}

const PAGES = `must be a list of 1 to ${ORIGINS} hosts, origins or *.host, without a path`
const origins = () =>
  v.pipe(
    v.array(v.pipe(v.string(PAGES), v.check(isOrigin, PAGES)), PAGES),
    v.nonEmpty(PAGES),
    v.maxLength(ORIGINS, PAGES),
  )

const NAME = `must be a text of at most ${NAME_CHARACTERS} characters`
const name = () => v.pipe(v.string(NAME), v.nonEmpty(NAME), v.maxLength(NAME_CHARACTERS, NAME))

/** Each member that a wish may have. */
export const WISH = {
  type: maybe(type(), 'A dotted name; default `_`.'),
  // Any JSON is a tree of dimensions; how large it may be, its counter says.
  dimensions: maybe(v.unknown(), 'As in `/count`: fixed, whatever the URL says.'),
  metrics: maybe(metrics(), 'Numbers to add: fixed, whatever the URL says.'),
  slots: maybe(
    slots(),
    'What the URL may fill in: a metric with its least and its most, and `order`, 1, which counts once in 72 hours.',
  ),
  expires: maybe(seconds(), 'When it ends; 0 for never.'),
  notBefore: maybe(seconds(), 'When it begins.'),
  refuseBots: maybe(flag(), 'Whether what calls itself a crawler counts nothing.'),
  origins: maybe(origins(), 'Hosts, origins or `*.host` whose pages may show it.'),
  allowMissing: maybe(flag(), 'With `origins`: whether who names no page counts.'),
  once: maybe(v.literal('day', 'must be "day"'), "Each visitor once in a day of the site's zone."),
  cap: maybe(whole(1, MOST_COUNTED), 'So many in all.'),
  name: maybe(name(), 'A label in the list.'),
}
const WishSchema = exactly(WISH)

/** The first thing that is wrong with a wish, or undefined. `now` is unix milliseconds. */
export function unfitOf(wish: Wish, now: number): Unfit | undefined {
  const { issues } = v.safeParse(WishSchema, wish, { abortEarly: true })
  return issues ? unfitIn(issues) : unfitTogether(wish, now)
}

/** What fits by itself and not beside the rest. */
export function unfitTogether(wish: Wish, now: number): Unfit | undefined {
  const { expires, notBefore, metrics, slots, origins, allowMissing } = wish
  const unfit = (field: string, message: string): Unfit => ({ field, message })
  const names = new Set([...Object.keys(metrics ?? {}), ...Object.keys(slots ?? {})])
  if (names.size > METRICS) return unfit('slots', `and metrics must be at most ${METRICS} names together`)
  if (expires && Number(expires) * 1000 <= now) return unfit('expires', 'must lie ahead')
  if (expires && Number(notBefore ?? 0) >= Number(expires)) return unfit('notBefore', 'must lie before expires')
  if (allowMissing && !origins) return unfit('allowMissing', 'means something only beside origins')
  return undefined
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

const OPTIONS = [
  'refuseBots',
  'origins',
  'allowMissing',
  'once',
  'cap',
] as const satisfies readonly (keyof PixelOptions)[]

/** The pixel of a wish in which nothing is unfit. Its name is for the owner's list, which is not on the wire. */
export function pixelOf(wish: Wish): Pixel {
  const given = OPTIONS.filter((option) => !isAbsent(wish[option]) && wish[option] !== false)
  return {
    expires: Number(wish.expires ?? 0),
    notBefore: Number(wish.notBefore ?? 0),
    // Looked at just before: a text, a tree, numbers by name, and ranges by name.
    type: (wish.type ?? '_') as string,
    dimensions: (wish.dimensions ?? {}) as Dimensions,
    metrics: (wish.metrics ?? {}) as Numbers,
    slots: (wish.slots ?? {}) as Pixel['slots'],
    options: Object.fromEntries(given.map((option) => [option, wish[option]])),
  }
}
