import { describe, expect, test } from 'vitest'
import { call, graph, makeSite, type Made } from './api'
import { type Server, startServer } from './server'

type Totals = Record<string, Record<string, Record<string, number>>>
type Points = Record<string, Record<string, (readonly [time: number | 'Total', value: number])[]>>
interface Listed {
  dimensions: { dimension: string[]; [metric: string]: unknown }[]
  next?: number
}
interface Rank extends Listed {
  whole: { score: number; value: number; count: number }
}

async function counting(settings: Record<string, unknown> = {}) {
  const server = await startServer()
  const made = await makeSite(server, settings)
  return { server, ...asking(server, made) }
}

/** What HailWhale's users do: count something, and ask. */
function asking(server: Server, { site, keys }: Made) {
  const get = async <Answer>(path: string, query: Record<string, string> = {}): Promise<Answer> => {
    const { status, body } = await call<Answer>(
      server,
      'GET',
      `${path}?${new URLSearchParams(query)}`,
      undefined,
      keys.read,
    )
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body
  }
  return {
    site,
    keys,
    count: async (...events: object[]) => {
      const { body } = await call(server, 'POST', '/count', events, keys.write)
      expect(body).toMatchObject({ accepted: events.length })
    },
    get,
    totals: (query: Record<string, string>) => get<Totals>('/totals', query),
    points: (query: Record<string, string>) => get<Points>('/plotpoints', query),
    refused: async (path: string, query: Record<string, string>) => {
      const { status, body } = await call<{ field?: string; detail: string }>(
        server,
        'GET',
        `${path}?${new URLSearchParams(query)}`,
        undefined,
        keys.read,
      )
      return { status, ...body }
    },
  }
}

const last = (points: Points[string][string] | undefined) => points?.at(-1)?.[1]
const path = (...names: string[]) => JSON.stringify(names)
const times = (n: number, event: object) => Array.from({ length: n }, () => event)

describe("HailWhale's README", () => {
  const SALES = [
    { type: 'shop', dimensions: 'services', metrics: { dollars: 200 } },
    { type: 'shop', dimensions: 'advertising', metrics: { dollars: -2000 } },
    { type: 'shop', dimensions: { sales: 'sku-7' }, metrics: { dollars: 300 } },
    { type: 'shop', dimensions: { sales: 'sku-9' }, metrics: { dollars: 199.5 } },
    { type: 'shop', dimensions: { sales: 'sku-9' }, metrics: { dollars: 0.5 } },
  ]

  test('sums what was earned and spent, overall and by product', async () => {
    const { count, totals } = await counting()
    await count(...SALES)
    const dollars = await totals({ type: 'shop', metric: 'dollars', period: 'day:7d', depth: '2' })
    expect(dollars).toEqual({
      'day:7d': {
        _: { dollars: -1300 },
        services: { dollars: 200 },
        advertising: { dollars: -2000 },
        sales: { dollars: 500 },
        [path('sales', 'sku-7')]: { dollars: 300 },
        [path('sales', 'sku-9')]: { dollars: 200 },
      },
    })
    const spelled = { pk: 'shop', dimensions: "['sales']", metrics: "{'dollars':'hits'}", period: '24h' }
    expect(await totals(spelled)).toEqual({ '24h': { sales: { 'dollars/hits': 500 / 3 } } })
    const perSale = await totals({
      pk: 'shop',
      dimension: 'sales',
      metric: 'dollars/hits,hits',
      period: '24h',
      depth: '1',
    })
    expect(perSale).toEqual({
      '24h': {
        sales: { 'dollars/hits': 500 / 3, hits: 3 },
        [path('sales', 'sku-7')]: { 'dollars/hits': 300, hits: 1 },
        [path('sales', 'sku-9')]: { 'dollars/hits': 100, hits: 2 },
      },
    })
  })

  test('sums over a default set of periods, or over several that are asked for', async () => {
    const { count, totals } = await counting()
    await count(...times(3, { type: 'shop', dimensions: 'empty', metrics: { counting_now: 5 } }))
    const all = await totals({ type: 'shop', dimension: 'empty', metric: 'counting_now' })
    expect(Object.keys(all)).toEqual(['minute:1h', 'hour:24h', 'day:7d', 'day:30d', 'month:12mo', 'all'])
    for (const sums of Object.values(all)) expect(sums).toEqual({ empty: { counting_now: 15 } })
    const some = await totals({ type: 'shop', dimension: 'empty', period: 'today,ytd' })
    expect(Object.keys(some)).toEqual(['today', 'ytd'])
    const abroad = await totals({ type: 'shop', tzoffset: '-700' })
    expect(Object.keys(abroad)).toEqual(['minute:1h', 'hour:24h', 'day:7d', 'day:30d'])
  })

  test('counts exactly eight paths of {a: 5, b: {x: 1, y: 2}}', async () => {
    const { count, get } = await counting()
    await count({ type: 'tree', dimensions: { a: 5, b: { x: 1, y: 2 } } })
    const { dimensions } = await get<Listed>('/dimensions', { type: 'tree', recursive: '1' })
    expect(dimensions.map(({ dimension }) => dimension)).toEqual([
      [],
      ['a'],
      ['a', '5'],
      ['b'],
      ['b', 'x'],
      ['b', 'x', '1'],
      ['b', 'y'],
      ['b', 'y', '2'],
    ])
  })
})

describe('/plotpoints', () => {
  test('is dense, oldest first, in milliseconds', async () => {
    const { count, points } = await counting()
    await count(...times(5, { type: 'p', dimensions: 't', metrics: { hits: 1, values: 5 } }))
    const asked = { type: 'p', dimension: 't', metric: 'hits,values,values/hits', period: 'hour:24h' }
    const { t, ...others } = await points(asked)
    expect(others).toEqual({})
    expect([last(t!.hits), last(t!.values), last(t!['values/hits'])]).toEqual([5, 25, 5])
    expect(t!.hits).toHaveLength(24)
    const starts = t!.hits!.map(([start]) => Number(start))
    expect(starts.every((start, i) => i === 0 || start - starts[i - 1]! === 3_600_000)).toBe(true)
    const totalled = await points({ ...asked, with_totals: '1' })
    expect(totalled.t!.values!.at(-1)).toEqual(['Total', 25])
  })

  test('goes so deep, and keeps the top of all levels and the path asked for', async () => {
    const { count, points } = await counting()
    const events = [{ t: 'a' }, { t: 'b' }, { t: 'b' }, { t: { c: 'child' } }]
    await count(...events.map((dimensions) => ({ type: 'deep', dimensions })))
    const shown = async (query: Record<string, string>) => {
      const found = await points({ type: 'deep', dimension: 't', period: '24h', ...query })
      return Object.fromEntries(Object.entries(found).map(([name, { hits }]) => [name, last(hits)]))
    }
    expect(await shown({})).toEqual({ t: 4 })
    const one = { t: 4, [path('t', 'a')]: 1, [path('t', 'b')]: 2, [path('t', 'c')]: 1 }
    expect(await shown({ depth: '1' })).toEqual(one)
    expect(await shown({ depth: '2' })).toEqual({ ...one, [path('t', 'c', 'child')]: 1 })
    expect(await shown({ depth: '1', limit: '2' })).toEqual({ t: 4, [path('t', 'b')]: 2 })
    expect(await shown({ depth: '1', limit: '1', sort: 'hits' })).toEqual({ t: 4, [path('t', 'a')]: 1 })
  })

  test('runs on with :+ and carries with :_', async () => {
    const { count, points } = await counting()
    const day = (date: string, hits: number) => ({ type: 'series', at: `2026-01-0${date}`, metrics: { hits } })
    await count(day('1', 1), day('3', 2))
    const { _ } = await points({
      type: 'series',
      metric: 'hits,hits:+,hits:_',
      period: '01/01/2026-01/03/2026',
      interval: 'day',
    })
    const values = (name: string) => _![name]!.map(([, value]) => value)
    expect([values('hits'), values('hits:+'), values('hits:_')]).toEqual([
      [1, 0, 2],
      [1, 1, 3],
      [1, 1, 2],
    ])
  })

  test('cuts days where tzoffset has midnight, in hundredths of hours', async () => {
    const { count, points, refused } = await counting()
    await count({ type: 'late', at: Date.now() })
    const { _ } = await points({ type: 'late', period: 'day:2d', tzoffset: '-700' })
    expect(new Date(Number(_!.hits![0]![0])).toISOString()).toContain('T07:00:00')
    expect(await refused('/plotpoints', { type: 'late', tzoffset: '-7' })).toMatchObject({
      status: 400,
      field: 'tzoffset',
    })
  })
})

describe('/dimensions', () => {
  test('lists one level or all, by name or by a metric, in pages', async () => {
    const { count, get } = await counting()
    await count({ type: 'l', dimensions: { a: 1, b: 2 } }, { type: 'l', dimensions: { b: 3 } })
    const list = (query: Record<string, string> = {}) => get<Listed>('/dimensions', { type: 'l', ...query })
    expect(await list()).toEqual({ dimension: [], dimensions: [{ dimension: ['a'] }, { dimension: ['b'] }] })
    expect((await list({ metric: 'hits' })).dimensions).toEqual([
      { dimension: ['b'], hits: 2 },
      { dimension: ['a'], hits: 1 },
    ])
    const every = await list({ recursive: '1' })
    expect(every.dimensions.map(({ dimension }) => dimension.join('/'))).toEqual(['', 'a', 'a/1', 'b', 'b/2', 'b/3'])
    const first = await list({ recursive: '1', limit: '4' })
    const rest = await list({ recursive: '1', limit: '4', offset: String(first.next) })
    expect([...first.dimensions, ...rest.dimensions]).toEqual(every.dimensions)
    expect(rest).not.toHaveProperty('next')
  })
})

describe('/rank', () => {
  const EVENTS = [
    { type: 'r', dimensions: { country: { SE: 'Umeå' } }, metrics: { hits: 60, dollars: 30 } },
    { type: 'r', dimensions: { country: { SE: 'Lund' } }, metrics: { hits: 5, dollars: 10 } },
    { type: 'r', dimensions: { country: 'NO' }, metrics: { hits: 25, dollars: 100 } },
    { type: 'r', dimensions: { country: 'DK' }, metrics: { hits: 10, dollars: -7.5 } },
  ]

  test('says which dimensions matter, one level or several', async () => {
    const { count, get } = await counting()
    await count(...EVENTS)
    const asked = { type: 'r', dimension: 'country' }
    const one = await get<Rank>('/rank', asked)
    expect(one).toMatchObject({ metric: 'hits', whole: { score: 100 } })
    expect(one.dimensions).toEqual([
      { dimension: ['country', 'SE'], score: 65, value: 65, count: 65, important: true, effect: 35, difference: 35 },
      { dimension: ['country', 'NO'], score: 25, value: 25, count: 25, important: true, effect: 75, difference: 75 },
      { dimension: ['country', 'DK'], score: 10, value: 10, count: 10, important: false, effect: 90, difference: 90 },
    ])
    const important = async (query: Record<string, string>) =>
      (await get<Rank>('/rank', { ...asked, ...query })).dimensions
        .filter((row) => row.important)
        .map(({ dimension }) => dimension.at(-1))
    expect(await important({ depth: '2' })).toEqual(['Umeå', 'NO'])
    expect(await important({ threshold: '0.3' })).toEqual(['SE'])
    expect(await important({ metric: 'dollars/hits' })).toEqual(['NO', 'SE', 'DK'])
  })

  test('ranks ratios, pages, and gives points where asked', async () => {
    const { count, get } = await counting()
    await count(...EVENTS)
    const asked = { type: 'r', dimension: 'country', metric: 'dollars/hits', sort: 'effect', limit: '1', points: '1' }
    const first = await get<Rank>('/rank', asked)
    expect(first.whole).toEqual({ score: 1.325, value: 132.5, count: 100 })
    expect(first.dimensions).toMatchObject([{ dimension: ['country', 'SE'], value: 40, count: 65, important: true }])
    expect(last(first.dimensions[0]!.points as Points[string][string])).toBe(40 / 65)
    expect(first.next).toBe(1)
    const rest = await get<Rank>('/rank', { ...asked, limit: '10', offset: '1' })
    expect(rest.dimensions.map(({ dimension }) => dimension.at(-1))).toEqual(['DK', 'NO'])
    expect(rest).not.toHaveProperty('next')
  })

  test.each([
    ['sort', { sort: '-best' }],
    ['threshold', { threshold: '2' }],
    ['depth', { depth: '0' }],
    ['offset', { offset: '-1' }],
    ['points', { points: 'yes' }],
    ['metric', { metric: 'a,b' }],
    ['where', { where: '{"country":"SE"}' }],
    ['compare', { compare: 'week' }],
    ['surprise', { surprise: '1' }],
  ])('refuses a wrong %s by name', async (field, query) => {
    const { refused } = await counting()
    expect(await refused('/rank', { type: 'r', ...query })).toMatchObject({ status: 400, field })
  })
})

test("Rainbird's click on blog.example.com/foo counts sixteen counters", async () => {
  const { server, site, count } = await counting()
  const host = 'blog.example.com'.split('.').reverse()
  await count({ type: 'click', dimensions: [...host, 'foo'] })
  const counters: number[] = []
  for (const period of ['all', 'day:2d', 'hour:2h', 'minute:5m']) {
    const { series } = await graph(server, site, { type: 'click', dimension: host[0]!, depth: '3', period })
    expect(series.map(({ dimension }) => dimension.join('.'))).toEqual([
      'com',
      'com.example',
      'com.example.blog',
      'com.example.blog.foo',
    ])
    counters.push(...series.map(({ total }) => total))
  }
  expect(counters).toEqual(Array.from({ length: 16 }, () => 1))
})
