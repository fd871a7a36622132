/**
 * A value of dimensions in bytes: a name, a list, or a tree of values. It begins with a varint, value × 8 + kind:
 *   text: its index among the texts · tree: how many names, then each name's index and its value
 *   list: how many items, then each · whole: a signed number · float: 0, then a float64 · word: null, false, true
 */
import type { Dimensions } from '../../sdk/wire/event'
import { type Cursor, LARGEST_VARINT, type Writer } from './bytes'

const KIND = { text: 0, tree: 1, list: 2, whole: 3, float: 4, word: 5 } as const
const KINDS = 8
const WORDS = [null, false, true] as const

export type Tree = { readonly [name: string]: Dimensions }

export const isList = (value: Dimensions): value is readonly Dimensions[] => Array.isArray(value)

export const isTree = (value: Dimensions): value is Tree =>
  typeof value === 'object' && value !== null && !isList(value)

/** Minus zero is written as a float, so that it comes back as it was. */
const isWhole = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) <= LARGEST_VARINT / KINDS && !Object.is(value, -0)

export function write(value: Dimensions, body: Writer, indexOf: (text: string) => number): void {
  if (typeof value === 'string') body.varint(indexOf(value) * KINDS + KIND.text)
  else if (typeof value === 'number') {
    if (isWhole(value)) body.varint((value < 0 ? -2 * value - 1 : 2 * value) * KINDS + KIND.whole)
    else {
      body.varint(KIND.float)
      body.float64(value)
    }
  } else if (isList(value)) {
    body.varint(value.length * KINDS + KIND.list)
    for (const item of value) write(item, body, indexOf)
  } else if (isTree(value)) {
    const names = Object.keys(value)
    body.varint(names.length * KINDS + KIND.tree)
    for (const name of names) {
      body.varint(indexOf(name))
      write(value[name]!, body, indexOf)
    }
  } else body.varint(WORDS.indexOf(value) * KINDS + KIND.word)
}

export function read(cursor: Cursor, texts: readonly string[]): Dimensions {
  const word = cursor.varint()
  const rest = Math.floor(word / KINDS)
  switch (word % KINDS) {
    case KIND.text:
      return texts[rest]!
    case KIND.tree: {
      const tree: Record<string, Dimensions> = Object.create(null)
      for (let left = rest; left > 0; left--) {
        const name = texts[cursor.varint()]!
        tree[name] = read(cursor, texts)
      }
      return tree
    }
    case KIND.list:
      return Array.from({ length: rest }, () => read(cursor, texts))
    case KIND.whole:
      return rest % 2 ? -(rest + 1) / 2 : rest / 2
    case KIND.float:
      return cursor.float64()
    default:
      return WORDS[rest]!
  }
}

/** A text that equal values share and no others do: every name stands behind its length. */
export function signatureOf(value: Dimensions): string {
  if (typeof value === 'string') return `${value.length}:${value}`
  if (typeof value === 'number') return Object.is(value, -0) ? '#-0;' : `#${value};`
  if (isList(value)) return `[${value.length}.${value.map(signatureOf).join('')}`
  if (!isTree(value)) return `${value};`
  let signature = ''
  let count = 0
  for (const name of Object.keys(value)) {
    signature += `${name.length}:${name}${signatureOf(value[name]!)}`
    count++
  }
  return `{${count}.${signature}`
}
