/** Names as words of a dotted type. Types stand in URLs and queries, so their words hold letters, digits, `-` and `_` alone. */
import { murmur } from './murmur'

/** Two words and what they are words of stay below the 256 characters of a type. */
const CHARACTERS = 120
const HASH_DIGITS = 8

const encoder = new TextEncoder()

/**
 * What else is ASCII becomes `_`, as people write it themselves; of any other script each character stays apart from all
 * others by its code: `front page` is `front_page`, `日` is `_65e5`. What is too long ends with a hash of the whole name.
 */
export function wordOf(name: string): string {
  const word = name.replace(/[^\w-]/gu, (one) => (one < '\u0080' ? '_' : `_${one.codePointAt(0)!.toString(16)}`))
  if (word.length <= CHARACTERS) return word || '_'
  const hash = murmur(encoder.encode(name), 0).toString(16).padStart(HASH_DIGITS, '0')
  return `${word.slice(0, CHARACTERS - HASH_DIGITS - 1)}_${hash}`
}

/** Those left out are no words of it. */
export const dotted = (...names: (string | undefined)[]): string =>
  names
    .filter((name) => name !== undefined)
    .map(wordOf)
    .join('.')

/** Under which an option of a decision is counted, and the whole decision. */
export const typeOfDecision = (decision: string, option?: string): string => dotted('decision', decision, option)
