import { describe, expect, test } from 'vitest'
import type { Pixel } from '../../../sdk/wire/plaintext'
import { agentOf } from '../../../worker/ingest/agent'
import { eventOfPixel, fill, idOfPixel, pixelRefusal } from '../../../worker/ingest/pixel'
import type { VerifiedPixel } from '../../../worker/ingest/verify'

const pixel = (changes: Partial<Pixel> = {}): Pixel => ({
  expires: 0,
  notBefore: 0,
  type: 'sale',
  dimensions: { sku: '7' },
  metrics: { dollars: 5 },
  slots: { dollars: [0, 100], order: 1 },
  options: {},
  ...changes,
})
const verified = (changes: Partial<Pixel> = {}): VerifiedPixel => ({
  kind: 'pixel',
  site: 1,
  random: new Uint8Array(12),
  name: 'AAAA',
  pixel: pixel(changes),
})

describe('open slots', () => {
  test.each([
    ['', { metrics: { dollars: 5 } }],
    ['dollars=12.5', { metrics: { dollars: 12.5 } }],
    ['dollars=0&order=123', { metrics: { dollars: 0 }, order: '123' }],
    ['dollars=100', { metrics: { dollars: 100 } }],
    ['euros=9&fbclid=x&metrics=7', { metrics: { dollars: 5 } }],
  ])('filled by "%s"', (query, filled) => {
    expect(fill(pixel(), new URLSearchParams(query))).toEqual(filled)
  })

  test.each([
    'dollars=100.01',
    'dollars=-1',
    'dollars=',
    'dollars=NaN',
    'dollars=Infinity',
    'dollars=1e1',
    'dollars=0x10',
    'dollars=12,5',
    'dollars=%201',
    'order=',
    `order=${'x'.repeat(257)}`,
  ])('refuse "%s"', (query) => {
    expect(fill(pixel(), new URLSearchParams(query))).toEqual({ refusal: 'slot' })
  })

  test('of a wrong shape take nothing', () => {
    expect(fill(pixel({ slots: { dollars: 1 } }), new URLSearchParams('dollars=1'))).toEqual({ refusal: 'slot' })
  })
})

describe('the id of a pixel event', () => {
  test('is its order’s, the same each time and another for another pixel', async () => {
    const id = await idOfPixel(verified(), { metrics: {}, order: '5' })
    expect(id).toHaveLength(10)
    expect(await idOfPixel(verified(), { metrics: {}, order: '5' })).toBe(id)
    expect(await idOfPixel({ ...verified(), name: 'BBBB' }, { metrics: {}, order: '5' })).not.toBe(id)
  })

  test('is none without an order', async () => {
    expect(await idOfPixel(verified(), { metrics: {} })).toBeUndefined()
  })
})

describe('a pixel event', () => {
  const browser = agentOf('Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0')
  const facts = { agent: browser, geo: { country: 'SE' }, language: 'sv' }

  test('counts what was sealed, beside what the request tells', () => {
    const event = eventOfPixel(
      verified({ dimensions: { sku: '7', country: 'NO' } }),
      { metrics: { dollars: 9 } },
      { facts },
      5,
    )
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      at: 5,
      type: 'sale',
      dimensions: {
        sku: '7',
        country: 'NO',
        network: 'unknown',
        browser: { Firefox: '127' },
        os: 'Linux',
        device: 'desktop',
        language: 'sv',
      },
      metrics: { hits: 1, dollars: 9 },
    })
  })

  test('fetched by a mail service is nowhere', () => {
    const agent = agentOf('YahooMailProxy; https://help.yahoo.com')
    const event = eventOfPixel(verified(), { metrics: {} }, { facts: { ...facts, agent } }, 5)
    expect(JSON.parse(JSON.stringify(event.dimensions))).toMatchObject({ country: 'unknown', browser: 'mail-proxy' })
  })

  test.each([
    ['counts a bot by default', {}, 'curl/8', undefined],
    ['refuses a bot where its minter says so', { refuseBots: true }, 'curl/8', 'bot'],
    ['counts a mail service all the same', { refuseBots: true }, 'YahooMailProxy', undefined],
  ])('%s', (_, options, agent, refusal) => {
    expect(pixelRefusal(pixel({ options }), agentOf(agent))).toBe(refusal)
  })
})
