import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { ago, span } from '../../../sdk/cli/ago'
import { table, widthOf } from '../../../sdk/cli/table'

test('puts what belongs together under each other, whatever letters it has', () => {
  const rows = [
    ['1', 'shop', 'Zürich'],
    ['12345', '店', 'all'],
    ['7', 'e\u0301te\u0301 👩‍👩‍👧', ''],
  ]
  const lines = table([{ title: 'site', right: true }, { title: 'name' }, { title: 'pages' }], rows)
  expect(lines.map(stripVTControlCharacters)).toEqual([
    ' site  name    pages',
    '    1  shop    Zürich',
    '12345  店      all',
    '    7  e\u0301te\u0301 👩‍👩‍👧  ',
  ])
})

test.each([
  ['', 0],
  ['shop', 4],
  ['e\u0301', 1],
  ['店', 2],
  ['👩‍👩‍👧', 2],
])('%j takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

test('lets nobody who names a thing speak to the terminal', () => {
  const [, row] = table([{ title: 'name' }], [['\u001b[2Jshop\r\nx']])
  expect(row).toBe('\ufffd[2Jshop\ufffd x')
})

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [61, '1 min'],
  [3599, '59 min'],
  [7200, '2 h'],
  [40 * 86_400, '40 d'],
  [-3, '0 s'],
])('%i seconds are told as %s', (seconds, text) => {
  expect(span(seconds)).toBe(text)
})

test('tells how long ago, or never', () => {
  expect([ago(1000, 4000), ago(null, 4000)]).toEqual(['3 s ago', 'never'])
})
