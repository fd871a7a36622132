/** Names as they may stand in a dimension, a type or a metric: whoever chose them, they are shown to the owner. */
import { REST } from '../rollup/dimension'
import { NAME_BYTES, TYPE_WORDS } from './limits'

/** What stands where nothing is known. */
export const UNKNOWN = 'unknown'

/** Control characters, and those that turn the direction of the text after them. */
const INVISIBLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu')
/** UTF-8 needs at most three bytes for each UTF-16 unit, so a shorter text needs no measuring. */
const SURELY_SHORT = Math.floor(NAME_BYTES / 3)

/** What a sender may not say: it stands for all names that there is no room for. */
const DOTS = '...'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Without invisible characters, well-formed, and cut at a character boundary. */
export function cleanName(name: string): string {
  const visible = INVISIBLE.test(name) ? name.replace(ALL_INVISIBLE, '') : name
  const text = visible === REST ? DOTS : visible.toWellFormed()
  if (text.length <= SURELY_SHORT) return text
  const bytes = encoder.encode(text)
  if (bytes.length <= NAME_BYTES) return text
  let end = NAME_BYTES
  // 10xxxxxx continues a character: go back to where one begins.
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return decoder.decode(bytes.subarray(0, end))
}

/** A dotted name of plain words: types stand in URLs and queries. */
export function cleanType(type: string): string {
  const words = type.slice(0, NAME_BYTES).split('.').filter(Boolean).slice(0, TYPE_WORDS)
  return words.map((word) => word.replace(/[^A-Za-z0-9_-]/g, '_')).join('.') || '_'
}

/** Questions spell `a/b` for a ratio, `a:+` for a running total and list metrics with commas. */
export const cleanMetric = (name: string): string => cleanName(name).replace(/[/:,]/g, '_') || '_'
