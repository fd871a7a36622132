import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../../sdk/wire/base64url'

test('is the text that node writes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(encode(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(decode(encode(bytes))).toEqual(bytes)
    }),
  )
})

test.each([
  ['a lone character', 'A'],
  ['padding', 'AA=='],
  ['the other alphabet', '+/+/'],
  ['a space', 'AA A'],
  ['a newline', 'AAAA\n'],
  ['a letter beyond ASCII', 'AAAé'],
  ['leftover bits after one byte', 'AB'],
  ['leftover bits after two bytes', 'AAB'],
])('refuses %s', (_, text) => {
  expect(decode(text)).toBeUndefined()
})

test('has exactly one spelling for each length', () => {
  for (const length of [1, 2, 3]) {
    const text = encode(new Uint8Array(length))
    const aliases = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((last) => text.slice(0, -1) + last)
      .filter((alias) => decode(alias)?.every((byte) => byte === 0))
    expect(aliases).toEqual([text])
  }
})

test('never throws, and what it takes it writes back the same', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (text) => {
      const bytes = decode(text)
      if (bytes) expect(encode(bytes)).toBe(text)
    }),
  )
})
