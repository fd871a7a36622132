import { expect, test } from 'vitest'
import { type Metric, parseMetric } from '../../../worker/rollup/metric'
import { rank, type RankQuestion, type Ranking } from '../../../worker/whale/rank'
import type { Readable } from '../../../worker/whale/reader'
import { event, holding, HOUR, NOON, UTC } from './held'

function metric(text: string): Metric {
  const parsed = parseMetric(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

const question = (more: Partial<RankQuestion> = {}): RankQuestion => ({
  type: 'sale',
  dimension: [],
  interval: 'hour',
  from: NOON - HOUR,
  to: NOON + HOUR,
  timezone: 'UTC',
  zones: UTC,
  metric: metric('hits'),
  depth: 1,
  threshold: 0.1,
  sort: { by: 'score', descending: true },
  limit: 10,
  offset: 0,
  series: [],
  ...more,
})

function ranked(events: Parameters<typeof holding>[0], more: Partial<RankQuestion> = {}): Ranking {
  const ranking = rank(holding(events), question(more))
  if ('problem' in ranking) throw new Error(ranking.problem)
  return ranking
}

const shown = ({ dimensions }: Ranking) => dimensions.map(({ dimension, score }) => [dimension.join('/'), score])

const countries = [
  event({ country: { SE: 'Umeå' } }, { hits: 60, dollars: 30 }),
  event({ country: { SE: 'Lund' } }, { hits: 5, dollars: 10 }),
  event({ country: 'NO' }, { hits: 25, dollars: 100 }),
  event({ country: '…' }, { hits: 10, dollars: -7.5 }),
]
const country = { dimension: ['country'] }

test('ranks one level, the greatest first, and says what matters', () => {
  const ranking = ranked(countries, country)
  expect(ranking).toMatchObject({ from: NOON - HOUR, whole: { score: 100, value: 100, count: 100 } })
  expect(ranking.dimensions).toMatchObject([
    { dimension: ['country', 'SE'], score: 65, important: true, effect: 35, difference: 35 },
    { dimension: ['country', 'NO'], score: 25, important: true, effect: 75 },
    { dimension: ['country', '…'], score: 10, important: false },
  ])
  expect(ranking).not.toHaveProperty('next')
})

test('looks deeper, and leaves out a parent that its children explain', () => {
  const { dimensions } = ranked(countries, { ...country, depth: 2 })
  expect(dimensions.filter(({ important }) => important).map((each) => each.dimension.join('/'))).toEqual([
    'country/SE/Umeå',
    'country/NO',
  ])
})

test('ranks a ratio beside the one of the path asked for', () => {
  const { whole, dimensions } = ranked(countries, { ...country, metric: metric('dollars/hits') })
  expect(whole).toEqual({ score: 1.325, value: 132.5, count: 100 })
  expect(dimensions).toMatchObject([
    { dimension: ['country', 'NO'], score: 4, value: 100, count: 25, important: true },
    { dimension: ['country', 'SE'], value: 40, count: 65, important: true },
    { dimension: ['country', '…'], score: -0.75, value: -7.5, count: 10, important: true },
  ])
  expect(dimensions.reduce((sum, { effect }) => sum + effect, 0)).toBeCloseTo(0, 9)
})

test.each<[sort: RankQuestion['sort'], first: string]>([
  [{ by: 'score', descending: true }, 'SE'],
  [{ by: 'score', descending: false }, '…'],
  [{ by: 'effect', descending: true }, '…'],
  [{ by: 'effect', descending: false }, 'SE'],
  [{ by: 'name', descending: false }, 'NO'],
  [{ by: 'name', descending: true }, '…'],
])('sorts by %o', (sort, first) => {
  expect(ranked(countries, { ...country, sort }).dimensions[0]!.dimension).toEqual(['country', first])
})

test('pages through all, each once, and says where there is more', () => {
  const pages: (string | number)[][][] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const ranking = ranked(countries, { ...country, limit: 2, offset })
    pages.push(shown(ranking))
    offset = ranking.next
  }
  expect(pages).toEqual([
    [
      ['country/SE', 65],
      ['country/NO', 25],
    ],
    [['country/…', 10]],
  ])
})

test('keeps the path asked for on the page, where it is asked to', () => {
  const ascending = { by: 'score', descending: false } as const
  const kept = ranked(countries, { ...country, limit: 1, sort: ascending, self: 'kept' })
  expect(shown(kept)).toEqual([
    ['country/…', 10],
    ['country', 100],
  ])
  expect(shown(ranked(countries, { ...country, limit: 1, self: 'kept' }))).toEqual([['country', 100]])
  expect(shown(ranked(countries, { ...country, limit: 1, sort: ascending, self: 'ranked' }))).toHaveLength(1)
})

test('gives the series of what it shows, of any metrics', () => {
  const { dimensions } = ranked(countries, { ...country, limit: 1, series: [metric('dollars'), metric('hits:+')] })
  expect(dimensions[0]!.series).toEqual([
    {
      dimension: ['country', 'SE'],
      metric: 'dollars',
      total: 40,
      points: [
        [NOON - HOUR, 0],
        [NOON, 40],
      ],
    },
    {
      dimension: ['country', 'SE'],
      metric: 'hits:+',
      total: 65,
      points: [
        [NOON - HOUR, 0],
        [NOON, 65],
      ],
    },
  ])
})

test('ranks by visitors: a bare name has those of its values', () => {
  const visits = [1, 2, 3, 3].map((visitor) => event({ country: visitor < 3 ? 'SE' : 'NO' }, {}, { visitor }))
  expect(shown(ranked(visits, { depth: 2, metric: metric('visitors') }))).toEqual([
    ['country', 3],
    ['country/SE', 2],
    ['country/NO', 1],
  ])
})

test('ranks only what happened in the range', () => {
  expect(ranked(countries, { ...country, from: NOON - 9 * HOUR, to: NOON - 8 * HOUR }).dimensions).toEqual([])
})

test('says so where more lies below than can be ranked', () => {
  const crowd = new Map(Array.from({ length: 20_001 }, (_, i) => [`${i}`, new Map()]))
  const wide: Readable = { series: () => new Map(), children: () => crowd }
  expect(rank(wide, question())).toMatchObject({ problem: expect.stringContaining('20000 dimensions') })
})
