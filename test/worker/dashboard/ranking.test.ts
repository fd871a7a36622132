import { expect, test } from 'vitest'
import { countryLabel, ownLabel, placeLabel, ranking } from '../../../worker/dashboard/ranking'
import type { Answer } from '../../../worker/dashboard/view'
import { answer } from './sample'

const rowsOf = (given: Answer, label = ownLabel) =>
  [
    ...ranking({
      caption: 'Pages',
      kind: 'Page',
      answer: given,
      columns: [['hits', 'Views']],
      label,
      empty: 'Nothing.',
    }).text.matchAll(/width="([\d.]+)".*?<span>(.*?)<\/span>.*?<td>(.*?)<\/td>/g),
  ].map(([, width, name, number]) => [name, number, Number(width)])

const root = [['page'], { hits: 90 }] as const satisfies [string[], Record<string, number>]

test('shows the leaves, the greatest first, each with its share of the greatest', () => {
  const given = answer(
    'pageview',
    [['page'], { hits: 90 }],
    [['page', 'a.example'], { hits: 90 }],
    [['page', 'a.example', '/low'], { hits: 1500 }],
    [['page', 'a.example', '/top'], { hits: 3000 }],
  )
  expect(rowsOf(given, placeLabel(given))).toEqual([
    ['/top', '3,000', 100],
    ['/low', '1,500', 50],
  ])
})

test('names the host only where there are several', () => {
  const given = answer('pageview', [['page', 'a.example', '/'], { hits: 2 }], [['page', 'b.example', '/'], { hits: 1 }])
  expect(rowsOf(given, placeLabel(given)).map(([name]) => name)).toEqual(['a.example/', 'b.example/'])
})

test('shows ten, and none that has nothing', () => {
  const many = Array.from({ length: 12 }, (_, i): [string[], Record<string, number>] => [
    ['source', `s${i}`],
    { hits: i },
  ])
  const rows = rowsOf(answer('pageview', ...many))
  expect(rows).toHaveLength(10)
  expect(rows.at(-1)).toEqual(['s2', '2', 18.2])
})

test('says so where there is nothing', () => {
  const { text } = ranking({
    caption: 'C',
    kind: 'K',
    answer: answer('pageview', root),
    columns: [['hits', 'V']],
    label: ownLabel,
    empty: 'Nothing.',
  })
  expect(text).toContain('Nothing.')
  expect(text).not.toContain('<table')
})

test.each([
  ['SE', 'Sweden'],
  ['se', 'Sweden'],
  ['unknown', 'unknown'],
  ['ZZ', 'Unknown Region'],
  ['…', '…'],
])('calls the country %s %s', (code, name) => expect(countryLabel([code])).toBe(name))
