/**
 * What a browser says of a decision becomes a note, if the token it brings was sealed here for that very option. A browser
 * that chose by itself (a split needs no server) brings an id of its own instead: when, and chance.
 */
import type { Saying } from '../../sdk/wire/event'
import type { Exposure, Note } from '../../sdk/wire/note'
import { allowed } from './allow'
import type { Keys } from './keys'
import { cleanName } from './name'
import type { Site } from './settings'
import { type Choice, openToken } from './token'

export type Said = Extract<Saying, readonly ['x' | 'r', ...unknown[]]>

export const isDecided = (saying: Saying): saying is Said => saying[0] === 'x' || saying[0] === 'r'

/** Seconds in base 36, then eight characters of chance. */
const OWN = /^([0-9a-z]{6})[\w-]{8}$/

/** When a browser decided by itself, unix milliseconds; undefined for what is no such id. */
export function timeOfOwn(id: string): number | undefined {
  const [, seconds] = OWN.exec(id) ?? []
  return seconds === undefined ? undefined : Number.parseInt(seconds, 36) * 1000
}

/** What an id says: a token's own, or when a browser chose. Undefined: it was not decided here, or not so. */
export async function decidedBy(keys: Keys, choice: Choice, id: string): Promise<Omit<Exposure, 'kind'> | undefined> {
  const { decision, option } = choice
  const own = timeOfOwn(id)
  const token = own === undefined ? await openToken(keys, choice, id) : { id, at: own }
  return token && { decision, option, ...token }
}

/** Undefined: it was not decided here, or not so. */
export async function noteOf(
  saying: Said,
  keys: Keys,
  { site, allow }: Pick<Site, 'site' | 'allow'>,
): Promise<Note | undefined> {
  const [code, decision, option, id] = saying
  const decided = await decidedBy(keys, { site, decision, option }, id)
  if (!decided) return undefined
  if (code === 'x') return { kind: 'exposure', ...decided }
  const [, , , , metrics = { reward: 1 }, goal] = saying
  const { hits: _, ...numbers } = allowed(metrics, allow)
  return { kind: 'reward', ...decided, metrics: numbers, ...(goal && { goal: cleanName(goal) }) }
}
