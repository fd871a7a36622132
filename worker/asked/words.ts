/**
 * How questions are spelled: types, paths and metrics as texts of a query, in this house's words or HailWhale's, whose
 * values may be JSON with either kind of quotes.
 */
import type { Path } from '../../sdk/wire/event'
import type { Read } from '../../sdk/wire/member'
import { isLong } from '../ingest/bounds'
import { DEPTH, NAME_BYTES } from '../ingest/limits'
import { SEPARATOR } from '../rollup/dimension'
import { read } from './parameter'

/** Lines that a picture can hold apart. */
const MOST_METRICS = 16

export const type = () => read(typeIn)
export const path = () => read((text) => pathIn(text))
export const metrics = () => read(metricsIn)
/** `-hits`: the metric, and whether the greatest comes first. */
export const order = () =>
  read((text) => {
    const descending = text.startsWith('-')
    return { value: { metric: spoken(descending ? text.slice(1) : text), descending } }
  })

/** A dotted name, or its words as a JSON list: `["site","page"]` is `site.page`. */
export function typeIn(text: string): Read<string> {
  const words = /^[["]/.test(text) ? json(text) : text
  if (words === undefined) return NO_JSON
  const list = Array.isArray(words) ? words : [words]
  if (!list.length || !list.every((word) => typeof word === 'string' && word !== ''))
    return { problem: 'must be a dotted name such as request.sql, or a JSON list of its words' }
  const value = list.join('.')
  return isLong(value) ? { problem: `is longer than ${NAME_BYTES} bytes` } : { value }
}

/** A path: one name, a JSON list of names, or an object that is one chain; `_` and nothing are the root. */
export function pathIn(text: string): Read<Path> {
  const given = /^[["{]/.test(text) ? json(text) : text
  return given === undefined ? NO_JSON : pathOf(given)
}

/** The same, of a value that was JSON. */
export function pathOf(given: unknown): Read<Path> {
  const list = isObject(given) ? chainOf(given) : Array.isArray(given) ? given : [given]
  if (!list) return { problem: 'must be one path: ask several one by one' }
  if (!list.every((name) => (typeof name === 'string' && name !== '') || typeof name === 'number'))
    return { problem: 'must be a name or a JSON list of names, such as ["country","SE"]' }
  if (list.length > DEPTH) return { problem: `is deeper than ${DEPTH}` }
  const names = list.map(String)
  if (names.some(isLong)) return { problem: `has a name longer than ${NAME_BYTES} bytes` }
  if (names.some((name) => name.includes(SEPARATOR))) return { problem: 'has a name with a control character' }
  return { value: names.length === 1 && names[0] === '_' ? [] : names }
}

/** `{"country":{"US":"CA"}}` is country›US›CA; of a tree there would be several. */
function chainOf(tree: Record<string, unknown>): unknown[] | undefined {
  const names: unknown[] = []
  let below: unknown = tree
  while (isObject(below) && names.length <= DEPTH) {
    const [entry, ...others] = Object.entries(below)
    if (!entry || others.length) return undefined
    names.push(entry[0])
    below = entry[1]
  }
  return [...names, ...(Array.isArray(below) ? below : [below])]
}

/** Names between commas, a JSON list, or an object: `{"dollars":"hits"}` is dollars/hits. */
function metricsIn(text: string): Read<string[]> {
  const given = /^[[{"]/.test(text) ? json(text) : text.split(',')
  return given === undefined ? NO_JSON : metricsOf(given)
}

/** The same, of a value that was JSON. */
export function metricsOf(given: unknown): Read<string[]> {
  const list = (Array.isArray(given) ? given : [given]).flatMap((item: unknown) => ratiosOf(item))
  if (!list.length || !list.every((item) => typeof item === 'string' && item.trim() !== ''))
    return {
      problem: 'must be a metric, several between commas, a JSON list of them, or {"dollars":"hits"} for a ratio',
    }
  const names = [...new Set(list.map((name) => spoken(String(name))))]
  return names.length > MOST_METRICS ? { problem: `has more than ${MOST_METRICS} metrics` } : { value: names }
}

const ratiosOf = (item: unknown): unknown[] =>
  isObject(item)
    ? Object.entries(item).map(([over, under]) => (typeof under === 'string' ? `${over}/${under}` : under))
    : [item]

/** In a query `+` is a space, and `hits:+` is what people write. */
const spoken = (metric: string): string => metric.replace(/:\s+$/, ':+').trim()

const NO_JSON = { problem: 'is not JSON' }

/** Texts in either kind of quotes, and the point of a number that has nothing before it. */
const SPELLED = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|(?<![\d.])\.(?=\d)/g

/** JSON as it is; else with the quotes and numbers that HailWhale's URLs use; else nothing. */
export function json(text: string): unknown {
  for (const spelled of [(given: string) => given, asJson]) {
    try {
      return JSON.parse(spelled(text))
    } catch {
      // The other spelling may be meant.
    }
  }
  return undefined
}

/** `{'spent': .5}` as `{"spent": 0.5}`; what stands in double quotes is left alone, apostrophes and all. */
const asJson = (text: string): string =>
  text.replace(SPELLED, (found, quoted?: string) => {
    if (quoted !== undefined) return JSON.stringify(quoted.replace(/\\(.)/g, '$1'))
    return found === '.' ? '0.' : found
  })

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
