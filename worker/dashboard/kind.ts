/** What a JSON Schema asks for, in a few words for people. */
import type { Shown } from '../reference/schema'

const figure = new Intl.NumberFormat('en')

export function kindOf(schema: Shown): string {
  const { $ref: ref, const: only, enum: names, anyOf } = schema
  if (ref !== undefined) return ref.replace(/^.*\//, '')
  if (only !== undefined) return JSON.stringify(only)
  if (names) return `one of ${names.map((name) => JSON.stringify(name).replaceAll('"', '')).join(', ')}`
  if (anyOf) return anyOf.map(one).join(', or ')
  return simple(schema)
}

const one = (schema: Shown | boolean): string => (typeof schema === 'boolean' ? 'JSON' : kindOf(schema))

function simple(schema: Shown): string {
  const { type, items, additionalProperties, minItems, maxItems, maxLength } = schema
  if (type === 'integer') return `whole number${rangeOf(schema)}`
  if (type === 'number') return `number${rangeOf(schema)}`
  if (type === 'string')
    return `text${maxLength === undefined ? '' : ` of at most ${figure.format(maxLength)} characters`}`
  if (type === 'boolean') return 'true or false'
  if (type === 'null') return 'null'
  if (type === 'array') return listOf({ minItems, maxItems }, items)
  if (type === 'object')
    return typeof additionalProperties === 'object' ? `object, each ${kindOf(additionalProperties)}` : members(schema)
  return 'JSON'
}

function rangeOf({ minimum, maximum }: Shown): string {
  if (minimum === undefined || maximum === undefined) return ''
  return `, ${figure.format(minimum)} to ${figure.format(maximum)}`
}

function listOf({ minItems, maxItems }: Pick<Shown, 'minItems' | 'maxItems'>, items: Shown['items']): string {
  if (typeof items !== 'object' || Array.isArray(items)) return `list of ${minItems ?? 'several'}`
  const most = maxItems === undefined ? '' : ` of at most ${figure.format(maxItems)}`
  return `list${most}, each ${kindOf(items)}`
}

const members = ({ properties }: Shown): string =>
  properties ? `object: ${Object.keys(properties).join(', ')}` : 'object'
