import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CountItem, parseCounts } from '../../../worker/ingest/count'
import { GeoFile } from '../../../worker/ingest/geo'
import { writeMmdb } from '../../../demo/rain/mmdb'

const NOW = Date.UTC(2026, 9, 21, 12)
const DAY = 86_400_000
const geo = new GeoFile(writeMmdb([{ network: '10.0.0.0/8', record: { country: { iso_code: 'SE' } } }]))

const parse = (given: unknown) => parseCounts(given, { now: NOW, geo })
async function one(given: unknown): Promise<CountItem> {
  const parsed = await parse(given)
  if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem))
  return { ...parsed.items[0]!, event: JSON.parse(JSON.stringify(parsed.items[0]!.event)) }
}

describe('a server event', () => {
  test('may be empty', async () => {
    expect(await one({})).toEqual({ timed: false, event: { at: NOW, type: '_', dimensions: {}, metrics: { hits: 1 } } })
  })

  test('says what it counts', async () => {
    const given = { type: 'request.sql', dimensions: { table: 'users' }, metrics: { ms: 12.5 }, at: NOW - DAY }
    expect(await one(given)).toEqual({
      timed: true,
      event: { at: NOW - DAY, type: 'request.sql', dimensions: { table: 'users' }, metrics: { hits: 1, ms: 12.5 } },
    })
  })

  test.each([
    [{ pk: 'sale' }, { type: 'sale' }],
    [{ pk: ['shop', 'v1.2'] }, { type: 'shop.v1_2' }],
    [{ type: ['sale'] }, { type: 'sale' }],
    [{ metric: { a: 2 } }, { metrics: { hits: 1, a: 2 } }],
    [{ metrics: ['a', 'b'] }, { metrics: { hits: 1, a: 1, b: 1 } }],
    [{ metrics: { hits: -3 } }, { metrics: { hits: -3 } }],
    [{ metrics: { constructor: 2, prototype: 3 } }, { metrics: { hits: 1, constructor: 2, prototype: 3 } }],
    [{ gauges: { prototype: 4 } }, { gauges: { prototype: 4 } }],
    [{ dimensions: 'services' }, { dimensions: { services: {} } }],
    [{ dimensions: [['a', 'b'], ['c']] }, { dimensions: [['a', 'b'], ['c']] }],
    [{ at: '2026-10-20' }, { at: Date.UTC(2026, 9, 20) }],
    [{ at: '2026-10-20T10:00:00+02:00' }, { at: Date.UTC(2026, 9, 20, 8) }],
    [{ at: NOW - 800 * DAY }, { at: NOW - 800 * DAY }],
    [{ at: NOW + 600_000 }, { at: NOW + 600_000 }],
    [{ at: NOW - 0.5 }, { at: NOW - 1 }],
    [{ site: '77' }, { type: '_' }],
  ])('of %j is %j', async (given, event) => {
    expect((await one(given)).event).toMatchObject(event)
  })

  test('derives what a beacon would have, from what it is told alone', async () => {
    const { event } = await one({
      agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
      address: '10.1.2.3',
      page: 'https://shop.example/a',
      referrer: 'https://www.news.example/',
      dimensions: { country: 'NO', plan: 'pro' },
    })
    expect(event.dimensions).toEqual({
      country: 'NO',
      plan: 'pro',
      network: 'unknown',
      browser: { Firefox: '127' },
      os: 'Linux',
      device: 'desktop',
      page: { 'shop.example': '/a' },
      referrer: 'news.example',
      source: 'news.example',
    })
    expect((await one({ address: '10.1.2.3' })).event.dimensions).toEqual({ country: 'SE', network: 'unknown' })
  })

  test('with an id has it in ten bytes, the same each time', async () => {
    const { id } = await one({ id: 'order-1' })
    expect(id).toHaveLength(10)
    expect((await one({ id: 'order-1', at: NOW })).id).toBe(id)
    expect((await one({ id: 'order-2' })).id).not.toBe(id)
    expect('id' in (await one({}))).toBe(false)
  })

  test('keeps the site’s word for a visitor', async () => {
    expect((await one({ visitor: 'v1' })).visitor).toBe('v1')
  })
})

describe('a mistake', () => {
  test.each([
    [{ metrics: { dollars: 'five' } }, 'metrics.dollars', 'must be a finite number'],
    [{ metrics: { dollars: Number.NaN } }, 'metrics.dollars', 'must be a finite number'],
    [JSON.parse('{"metrics":{"dollars":1e999}}'), 'metrics.dollars', 'must be a finite number'],
    [{ metrics: { dollars: null } }, 'metrics.dollars', 'must be a finite number'],
    [{ metrics: [''] }, 'metrics.0', 'must be a name'],
    [{ metrics: 5 }, 'metrics', 'must be an object of numbers or a list of names'],
    [
      { metrics: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`m${i}`, 1])) },
      'metrics',
      'must be at most 32 metrics',
    ],
    [{ metrics: Array.from({ length: 33 }, (_, i) => `m${i}`) }, 'metrics', 'must be at most 32 metrics'],
    [{ metrics: { constructor: 'five' } }, 'metrics.constructor', 'must be a finite number'],
    [{ gauges: [5] }, 'gauges', 'must be an object of numbers'],
    [{ type: 5 }, 'type', 'must be text'],
    [{ type: ['a', 5] }, 'type.1', 'must be a name'],
    [{ type: 'x'.repeat(257) }, 'type', 'must be at most 256 characters'],
    [{ id: 'x'.repeat(257) }, 'id', 'must be at most 256 characters'],
    [{ id: '' }, 'id', 'must not be empty'],
    [{ id: 5 }, 'id', 'must be text'],
    [{ visitor: {} }, 'visitor', 'must be text'],
    [{ agent: 5 }, 'agent', 'must be a user agent'],
    [{ metrcs: {} }, 'metrcs', 'is not a field of an event'],
    [{ constructor: 1 }, 'constructor', 'is not a field of an event'],
    [{ at: 'yesterday' }, 'at', 'must be an ISO 8601 date, and a time of day with its zone'],
    [{ at: '2026-10-20T10:00:00' }, 'at', 'must be an ISO 8601 date, and a time of day with its zone'],
    [{ at: '2026-99-99' }, 'at', 'is not a time that exists'],
    [{ at: NOW / 1000 }, 'at', 'must be milliseconds; it looks like seconds'],
    [{ at: NOW - 800 * DAY - 1 }, 'at', 'is older than what is kept (800 days)'],
    [{ at: NOW + 600_001 }, 'at', 'lies more than 10 minutes ahead'],
    [{ at: null }, 'at', 'must be unix milliseconds or an ISO 8601 date'],
    [5, '', 'must be an object'],
    [null, '', 'must be an object'],
    [undefined, '', 'must be an object'],
    ['text', '', 'must be an object'],
  ])('%j names %s', async (given, field, message) => {
    expect(await parse(given)).toEqual({ problem: { field, message } })
  })

  test('is the first one: the rest is not looked at', async () => {
    const names = Object.defineProperty([5, 6], 1, { get: () => expect.unreachable() })
    expect(await parse({ metrics: names })).toMatchObject({ problem: { field: 'metrics.0' } })
  })

  test('in a list names its place', async () => {
    expect(await parse([{}, {}, { metrics: { a: 'x' } }])).toMatchObject({ problem: { field: '[2].metrics.a' } })
    expect(await parse([{}, 5])).toMatchObject({ problem: { field: '[1]' } })
  })

  test('is a list too long', async () => {
    expect(await parse(new Array(1_001).fill({}))).toMatchObject({
      problem: { message: 'must be at most 1000 events' },
    })
  })
})

test('answers any JSON without throwing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (given) => {
      await parse(given)
      await parse({ dimensions: given })
      await parse({ metrics: given })
    }),
  )
})
