/** Reads the members of a request one by one; what does not fit is a 400 that names the member and the limit. */
import { Problem } from './problem'

export type Fields = Record<string, unknown>

export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'the body must be a JSON object')
  }
  return value as Fields // An object it is; what its members are is asked one by one.
}

const wrong = (field: string, what: string) => new Problem(400, `${field} ${what}`, field)

export function text(fields: Fields, field: string, most = 256): string | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value === '') throw wrong(field, 'must be a text')
  if (value.length > most) throw wrong(field, `is longer than ${most} characters`)
  return value
}

export function texts(fields: Fields, field: string, most = 100): string[] | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (
    !Array.isArray(value) ||
    !value.every((item) => typeof item === 'string' && item.length > 0 && item.length <= 256)
  ) {
    throw wrong(field, 'must be a list of texts of at most 256 characters')
  }
  if (value.length > most) throw wrong(field, `has more than ${most} items`)
  return value
}

export function number(fields: Fields, field: string, least: number, most: number): number | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw wrong(field, `must be a number from ${least} to ${most}`)
  }
  return value
}

export function flag(fields: Fields, field: string): boolean | undefined {
  const value = fields[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw wrong(field, 'must be true or false')
  return value
}

/** Anything that is not listed is a typing error, and silence would hide it. */
export function only(fields: Fields, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((field) => !known.includes(field))
  if (unknown !== undefined)
    throw new Problem(400, `${unknown} is not known here; known are ${known.join(', ')}`, unknown)
}
