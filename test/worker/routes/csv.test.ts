import { expect, test } from 'vitest'
import type { Graph, Series } from '../../../sdk/wire/query'
import { csv } from '../../../worker/routes/csv'

const START = Date.UTC(2026, 10, 21)
const DAY = 86_400_000

function linesOf(...series: Partial<Series>[]): string[] {
  const graph: Graph = {
    site: 7,
    type: 'sale',
    interval: 'day',
    timezone: 'UTC',
    from: START,
    to: START + DAY,
    series: series.map((each) => ({ dimension: [], metric: 'hits', total: 0, points: [[START, 1.5]], ...each })),
  }
  const text = csv(graph)
  expect(text.endsWith('\r\n')).toBe(true)
  return text.slice(0, -2).split('\r\n')
}

test('has a row a point', () => {
  const points: Series['points'] = [
    [START, 1.5],
    [START + DAY, -2],
  ]
  expect(linesOf({ points }, { dimension: ['country'] })).toEqual([
    'start,dimension,metric,value',
    '2026-11-21T00:00:00Z,_,hits,1.5',
    '2026-11-22T00:00:00Z,_,hits,-2',
    '2026-11-21T00:00:00Z,country,hits,1.5',
  ])
})

test('has the earlier points beside, where there are', () => {
  const points: Series['points'] = [[START - DAY, 4]]
  expect(linesOf({ compare: { from: START - DAY, to: START, total: 4, points } })).toEqual([
    'start,dimension,metric,value,compare_start,compare_value',
    '2026-11-21T00:00:00Z,_,hits,1.5,2026-11-20T00:00:00Z,4',
  ])
})

test.each([
  ['country', 'country'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['=5', "'=5"],
  ['+49', "'+49"],
  ['-cmd', "'-cmd"],
  ['-12.5', '-12.5'],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['\rx', `"'\rx"`],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
])('shows the name %j as %s', (name, shown) => {
  expect(linesOf({ dimension: [name] })[1]).toBe(`2026-11-21T00:00:00Z,${shown},hits,1.5`)
})

test('shows a longer path as a JSON list', () => {
  expect(linesOf({ dimension: ['=a', 'b'] })[1]).toBe('2026-11-21T00:00:00Z,"[""=a"",""b""]",hits,1.5')
})
