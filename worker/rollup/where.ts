/**
 * The language of `where`: which raw events to count. A filter is JSON, and all its keys must hold:
 *   {"country": "SE"}                  counted under country›SE; a list is a longer path: {"country": ["SE", "AB"]}
 *   {"device": {"in": ["phone", …]}}   under one of them
 *   {"exists": "campaign"}             under a name, or under any path given as a list
 *   {"metric": {"dollars": {"gt": 10, "lte": 99}}}     gt, gte, lt, lte, eq; a metric that is not there is 0, `hits` 1
 *   {"not": filter}   {"all": [filter, …]}   {"any": [filter, …]}
 * The type is asked beside it. A parsed filter is plain data: it travels in questions from one object to another.
 */
import type { Path } from '../../sdk/wire/event'

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte' | 'eq'

export type Filter =
  | { kind: 'all' | 'any'; of: readonly Filter[] }
  | { kind: 'not'; filter: Filter }
  | { kind: 'path'; path: Path }
  | { kind: 'metric'; name: string; is: Comparison; than: number }

/** Filters within filters, and names within a path: as deep as dimensions are. */
const MOST_DEPTH = 8
/** Each is tried on every distinct value; more is no question a person asks. */
const MOST_TERMS = 64
/** The bound on a name where it is counted. */
const NAME_BYTES = 256
/** All terms at their longest would be more, and no URL that long arrives. */
const MOST_CHARACTERS = 32 * 1024

const COMPARISONS: readonly string[] = ['gt', 'gte', 'lt', 'lte', 'eq'] satisfies Comparison[]
const isComparison = (word: string): word is Comparison => COMPARISONS.includes(word)

type Parsed = Filter | { problem: string }

export const parseWhere = (text: string): Parsed => {
  if (text.length > MOST_CHARACTERS) return { problem: `is longer than ${MOST_CHARACTERS} characters` }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { problem: 'is not JSON' }
  }
  try {
    return new Parser().filter(json, '', 1)
  } catch (thrown) {
    if (thrown instanceof Wrong) return { problem: thrown.message }
    throw thrown
  }
}

/** Leads from deep within a filter out of it, and no further than this file. */
class Wrong extends Error {}

const encoder = new TextEncoder()
/** A problem quotes what was sent, but not all of it. */
const quoted = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 80)

class Parser {
  private terms = 0

  /** `where` is the way to the filter, for whoever must find what is wrong. */
  filter(json: unknown, where: string, depth: number): Filter {
    if (depth > MOST_DEPTH) throw new Wrong(`${where} is nested deeper than ${MOST_DEPTH}`)
    const entries = entriesOf(json, where, 'a filter such as {"country":"SE"}')
    return conjunction(entries.map(([key, value]) => this.part(key, value, where ? `${where}.${key}` : key, depth)))
  }

  private part(key: string, value: unknown, where: string, depth: number): Filter {
    switch (key) {
      case 'not':
        return { kind: 'not', filter: this.filter(value, where, depth + 1) }
      case 'all':
      case 'any': {
        const of = listOf(value, where, 'a list of filters')
        return { kind: key, of: of.map((each, i) => this.filter(each, `${where}[${i}]`, depth + 1)) }
      }
      case 'exists':
        return this.term({ kind: 'path', path: pathOf(value, where, MOST_DEPTH) })
      case 'metric':
        return this.metrics(value, where)
      case 'type':
        throw new Wrong(`${where} is asked beside the filter, as the parameter type`)
      case 'visitor':
        throw new Wrong(`${where} cannot be asked: raw events are not told apart by who sent them`)
      default:
        return this.dimension(nameOf(key, 'a name'), value, where)
    }
  }

  private dimension(name: string, value: unknown, where: string): Filter {
    const under = (below: unknown, at: string) =>
      this.term({ kind: 'path', path: [name, ...pathOf(below, at, MOST_DEPTH - 1)] })
    if (!isObject(value)) return under(value, where)
    const { in: list, ...rest } = value
    if (list === undefined || Object.keys(rest).length > 0) {
      throw new Wrong(`${where} must be a name, a list of names, or {"in":[…]}, not ${quoted(value)}`)
    }
    const each = listOf(list, `${where}.in`, 'a list of names or paths')
    return { kind: 'any', of: each.map((below, i) => under(below, `${where}.in[${i}]`)) }
  }

  private metrics(value: unknown, where: string): Filter {
    const entries = entriesOf(value, where, 'comparisons such as {"dollars":{"gt":10}}')
    return conjunction(
      entries.flatMap(([name, tests]) => this.comparisons(nameOf(name, where), tests, `${where}.${name}`)),
    )
  }

  private comparisons(name: string, tests: unknown, where: string): Filter[] {
    return entriesOf(tests, where, 'a comparison such as {"gt":10}').map(([is, than]) => {
      if (!isComparison(is))
        throw new Wrong(`${where} has ${quoted(is)}, which is not one of ${COMPARISONS.join(', ')}`)
      if (typeof than !== 'number' || !Number.isFinite(than)) {
        throw new Wrong(`${where}.${is} must be a finite number, not ${quoted(than)}`)
      }
      return this.term({ kind: 'metric', name, is, than })
    })
  }

  private term(term: Filter): Filter {
    this.terms++
    if (this.terms > MOST_TERMS) throw new Wrong(`has more than ${MOST_TERMS} terms`)
    return term
  }
}

const conjunction = (of: readonly Filter[]): Filter => (of.length === 1 ? of[0]! : { kind: 'all', of })

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function entriesOf(value: unknown, where: string, wanted: string): [name: string, value: unknown][] {
  if (!isObject(value)) throw new Wrong(`${where || 'it'} must be ${wanted}, not ${quoted(value)}`)
  const entries = Object.entries(value)
  if (entries.length === 0) throw new Wrong(`${where || 'it'} is empty; it must be ${wanted}`)
  return entries
}

function listOf(value: unknown, where: string, wanted: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Wrong(`${where} must be ${wanted}, not ${quoted(value)}`)
  return value
}

/** A name, or a list of them. Numbers and booleans are names too, as they are where they are counted. */
function pathOf(value: unknown, where: string, most: number): string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw new Wrong(`${where} is an empty path; {"exists":"name"} asks for any`)
  if (list.length > most) throw new Wrong(`${where} is a path deeper than ${MOST_DEPTH}`)
  return list.map((name: unknown) => nameOf(name, where))
}

function nameOf(name: unknown, where: string): string {
  if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean') {
    throw new Wrong(`${where} must be a name or a list of names, not ${quoted(name)}`)
  }
  const text = String(name)
  if (text === '') throw new Wrong(`${where} is an empty name, under which nothing counts`)
  if (encoder.encode(text).length > NAME_BYTES) throw new Wrong(`${where} is longer than ${NAME_BYTES} bytes`)
  return text
}
