/**
 * What may be minted. An owner's wish is read member by member, and the first that does not fit is named with its limit;
 * the API and the command ask here, so that a pixel minted without a server keeps to the same limits.
 */
import type { Dimensions, Numbers } from './event'
import { isOrigin } from './origin'
import type { Pixel, PixelOptions } from './plaintext'

/** What a JSON body or a command line wishes for. */
export type Wish = Readonly<Record<string, unknown>>

/** What is wrong with a member, in words that follow its name: `must be …`. */
export interface Unfit {
  field: string
  message: string
}

/** The end of unix seconds that a JSON number and every reader hold; milliseconds of our days lie beyond. */
export const MOST_SECONDS = 253_402_300_799
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

/** What is wrong, or undefined. */
type Check = (value: unknown) => string | undefined

const must =
  (what: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? undefined : `must be ${what}`

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most
const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value !== '' && value.length <= most
const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isFlag = must('true or false', (value) => typeof value === 'boolean')

const isTime: Check = (value) => {
  if (typeof value === 'number' && value > MOST_SECONDS) return 'must be unix seconds; it looks like milliseconds'
  return isWhole(value, 0, MOST_SECONDS) ? undefined : 'must be unix seconds, a whole number, or 0 for none'
}

/** Each member that a wish may have; one of them that is absent is as good as not wished for. */
const MEMBERS = {
  type: must(
    `a dotted name of at most ${TYPE_WORDS} words and ${TYPE_CHARACTERS} characters`,
    (value) => isText(value, TYPE_CHARACTERS) && String(value).split('.').length <= TYPE_WORDS,
  ),
  dimensions: () => undefined, // Any JSON is a tree of dimensions; how large it may be, its counter says.
  metrics: must(`an object of at most ${METRICS} metrics`, (value) => isTree(value) && sizeOf(value) <= METRICS),
  slots: must(`an object of at most ${SLOTS} slots`, (value) => isTree(value) && sizeOf(value) <= SLOTS),
  expires: isTime,
  notBefore: isTime,
  refuseBots: isFlag,
  origins: must(
    `a list of 1 to ${ORIGINS} hosts, origins or *.host, without a path`,
    (value) =>
      Array.isArray(value) &&
      isWhole(value.length, 1, ORIGINS) &&
      value.every((origin) => typeof origin === 'string' && isOrigin(origin)),
  ),
  allowMissing: isFlag,
  once: must('"day"', (value) => value === 'day'),
  cap: must(`a whole number from 1 to ${MOST_COUNTED}`, (value) => isWhole(value, 1, MOST_COUNTED)),
  name: must(`a text of at most ${NAME_CHARACTERS} characters`, (value) => isText(value, NAME_CHARACTERS)),
} satisfies Record<string, Check>

const sizeOf = (value: object): number => Object.keys(value).length

/** The first thing that is wrong with a wish, or undefined. `now` is unix milliseconds. */
export function unfitOf(wish: Wish, now: number): Unfit | undefined {
  const checks: Record<string, Check> = MEMBERS
  for (const [field, value] of Object.entries(wish)) {
    if (!Object.hasOwn(checks, field)) return unknownOf(field)
    const message = isAbsent(value) ? undefined : checks[field]!(value)
    if (message !== undefined) return { field, message }
  }
  return unfitMetric(wish.metrics) ?? unfitSlot(wish.slots) ?? unfitTogether(wish, now)
}

/** Silence would hide a typing error. */
const unknownOf = (field: string): Unfit => ({
  field,
  message: `is not known here; known are ${Object.keys(MEMBERS).join(', ')}`,
})

const isAbsent = (value: unknown): boolean => value === undefined || value === null

function unfitMetric(metrics: unknown): Unfit | undefined {
  const bad = Object.entries(metrics ?? {}).find(([, value]) => !Number.isFinite(value))
  return bad && { field: `metrics.${bad[0]}`, message: 'must be a finite number' }
}

function unfitSlot(slots: unknown): Unfit | undefined {
  for (const [name, range] of Object.entries(slots ?? {})) {
    const message = name === ORDER ? orderProblem(range) : rangeProblem(range)
    if (message !== undefined) return { field: `slots.${name}`, message }
  }
  return undefined
}

const orderProblem: Check = must('1: it takes any text', (value) => value === 1)

function rangeProblem(range: unknown): string | undefined {
  const isRange = Array.isArray(range) && range.length === 2 && range.every((bound) => Number.isFinite(bound))
  if (!isRange) return `must be [least, most]; only ${ORDER} is 1`
  return range[0] <= range[1]
    ? undefined
    : `must be [least, most]; its least, ${range[0]}, is above its most, ${range[1]}`
}

function unfitTogether({ expires, notBefore, metrics, slots, origins, allowMissing }: Wish, now: number) {
  const unfit = (field: string, message: string): Unfit => ({ field, message })
  const names = new Set([...Object.keys(metrics ?? {}), ...Object.keys(slots ?? {})])
  if (names.size > METRICS) return unfit('slots', `and metrics must be at most ${METRICS} names together`)
  if (expires && Number(expires) * 1000 <= now) return unfit('expires', 'must lie ahead')
  if (expires && Number(notBefore ?? 0) >= Number(expires)) return unfit('notBefore', 'must lie before expires')
  if (allowMissing && !origins) return unfit('allowMissing', 'means something only beside origins')
  return undefined
}

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
