/**
 * Derived metrics: numbers that are made of others, as data. A site may define more of them beside these; either kind
 * stands wherever a metric is asked for. `per` makes one a ratio: a/b in each bucket, sum/sum in totals, 0 where b is 0.
 */
import { termOf } from './term'

export interface Derived {
  /** Metrics added: a name, `max(name)` and its like, or a number. */
  plus: string[]
  minus?: string[]
  per?: { plus: string[]; minus?: string[] }
}

export const derived: Record<string, Derived> = {
  // Of sessions that are told by time or by referrer alone nobody knows whether they were engaged.
  bounce_rate: {
    plus: ['sessions'],
    minus: ['engaged', 'sessions_by_time', 'sessions_by_referrer'],
    per: { plus: ['sessions'], minus: ['sessions_by_time', 'sessions_by_referrer'] },
  },
  pages_per_session: { plus: ['hits'], per: { plus: ['sessions'] } },
  seconds_per_session: { plus: ['seconds'], per: { plus: ['sessions'] } },
}

/** More would be nobody's overview, and each travels with every copy of the site's settings. */
const MOST_DERIVED = 64
/** Sums of more are better counted as one metric. */
const MOST_PARTS = 16
/** The bound on a metric's name where it is counted. */
const NAME_BYTES = 256
/** Names of its own that a site cannot take: what everybody reads must mean what it says. */
const TAKEN = new Set([...Object.keys(derived), 'hits'])

const encoder = new TextEncoder()

/** What a site defines for itself, by name: its setting `metrics`. */
export function definitionsOf(value: unknown): { metrics: Record<string, Derived> } | { problem: string } {
  if (!isObject(value))
    return { problem: 'metrics must be an object such as {"profit":{"plus":["dollars"],"minus":["cost"]}}' }
  const entries = Object.entries(value)
  if (entries.length > MOST_DERIVED) return { problem: `metrics has more than ${MOST_DERIVED} names` }
  const known: Record<string, Derived> = Object.create(null) // `__proto__` is a name like any other.
  for (const [name, definition] of entries) {
    const wrong = nameProblem(name)
    if (wrong) return { problem: `metrics.${name.slice(0, 80)} ${wrong}` }
    const made = derivedOf(definition)
    if ('problem' in made) return { problem: `metrics.${name}.${made.problem}` }
    const other = partsOf(made).find((part) => Object.hasOwn(value, part) || Object.hasOwn(derived, part))
    if (other !== undefined) return { problem: `metrics.${name} is made of "${other}", which is made of others itself` }
    known[name] = made
  }
  return { metrics: { ...known } }
}

/** One definition; a problem begins with the member it is about. */
export function derivedOf(value: unknown): Derived | { problem: string } {
  if (!isObject(value)) return { problem: 'plus is missing: a definition is {"plus":[…],"minus":[…],"per":{…}}' }
  const { per, ...over } = value
  const above = sumOf(over, '')
  if ('problem' in above || per === undefined) return above
  if (!isObject(per)) return { problem: 'per must be an object such as {"plus":["sessions"]}' }
  const below = sumOf(per, 'per.')
  return 'problem' in below ? below : { ...above, per: below }
}

function sumOf(value: Record<string, unknown>, place: string): Omit<Derived, 'per'> | { problem: string } {
  const { plus, minus, ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined)
    return { problem: `${place}${unknown.slice(0, 80)} is not known; known are plus and minus` }
  const wrong = listProblem(plus) ?? (minus === undefined ? undefined : listProblem(minus))
  if (wrong) return { problem: `${place}${listProblem(plus) ? 'plus' : 'minus'} ${wrong}` }
  return { plus: plus as string[], ...(minus !== undefined && { minus: minus as string[] }) } // Lists of texts, as just seen.
}

function listProblem(list: unknown): string | undefined {
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string')) {
    return 'must be a list of names'
  }
  if (list.length > MOST_PARTS) return `has more than ${MOST_PARTS} names`
  return list.map((name: string) => textProblem(name)).find(Boolean)
}

function nameProblem(name: string): string | undefined {
  if (TAKEN.has(name)) return 'has a meaning already'
  return (
    textProblem(name) ?? (termOf(name)?.kind === 'read' && !/[()]/.test(name) ? undefined : 'has a meaning already')
  )
}

function textProblem(name: string): string | undefined {
  if (name === '' || /[/:,\p{Cc}]/u.test(name)) return 'has a name that is empty or holds / : , or control characters'
  if (encoder.encode(name).length > NAME_BYTES) return `has a name longer than ${NAME_BYTES} bytes`
  return termOf(name) ? undefined : `has "${name.slice(0, 80)}", which calls a function that there is not`
}

const partsOf = ({ plus, minus = [], per }: Derived): string[] => [
  ...plus,
  ...minus,
  ...(per ? [...per.plus, ...(per.minus ?? [])] : []),
]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
