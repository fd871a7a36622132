import { describe, expect, test } from 'vitest'
import { cube, type CubeQuestion, type Measure } from '../../../worker/whale/cube'
import { type CubeFilter, planOf } from '../../../worker/whale/plan'
import { event, holding, HOUR, NOON, UTC } from './held'

const filter = (dimensionValues: Record<string, string>, ...groupByDimensions: string[]): CubeFilter => ({
  dimensionValues,
  groupByDimensions,
})

describe('a plan', () => {
  const cross = [
    ['device', 'country'],
    ['country', 'device'],
    ['status', 'browser', 'referrer'],
  ]
  const every = (name: string) => ({ name, isGrouped: true })
  const only = (name: string, value: string, isGrouped = false) => ({ name, value, isGrouped })

  test.each<[what: string, query: CubeFilter, prefix: string[], levels: object[]]>([
    ['nothing', filter({}), [], []],
    ['one value', filter({ country: 'SE' }), ['country'], [only('country', 'SE')]],
    ['one group', filter({}, 'plan'), ['plan'], [every('plan')]],
    ['a value that is also grouped by', filter({ plan: 'pro' }, 'plan'), ['plan'], [only('plan', 'pro', true)]],
    [
      'levels of one dimension',
      filter({ country: 'SE' }, 'region'),
      ['country'],
      [only('country', 'SE'), every('region')],
    ],
    ['three of them', filter({}, 'country', 'region', 'city'), ['country'], ['country', 'region', 'city'].map(every)],
    [
      'a combination',
      filter({ country: 'SE' }, 'device'),
      ['country*device'],
      [only('country', 'SE'), every('device')],
    ],
    [
      'the order that begins with the value',
      filter({ device: 'mobile' }, 'country'),
      ['device*country'],
      [only('device', 'mobile'), every('country')],
    ],
    [
      'the first levels of a combination',
      filter({ browser: 'Firefox' }, 'status'),
      ['status*browser*referrer'],
      [every('status'), only('browser', 'Firefox')],
    ],
  ])('is made for %s', (_, query, prefix, levels) => {
    expect(planOf(query, cross)).toEqual({ prefix, levels })
  })

  test.each([
    ['dimensions that were not counted together', filter({ status: '200' }, 'referrer')],
    ['a level without the one above it', filter({ city: 'Umeå' }, 'region')],
    ['one more than was declared', filter({ country: 'SE', plan: 'pro' }, 'device')],
  ])('needs raw events for %s', (_, query) => {
    expect(planOf(query, cross)).toBe('raw')
  })

  test('is refused for more dimensions than a path has names', () => {
    expect(planOf(filter({}, ...'abcdefgh'), cross)).toEqual({ problem: 'names more than 7 dimensions' })
  })
})

describe('a cube', () => {
  const visits = (country: string, device: string, at: number, metrics: Record<string, number>) =>
    event({ country, device, 'country*device': { [country]: device } }, metrics, { at })
  const reader = holding([
    visits('SE', 'mobile', NOON, { hits: 1, bytes: 10 }),
    visits('SE', 'mobile', NOON + 5 * 60_000, { hits: 2, bytes: 5 }),
    visits('SE', 'desktop', NOON + HOUR, { hits: 4 }),
    visits('NO', 'mobile', NOON - 1, { hits: 8 }),
    event({ room: 'hall' }, {}, { gauges: { heat: 19 }, at: NOON + 60_000 }),
    event({ room: 'hall' }, {}, { gauges: { heat: 23 }, at: NOON + 120_000 }),
    event({ room: 'hall' }, {}, { gauges: { heat: 21 }, at: NOON }),
  ])
  const ask = (query: CubeFilter, more: Partial<CubeQuestion> = {}) => {
    const plan = planOf(query, [['country', 'device']])
    if (plan === 'raw' || 'problem' in plan) throw new Error(JSON.stringify(plan))
    return cube(reader, {
      type: 'sale',
      interval: 'hour',
      zones: UTC,
      from: NOON - HOUR,
      to: NOON + 3 * HOUR,
      measurements: [['hits', 'SUM']],
      limit: 100,
      plan,
      ...more,
    })
  }
  const at = (ms: number, value: number) => ({ timestamp: ms / 1000, value })

  test('filters by one dimension and groups by another', () => {
    expect(ask(filter({ country: 'SE' }, 'device'))).toEqual({
      results: [
        { measureName: 'hits', dimensionValues: { device: 'desktop' }, timeValues: [at(NOON + HOUR, 4)] },
        { measureName: 'hits', dimensionValues: { device: 'mobile' }, timeValues: [at(NOON, 3)] },
      ],
    })
  })

  test('filters below what it groups by', () => {
    expect(ask(filter({ device: 'mobile' }, 'country'))).toEqual({
      results: [
        { measureName: 'hits', dimensionValues: { country: 'NO' }, timeValues: [at(NOON - HOUR, 8)] },
        { measureName: 'hits', dimensionValues: { country: 'SE' }, timeValues: [at(NOON, 3)] },
      ],
    })
  })

  test('gives each measure a series, and none to one that was not seen', () => {
    const measurements = ['bytes', 'nothing', 'hits'].map((name) => [name, 'SUM'] as const)
    expect(ask(filter({ country: 'SE' }), { measurements })).toEqual({
      results: [
        { measureName: 'bytes', dimensionValues: {}, timeValues: [at(NOON, 15)] },
        { measureName: 'hits', dimensionValues: {}, timeValues: [at(NOON, 3), at(NOON + HOUR, 4)] },
      ],
    })
  })

  test.each([
    ['whose start is the first moment', NOON, NOON + 1, [NOON]],
    ['but none that began before it', NOON + 1, NOON + HOUR, []],
    ['but none that begins at the end', NOON, NOON + HOUR, [NOON]],
    ['that begins just before the end', NOON, NOON + HOUR + 1, [NOON, NOON + HOUR]],
  ])('has a bucket %s', (_, from, to, starts) => {
    const answer = ask(filter({ country: 'SE' }), { from, to })
    const found = 'results' in answer ? answer.results.flatMap(({ timeValues }) => timeValues) : []
    expect(found.map(({ timestamp }) => timestamp * 1000)).toEqual(starts)
  })

  test('gives the oldest values of a series, up to the limit', () => {
    expect(ask(filter({ country: 'SE' }), { limit: 1 })).toMatchObject({ results: [{ timeValues: [at(NOON, 3)] }] })
  })

  test.each<[Measure, gauge: number, counter: number]>([
    ['SUM', 63, 3],
    ['MIN', 19, 3],
    ['MAX', 23, 3],
    ['LATEST', 23, 3],
  ])('gives the %s of a gauge %d, of a counter its sum %d', (measure, gauge, counter) => {
    const to = NOON + HOUR
    expect(ask(filter({ room: 'hall' }), { to, measurements: [['heat', measure]] })).toMatchObject({
      results: [{ timeValues: [at(NOON, gauge)] }],
    })
    expect(ask(filter({ country: 'SE' }), { to, measurements: [['hits', measure]] })).toMatchObject({
      results: [{ timeValues: [at(NOON, counter)] }],
    })
  })

  test('names the measures seen', () => {
    const answer = ask(filter({}), { measurements: 'seen', interval: 'all', from: 0, limit: 1 })
    expect('results' in answer && answer.results.map(({ measureName }) => measureName)).toEqual([
      'bytes',
      'heat',
      'hits',
    ])
  })
})
