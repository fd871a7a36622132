/**
 * What members of a JSON body may be, as schemas that several requests share. Each says in plain words what is wrong, to
 * stand behind the member's name; a description is made of the same limits. `null` is as good as a member left out.
 */
import * as v from 'valibot'
import { isOrigin } from './origin'

/** What is wrong with a member, in words that follow its name: `must be …`. */
export interface Unfit {
  /** `keep.raw`; empty where it is the whole that is wrong. */
  field: string
  message: string
}

/** The first thing that is wrong. A place in a list is not named: what its items must be is said of the list. */
export function unfitIn([issue]: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): Unfit {
  const path = issue.path ?? []
  const end = path.findIndex(({ type }) => type === 'array')
  const keys = (end < 0 ? path : path.slice(0, end)).map(({ key }) => String(key))
  return { field: keys.join('.'), message: issue.message }
}

/** The end of unix seconds that a JSON number and every reader hold; milliseconds of our days lie beyond. */
export const MOST_SECONDS = 253_402_300_799
/** The bound on a text that says no other. */
const CHARACTERS = 256

/** A body, or an object within one, with these members and no others: silence would hide a typing error. */
export const exactly = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected }) => {
    if (expected === 'never') return `is not known here; known are ${Object.keys(entries).join(', ')}`
    return expected?.startsWith('"') ? 'is missing' : 'must be a JSON object'
  })

/** A member that may be left out, and what it is. */
export const maybe = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  v.pipe(v.nullish(schema), v.description(about))

export const text = (most = CHARACTERS) =>
  v.pipe(
    v.string('must be a text'),
    v.nonEmpty('must be a text'),
    v.maxLength(most, `is longer than ${most} characters`),
  )

const TEXTS = `must be a list of texts of at most ${CHARACTERS} characters`

export const texts = (most = 100) =>
  v.pipe(
    v.array(v.pipe(v.string(TEXTS), v.nonEmpty(TEXTS), v.maxLength(CHARACTERS, TEXTS)), TEXTS),
    v.maxLength(most, `has more than ${most} items`),
  )

/** A list that limits something: an empty one would limit it to nothing. */
export const someTexts = (most?: number) =>
  v.pipe(texts(most), v.nonEmpty('must name at least one; leave it out for no limit'))

export function number(least: number, most: number) {
  const what = `must be a number from ${least} to ${most}`
  return v.pipe(v.number(what), v.minValue(least, what), v.maxValue(most, what))
}

export function whole(least: number, most: number) {
  const what = `must be a whole number from ${least} to ${most}`
  return v.pipe(v.number(what), v.integer(what), v.minValue(least, what), v.maxValue(most, what))
}

export const flag = () => v.boolean('must be true or false')

/** Pages by host or origin: `example.com`, `https://example.com`, `*.example.com`, with or without a port. */
export const origins = (most = 100) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string(TEXTS),
        v.maxLength(CHARACTERS, TEXTS),
        v.check(isOrigin, ({ input }) => `has "${input}", which must be a host, an origin or *.host, without a path`),
      ),
      TEXTS,
    ),
    v.maxLength(most, `has more than ${most} items`),
  )

/** When something begins or ends. Milliseconds have been past the last second since 1978. */
export function seconds() {
  const what = ({ input }: v.BaseIssue<unknown>) =>
    typeof input === 'number' && input > MOST_SECONDS
      ? 'must be unix seconds; it looks like milliseconds'
      : `must be unix seconds, a whole number from 0 to ${MOST_SECONDS}, or 0 for none`
  return v.pipe(v.number(what), v.integer(what), v.minValue(0, what), v.maxValue(MOST_SECONDS, what))
}

/**
 * Names of the sender's own, each with a value of one kind. Every name is one: valibot's record leaves out `constructor`,
 * `prototype` and `__proto__` in silence, so it only describes. A list is no such object, though its places are names.
 */
export function named<Value extends v.GenericSchema>(value: Value, what: string) {
  const described = v.record(v.string(), value, what)
  const none = v.custom<never>(() => false, what)
  const read = v.pipe(
    v.custom<Record<string, unknown>>(() => true),
    v.rawTransform(({ dataset: { value: input }, addIssue, NEVER }): Record<string, v.InferOutput<Value>> => {
      const members: [string, v.InferOutput<Value>][] = []
      for (const [key, given] of Object.entries(input)) {
        const { success, output, issues } = v.safeParse(value, given, { abortEarly: true })
        if (!success) {
          addIssue({
            message: issues[0].message,
            path: [{ type: 'object', origin: 'value', input, key, value: given }],
          })
          return NEVER
        }
        members.push([key, output])
      }
      return Object.fromEntries(members)
    }),
  )
  return v.lazy((given): typeof described | typeof read | typeof none => {
    if (Array.isArray(given)) return none
    return typeof given === 'object' && given !== null ? read : described
  })
}

/** One of several kinds. Where it is of none, and where it is one that is out of its bounds, the same is said. */
export const either = <const Kinds extends v.UnionOptions>(kinds: Kinds, what: string) =>
  v.message(v.union(kinds), what)

/** An object within a body; a list is none. */
export function part<Schema extends v.GenericSchema>(schema: Schema) {
  const none = v.custom<never>(() => false, 'must be a JSON object')
  return v.lazy((given): Schema | typeof none => (Array.isArray(given) ? none : schema))
}

/** What a reader of ours made of something, or what is wrong with it. */
export type Read<Value> = { value: Value } | { problem: string }

/** What a reader of ours makes of what was checked so far. */
export const made = <Given, Value>(reader: (given: Given) => Read<Value>) =>
  v.rawTransform<Given, Value>(({ dataset, addIssue, NEVER }) => {
    const result = reader(dataset.value)
    if ('value' in result) return result.value
    addIssue({ message: result.problem })
    return NEVER
  })
