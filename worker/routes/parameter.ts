/** Parameters that a route has of its own, beside those of a question: taken out of the query, and read one by one. */
import { bad } from './problem'
import type { Query } from './question'

/** The route's own by name, and the rest, which is a question's. */
export function apart<Name extends string>(
  query: Query,
  names: readonly Name[],
): { own: { [name in Name]?: string }; rest: Query } {
  const own: { [name in Name]?: string } = {}
  const rest = { ...query }
  for (const name of names) {
    if (rest[name] !== undefined) own[name] = rest[name]
    delete rest[name]
  }
  return { own, rest }
}

export function whole(text: string | undefined, field: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!text.trim() || !Number.isInteger(value) || value < least || value > most)
    throw bad(field, `must be a whole number from ${least} to ${most}`)
  return value
}

export function fraction(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!text.trim() || !(value >= 0 && value <= 1)) throw bad(field, `must be a number from 0 to 1`)
  return value
}

const FLAGS: Record<string, boolean> = { 1: true, true: true, 0: false, false: false }

export function flag(text: string | undefined, field: string): boolean {
  if (text === undefined) return false
  const value = Object.hasOwn(FLAGS, text) ? FLAGS[text] : undefined
  if (value === undefined) throw bad(field, `must be 1 or 0`)
  return value
}
