import { describe, expect, test } from 'vitest'
import type { Pixel } from '../../../sdk/wire/plaintext'
import { agentOf } from '../../../worker/ingest/agent'
import { eventOfPixel, fill, idOfCap, idOfPixel, pixelRefusal } from '../../../worker/ingest/pixel'
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

  describe('that counts once a day', () => {
    const shown = { date: 20_261_021, visitor: 7 }
    const id = (changes: Partial<typeof shown> = {}, name = 'AAAA') =>
      idOfPixel({ ...verified(), name }, { metrics: {} }, { ...shown, ...changes })

    test('is the visitor’s of that day', async () => {
      expect(await id()).toHaveLength(10)
      expect(await id()).toBe(await id())
      const others = [await id({ visitor: 8 }), await id({ date: 20_261_022 }), await id({}, 'BBBB')]
      expect(new Set([await id(), ...others]).size).toBe(4)
    })

    test('is the order’s all the same where one is named', async () => {
      const order = { metrics: {}, order: '5' }
      expect(await idOfPixel(verified(), order, shown)).toBe(await idOfPixel(verified(), order))
    })
  })

  test('is not its cap’s, which is the pixel’s alone', async () => {
    expect(await idOfCap(verified())).toBe(await idOfCap(verified({ options: { cap: 5 } })))
    expect(await idOfCap(verified())).not.toBe(await idOfCap({ ...verified(), name: 'BBBB' }))
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

describe('a pixel with origins', () => {
  const origins = ['shop.example', '*.shop.example']

  test.each([
    [{ referer: 'https://shop.example/thanks' }, 'counts'],
    [{ referer: 'https://www.shop.example/' }, 'counts'],
    [{ origin: 'https://shop.example', referer: 'https://thief.example/' }, 'counts'],
    [{ referer: 'https://thief.example/?shop.example' }, 'origin'],
    [{ origin: 'https://thief.example', referer: 'https://shop.example/' }, 'origin'],
    [{ origin: 'null' }, 'origin'],
    [{ referer: '' }, 'origin'],
    [{}, 'origin'],
  ])('shown by %j: %s', (claims, outcome) => {
    const refusal = pixelRefusal(pixel({ options: { origins } }), agentOf('Firefox'), claims)
    expect(refusal ?? 'counts').toBe(outcome)
  })

  test('that allows what names no page refuses other pages still', () => {
    const allowing = pixel({ options: { origins, allowMissing: true } })
    expect(pixelRefusal(allowing, agentOf('Firefox'), {})).toBeUndefined()
    expect(pixelRefusal(allowing, agentOf('Firefox'), { referer: 'https://thief.example/' })).toBe('origin')
  })

  test('is not held to the site’s: without any, it counts wherever it stands', () => {
    expect(pixelRefusal(pixel(), agentOf('Firefox'), { referer: 'https://thief.example/' })).toBeUndefined()
  })
})
