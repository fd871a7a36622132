import { describe, expect, test } from 'vitest'
import type { Saying } from '../../../sdk/wire/event'
import { eventsOf } from '../../../worker/ingest/events'
import type { Facts } from '../../../worker/ingest/facts'
import { factsOf } from '../../../worker/ingest/facts'

const AT = Date.UTC(2026, 9, 21, 12)
const facts: Facts = {
  agent: { browser: 'Chrome', browserVersion: '126', os: 'Windows', osVersion: '11', device: 'desktop' },
  geo: { country: 'SE', region: 'AB', city: 'Umeå', network: 'Telia' },
  language: 'sv',
}
const AUDIENCE = {
  country: { SE: { AB: 'Umeå' } },
  network: 'Telia',
  browser: { Chrome: '126' },
  os: { Windows: '11' },
  device: 'desktop',
  language: 'sv',
}
const DIRECT = { ...AUDIENCE, source: 'direct' }
const PAGE = { page: { 'shop.example': '/a?q=1' } }

const said = (
  saying: readonly unknown[],
  { referrer = '', page = 'shop.example/a?q=1', more = [] as unknown[], allow = {} } = {},
) =>
  eventsOf(
    {
      kind: 'beacon',
      site: 1,
      id: 'x'.repeat(10),
      plaintext: { ts: AT, page, referrer, width: 1, sayings: [saying, ...more] as Saying[] },
    },
    facts,
    AT,
    { allow },
  ).map((event) => JSON.parse(JSON.stringify(event)))

describe('a pageview', () => {
  test('is a hit with all that is known of it, and the session’s exit for now', () => {
    expect(said(['p', 0])).toEqual([
      { at: AT, type: 'pageview', dimensions: { ...DIRECT, ...PAGE }, metrics: { hits: 1 } },
      { at: AT, type: 'pageview', dimensions: { exit: { 'shop.example': '/a?q=1' } }, metrics: { hits: 0, exits: 1 } },
    ])
  })

  test.each([
    [1, ['sessions']],
    [2, ['visitors_day']],
    [32, ['visitors_week']],
    [4, ['visitors_month']],
    [64, ['visitors_quarter']],
    [128, ['visitors_year']],
    [8, ['visitors_ever']],
    [1 + 2 + 4 + 8 + 32 + 64 + 128, undefined],
    [0, []],
    [256, []],
  ])('with flags %i is the first of %j', (flags, firsts) => {
    const all = [
      'sessions',
      'visitors_day',
      'visitors_week',
      'visitors_month',
      'visitors_quarter',
      'visitors_year',
      'visitors_ever',
    ]
    expect(said(['p', flags, 0, '', '/in'])[0].metrics).toEqual(
      Object.fromEntries([['hits', 1], ...(firsts ?? all).map((name) => [name, 1])]),
    )
  })

  test('that starts a session is its entry', () => {
    expect(said(['p', 1, 0, '', '/elsewhere'])[0].dimensions.entry).toEqual({ 'shop.example': '/a?q=1' })
  })

  test('within a session names the entry it was told', () => {
    expect(said(['p', 0, 0, '', '/in'])[0].dimensions.entry).toEqual({ 'shop.example': '/in' })
  })

  test('takes the exit from the previous page', () => {
    const [, plus, minus, ...rest] = said(['p', 0, 0, '/before'])
    expect(plus).toMatchObject({ dimensions: { exit: { 'shop.example': '/a?q=1' } }, metrics: { hits: 0, exits: 1 } })
    expect(minus).toEqual({
      at: AT,
      type: 'pageview',
      dimensions: { exit: { 'shop.example': '/before' } },
      metrics: { hits: 0, exits: -1 },
    })
    expect(rest).toEqual([])
  })

  test('that is the second makes the session engaged when it began, under what brought it, on no page', () => {
    const engaged = said(['p', 16, 90.5, '', '/in'], { referrer: 'www.news.example/x?utm_source=n&utm_medium=m' })[2]
    expect(engaged).toEqual({
      at: AT - 90_500,
      type: 'pageview',
      dimensions: {
        ...AUDIENCE,
        referrer: 'news.example',
        source: 'n',
        campaign: { n: 'm' },
        entry: { 'shop.example': '/in' },
      },
      metrics: { hits: 0, engaged: 1 },
    })
  })

  test('reaches back a day at most, and never ahead', () => {
    expect(said(['p', 16, 1e12])[2].at).toBe(AT - 86_400_000)
    expect(said(['p', 16, -5])[2].at).toBe(AT)
  })

  describe('of a browser that keeps nothing', () => {
    test.each([
      ['another host', 'news.example/item'],
      ['a campaign', '?utm_source=letter'],
      ['a click that was paid for', '?gclid'],
    ])('begins a session of which nobody knows whether it was engaged, where it was brought by %s', (_, referrer) => {
      const [view] = said(['p', 1], { referrer })
      expect(view.metrics).toEqual({ hits: 1, sessions: 1, sessions_by_referrer: 1 })
      expect(view.dimensions.entry).toEqual({ 'shop.example': '/a?q=1' })
    })

    test.each([
      ['by nothing', 1, ''],
      ['by the site itself', 1, 'www.shop.example/b'],
      ['later on the same page load', 0, 'news.example/item'],
    ])('begins none where it was brought %s', (_, flags, referrer) => {
      const [view] = said(['p', flags], { referrer })
      expect(view.metrics).toEqual({ hits: 1 })
      expect(view.dimensions.entry).toBeUndefined()
    })
  })

  test('of nobody known says unknown', () => {
    const nobody = factsOf({ header: () => undefined, cf: undefined, address: undefined })
    const plaintext = { ts: AT, page: '', referrer: '', width: 0, sayings: [['p', 0, 0, '', '']] as Saying[] }
    const [view] = eventsOf({ kind: 'beacon', site: 1, id: '', plaintext }, nobody, AT)
    expect({ ...(view!.dimensions as object) }).toMatchObject({
      country: 'unknown',
      network: 'unknown',
      browser: 'unknown',
      os: 'unknown',
      device: 'unknown',
      language: 'unknown',
      source: 'direct',
    })
  })

  test('cannot make the tree unsafe by its page', () => {
    const [view] = said(['p', 0], { page: '__proto__/x' })
    expect(Object.keys(view.dimensions.page)).toEqual(['__proto__'])
  })
})

describe('a leave', () => {
  test('adds its seconds and scroll to the page it left, and no hit', () => {
    expect(said(['e', 12.5, 80])).toEqual([
      {
        at: AT,
        type: 'pageview',
        dimensions: { ...DIRECT, ...PAGE },
        metrics: { hits: 0, seconds: 12.5, scroll: 80, leaves: 1 },
      },
    ])
  })

  test.each([
    [1e9, 500, 86_400, 100],
    [0, -5, 0, 0],
  ])('of %d seconds and %d %% is held to %d and %d', (seconds, scroll, most, whole) => {
    expect(said(['e', seconds, scroll])[0].metrics).toMatchObject({ seconds: most, scroll: whole })
  })
})

describe('a click', () => {
  test.each([
    ['/files/a.pdf?sig=secret#p2', { 'shop.example': '/files/a.pdf' }],
    ['https://cdn.example/b.zip', { 'cdn.example': '/b.zip' }],
  ])('on the download %s', (url, file) => {
    expect(said(['d', url])).toEqual([
      { at: AT, type: 'download', dimensions: { ...DIRECT, ...PAGE, file }, metrics: { hits: 1, downloads: 1 } },
    ])
  })

  test('on a link away', () => {
    expect(said(['o', 'https://other.example/x?y=1'])).toEqual([
      {
        at: AT,
        type: 'outbound',
        dimensions: { ...DIRECT, ...PAGE, target: { 'other.example': '/x' } },
        metrics: { hits: 1 },
      },
    ])
  })
})

describe('a loss', () => {
  const loss = (hits: number) => [{ at: AT, type: 'refused', dimensions: { reason: 'dropped' }, metrics: { hits } }]

  test.each([
    [7, 7],
    [0.5, 0.5],
    [1e9, 1000],
  ])('of %d envelopes is %d refusals', (envelopes, hits) => {
    expect(said(['l', envelopes])).toEqual(loss(hits))
  })
})

describe('a count', () => {
  test('has what the page chose beside what is derived', () => {
    const allow = { dollars: { least: 0, most: 100 } }
    expect(said(['c', { sku: { blue: 7 } }, { dollars: 2.5, euros: 2 }, 'sale'], { allow })).toEqual([
      {
        at: AT,
        type: 'sale',
        dimensions: { ...DIRECT, ...PAGE, sku: { blue: '7' } },
        metrics: { hits: 1, dollars: 2.5 },
      },
    ])
  })

  test.each([
    ['a map', { country: 'XX', page: 'x', browser: { Mosaic: 1 } }],
    ['a list', ['country', 'XX']],
    ['a name', 'browser'],
  ])('never overwrites what is derived with %s', (_, chosen) => {
    expect(said(['c', chosen])[0].dimensions).toEqual({ ...DIRECT, ...PAGE })
  })

  test('keeps ready paths as paths of their own', () => {
    const { dimensions } = said([
      'c',
      [
        ['country', 'XX'],
        ['t', 'a'],
      ],
    ])[0]
    expect(dimensions).toContainEqual(['country', 'SE', 'AB'])
    expect(dimensions).toContainEqual(['t', 'a'])
    expect(dimensions).not.toContainEqual(['t'])
    expect(dimensions).not.toContainEqual(['country', 'XX'])
  })

  test.each([
    ['pageview', 'custom.pageview'],
    ['download.free', 'custom.download.free'],
    ['outbound', 'custom.outbound'],
    ['refused', 'custom.refused'],
    ['decision.x.y', 'custom.decision.x.y'],
    ['pageviews', 'pageviews'],
    ['sale online', 'sale_online'],
    ['', '_'],
    [undefined, '_'],
  ])('of type %s is counted as %s', (type, counted) => {
    expect(said(['c', {}, {}, type])[0].type).toBe(counted)
  })

  test('of any size stays within 64 paths', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, i]))
    const names = JSON.stringify(said(['c', wide])[0].dimensions).match(/"n\d+"/g)
    expect(names!.length).toBeGreaterThan(10)
    expect(names!.length).toBeLessThan(32)
  })
})

test('gives all events of an envelope the entry that its view tells', () => {
  const events = said(['p', 1, 0, '', '/a'], {
    more: [
      ['d', '/a.pdf'],
      ['e', 1, 2],
    ],
  })
  expect(events.map(({ type, dimensions }) => [type, 'entry' in dimensions])).toEqual([
    ['pageview', true],
    ['pageview', false],
    ['download', true],
    ['pageview', true],
  ])
})
