import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { paint, painted, plain } from '../../../sdk/cli/say'

const RED = '\u001b[31m'

test.each([
  ['a title', '\u001b]0;mine\u0007', '�]0;mine�'],
  ['an erased line', 'refused\r\u001b[2Kfine', 'refused��[2Kfine'],
  ['one byte that begins a command', '\u009b2J', '�2J'],
  ['another direction', 'shop\u202eknab', 'shop�knab'],
  ['words that are hidden', '\u001b[8mwords', '�[8mwords'],
  ['letters, marks and lines', 'Zürich 店 \u200f👩‍👩‍👧\nend', 'Zürich 店 \u200f👩‍👩‍👧\nend'],
])('shows no terminal %s', (_, text, shown) => {
  expect([plain(text), painted(text)]).toEqual([shown, shown])
})

test('leaves a line the colours that it was painted with, and a text of others none', () => {
  for (const style of ['bold', 'dim', 'red', 'yellow', 'green', 'cyan'] as const) {
    const line = paint(style, 'words')
    expect(painted(line)).toBe(line)
    expect(stripVTControlCharacters(line)).toBe('words')
  }
  expect([painted(`${RED}words`), plain(`${RED}words`)]).toEqual([`${RED}words`, '�[31mwords'])
})
