/**
 * How questions are spelled: types, paths and metrics as texts of a query, in this house's words or HailWhale's, whose
 * values may be JSON with either kind of quotes. What is wrong is a 400 that names the parameter.
 */
import type { Path } from '../../sdk/wire/event'
import { isLong } from '../ingest/bounds'
import { DEPTH, NAME_BYTES } from '../ingest/limits'
import { SEPARATOR } from '../rollup/dimension'
import { bad } from './problem'

/** Lines that a picture can hold apart. */
const MOST_METRICS = 16

/** A dotted name, or its words as a JSON list: `["site","page"]` is `site.page`. */
export function typeOf(field: string, text: string): string {
  const words = /^[["]/.test(text) ? json(field, text) : text
  const list = Array.isArray(words) ? words : [words]
  if (!list.length || !list.every((word) => typeof word === 'string' && word !== '')) {
    throw bad(field, 'must be a dotted name such as request.sql, or a JSON list of its words')
  }
  const type = list.join('.')
  if (isLong(type)) throw bad(field, `is longer than ${NAME_BYTES} bytes`)
  return type
}

/** A path: one name, a JSON list of names, or an object that is one chain; `_` and nothing are the root. */
export function pathOf(field: string, text: string): Path {
  const path = /^[["{]/.test(text) ? json(field, text) : [text]
  const list = isObject(path) ? chainOf(field, path) : Array.isArray(path) ? path : [path]
  if (!list.every((name) => (typeof name === 'string' && name !== '') || typeof name === 'number')) {
    throw bad(field, 'must be a name or a JSON list of names, such as ["country","SE"]')
  }
  if (list.length > DEPTH) throw bad(field, `is deeper than ${DEPTH}`)
  const names = list.map(String)
  if (names.some(isLong)) throw bad(field, `has a name longer than ${NAME_BYTES} bytes`)
  if (names.some((name) => name.includes(SEPARATOR))) throw bad(field, 'has a name with a control character')
  return names.length === 1 && names[0] === '_' ? [] : names
}

/** `{"country":{"US":"CA"}}` is country›US›CA; of a tree there would be several. */
function chainOf(field: string, tree: Record<string, unknown>): unknown[] {
  const names: unknown[] = []
  let below: unknown = tree
  while (isObject(below) && names.length <= DEPTH) {
    const [entry, ...others] = Object.entries(below)
    if (!entry || others.length) throw bad(field, 'must be one path: ask several one by one')
    names.push(entry[0])
    below = entry[1]
  }
  return [...names, ...(Array.isArray(below) ? below : [below])]
}

/** Names between commas, a JSON list, or an object: `{"dollars":"hits"}` is dollars/hits. */
export function metricsOf(field: string, text: string): string[] {
  const value = /^[[{"]/.test(text) ? json(field, text) : text.split(',')
  const list = (Array.isArray(value) ? value : [value]).flatMap((item: unknown) => ratiosOf(item))
  if (!list.length || !list.every((item) => typeof item === 'string' && item.trim() !== '')) {
    throw bad(field, 'must be a metric, several between commas, a JSON list of them, or {"dollars":"hits"} for a ratio')
  }
  const names = [...new Set(list.map((name) => spoken(String(name))))]
  if (names.length > MOST_METRICS) throw bad(field, `has more than ${MOST_METRICS} metrics`)
  return names
}

const ratiosOf = (item: unknown): unknown[] =>
  isObject(item)
    ? Object.entries(item).map(([over, under]) => (typeof under === 'string' ? `${over}/${under}` : under))
    : [item]

/** In a query `+` is a space, and `hits:+` is what people write. */
export const spoken = (metric: string): string => metric.replace(/:\s+$/, ':+').trim()

/** JSON as it is; else with the quotes that HailWhale's URLs use. */
function json(field: string, text: string): unknown {
  for (const spelled of [text, text.replaceAll("'", '"')]) {
    try {
      return JSON.parse(spelled)
    } catch {
      // The other spelling may be meant.
    }
  }
  throw bad(field, 'is not JSON')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
