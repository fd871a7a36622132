import { expect, test } from 'vitest'
import { line } from '../../../sdk/chart/line'
import { ratesOf } from '../../../sdk/results/rates'
import type { Graph } from '../../../sdk/wire/query'
import { standing } from './sample'

const MINUTE = 60_000

/** What `/graph` tells of an option, by the minute. */
function answer(numbers: Record<string, number[]>): Graph {
  const series = Object.entries(numbers).map(([metric, values]) => ({
    dimension: [],
    metric,
    total: values.reduce((sum, value) => sum + value, 0),
    points: values.map((value, i): [number, number] => [i * MINUTE, value]),
  }))
  return { site: 1, type: 'x', interval: 'minute', timezone: 'UTC', from: 0, to: 4 * MINUTE, series }
}

test('divides all rewards until then by all decisions until then', () => {
  const graph = ratesOf(
    [answer({ rewards: [1, 0, 5], hits: [10, 10, 10] }), answer({ rewards: [0, 2, 0], hits: [10, 0, 10] })],
    standing(),
  )!
  expect(graph.series.map(({ dimension, points }) => [dimension[0], points.map(([, rate]) => rate)])).toEqual([
    ['ruler', [0.1, 0.05, 0.2]],
    ['storm', [0, 0.2, 0.1]],
  ])
})

test('begins with the first decision of all', () => {
  const graph = ratesOf(
    [answer({ rewards: [0, 0, 1], hits: [0, 0, 4] }), answer({ rewards: [0, 1, 0], hits: [0, 2, 0] })],
    standing(),
  )!
  expect(graph.series.map(({ points }) => points)).toEqual([
    [
      [MINUTE, 0],
      [2 * MINUTE, 0.25],
    ],
    [
      [MINUTE, 0.5],
      [2 * MINUTE, 0.5],
    ],
  ])
})

test('is empty while nothing was decided, and is not there where nobody answered', () => {
  expect(ratesOf([answer({ rewards: [0], hits: [0] }), undefined], standing())?.series).toEqual([])
  expect(ratesOf([undefined, undefined], standing())).toBeUndefined()
})

test('keeps each option’s colour, whatever else is drawn', () => {
  const graph = ratesOf([answer({ rewards: [1], hits: [2] }), answer({ rewards: [1], hits: [4] })], standing())!
  const [, storm] = graph.series
  const svg = line(
    { ...graph, series: [storm!] },
    { width: 400, height: 200, labels: ['storm'], colors: [1], bare: true },
  )
  expect(svg).toContain('class="g-1"')
  expect(svg).not.toContain('class="g-0"')
  expect(svg).toContain('%</text>')
})
