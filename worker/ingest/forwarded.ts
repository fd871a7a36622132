/**
 * Reads what another Graupel forwards. Its verdict and its dimensions are final, and it may be of another release: what is
 * not known here is left out, names are cut to the bounds of this house, and an event that is none is set aside and
 * counted as refused, since one that came again and again would hold up all behind it.
 */
import * as v from 'valibot'
import { decode } from '../../sdk/wire/base64url'
import type { Dimensions, Event, Numbers } from '../../sdk/wire/event'
import { REST } from '../rollup/dimension'
import { AHEAD } from './clock'
import { METRICS } from './limits'
import { gaugesOf } from './metrics'
import { cleanType } from './name'
import { UUID_BYTES } from './tracking'
import { clip } from './tree'

/** Names of logs and sites are short; the longest of ours has 40 characters. */
const NAME_CHARACTERS = 128
/** As many as one server takes logs from, each of a site of its own. */
const MOST_VIA = 10_000
/** Beside the sender's own there are `hits` and what tells a session. */
const NUMBERS = METRICS + 3
/** A visitor is 40 bits. */
const VISITORS = 2 ** 40

const NAME = `must be a name of at most ${NAME_CHARACTERS} letters, digits and . / @ -`
const name = v.pipe(v.string(NAME), v.regex(/^[\w./@-]+$/, NAME), v.maxLength(NAME_CHARACTERS, NAME))
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** What says whose slice it is; unknown members are a newer release's. */
export const SliceSchema = v.object({
  source: v.pipe(name, v.description('Whose log it is.')),
  generation: v.pipe(name, v.description('Which one of his.')),
  from: v.pipe(position, v.description('Where the slice begins, exclusive.')),
  to: v.pipe(position, v.description('Where it ends, inclusive.')),
  via: v.pipe(
    v.optional(v.pipe(v.array(name), v.maxLength(MOST_VIA)), []),
    v.description('The sites that its events have passed.'),
  ),
  gap: v.pipe(v.optional(v.tuple([position, position])), v.description('Log that should have been in it and is gone.')),
  entries: v.pipe(v.array(v.array(v.unknown())), v.description('Events, in lists as they were acknowledged.')),
})

/** Decisions are their own deployment's; what visitors are counted by is the same everywhere. */
const named = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(NAME_CHARACTERS),
  // On disk half a character is another name.
  v.check((text) => text.isWellFormed()),
)
const TrackSchema = v.object({
  kind: v.literal('track'),
  namespace: named,
  experiment: named,
  variant: named,
  event: named,
  uuid: v.pipe(
    v.string(),
    v.check((text) => decode(text)?.length === UUID_BYTES),
  ),
})

export const LogSchema = v.pick(SliceSchema, ['source', 'generation'])

export interface ForwardedSlice extends Omit<v.InferOutput<typeof SliceSchema>, 'entries'> {
  entries: Event[][]
  /** Events that were none. */
  refused: number
}

export function parseForwarded(given: unknown, now: number): { slice: ForwardedSlice } | { problem: string } {
  const parsed = v.safeParse(SliceSchema, given, { abortEarly: true })
  if (!parsed.success) {
    const [issue] = parsed.issues
    return { problem: `${v.getDotPath(issue) ?? 'the slice'}: ${issue.message}` }
  }
  if (parsed.output.to <= parsed.output.from) return { problem: 'to must lie after from' }
  let refused = 0
  const entries = parsed.output.entries.map((entry) =>
    entry.flatMap((each) => {
      const event = eventOf(each, now)
      if (!event) refused += 1
      return event ?? []
    }),
  )
  return { slice: { ...parsed.output, entries: entries.filter(({ length }) => length), refused } }
}

/** The event, or undefined where it is none. */
function eventOf(given: unknown, now: number): Event | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const { at, type, dimensions, metrics, gauges, visitor, daily, note } = given as Record<string, unknown> // Asked one by one.
  const numbers = numbersOf(metrics)
  const measured = gauges === undefined ? {} : numbersOf(gauges)
  if (!isTime(at, now) || typeof type !== 'string' || !numbers || !measured) return undefined
  return {
    at,
    // So are called the types of browsers that there was no room for.
    type: type === REST ? REST : cleanType(type),
    // JSON holds nothing but what a tree of dimensions can be.
    dimensions: clip((dimensions ?? null) as Dimensions),
    metrics: gaugesOf(numbers),
    ...(gauges !== undefined && { gauges: gaugesOf(measured) }),
    ...(isVisitor(visitor) && { visitor, ...(daily === true && { daily }) }),
    ...(v.is(TrackSchema, note) && { note }),
  }
}

/** Late it may be by as long as the sender could not reach us. */
const isTime = (at: unknown, now: number): at is number =>
  typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 && at <= now + AHEAD

const isVisitor = (visitor: unknown): visitor is number =>
  typeof visitor === 'number' && Number.isInteger(visitor) && visitor >= 0 && visitor < VISITORS

function numbersOf(given: unknown): Numbers | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const values: unknown[] = Object.values(given)
  return values.length <= NUMBERS && values.every(Number.isFinite) ? (given as Numbers) : undefined // Each was just looked at.
}
