import { describe, expect, test } from 'vitest'
import { lengthProblem, noscriptOf, urlOf } from '../../../sdk/wire/address'
import { pixelOf, unfitOf } from '../../../sdk/wire/minting'
import { readPixel, writePixel } from '../../../sdk/wire/plaintext'
import { METRICS, TYPE_WORDS, URL_CHARACTERS } from '../../../worker/ingest/limits'

const NOW = Date.UTC(2026, 9, 21, 12)
const SECOND = NOW / 1000
const names = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]))

describe('a wish', () => {
  test.each([
    [{}],
    [{ type: 'mail.open', dimensions: { letter: 'may' }, cap: 1, expires: SECOND + 1, notBefore: SECOND }],
    [{ slots: { dollars: [0, 500], order: 1, change: [-1, -1] }, metrics: { dollars: 5 } }],
    [
      {
        origins: ['shop.example', 'https://shop.example:8443', '*.shop.example', 'localhost:3000'],
        allowMissing: true,
      },
    ],
    [{ once: 'day', cap: 1_000_000_000, refuseBots: false, name: 'x'.repeat(100) }],
    [{ expires: 0, notBefore: 0, type: null, metrics: null }],
    [{ metrics: names(METRICS, 1), type: new Array(TYPE_WORDS).fill('a').join('.') }],
    [{ metrics: names(METRICS, 1), slots: names(8, [0, 1]) }],
  ])('of %j fits', (wish) => {
    expect(unfitOf(wish, NOW)).toBeUndefined()
  })

  test.each([
    [{ colour: 1 }, 'colour', /known are type, /],
    [{ constructor: 1 }, 'constructor', /known are/],
    [{ type: '' }, 'type', /256 characters/],
    [{ type: 'x'.repeat(257) }, 'type', /256 characters/],
    [{ type: 'a.b.c.d.e.f.g.h.i' }, 'type', /8 words/],
    [{ type: ['a'] }, 'type', /dotted name/],
    [{ metrics: { dollars: '5' } }, 'metrics.dollars', /finite/],
    [{ metrics: { dollars: Number.POSITIVE_INFINITY } }, 'metrics.dollars', /finite/],
    [{ metrics: ['dollars'] }, 'metrics', /object/],
    [{ metrics: names(METRICS + 1, 1) }, 'metrics', /32/],
    [{ slots: names(9, [0, 1]) }, 'slots', /8/],
    [{ slots: { dollars: [5, 0] } }, 'slots.dollars', /its least, 5, is above its most, 0/],
    [{ slots: { dollars: 1 } }, 'slots.dollars', /\[least, most\]/],
    [{ slots: { dollars: [0] } }, 'slots.dollars', /\[least, most\]/],
    [{ slots: { dollars: [0, null] } }, 'slots.dollars', /\[least, most\]/],
    [{ slots: { order: [0, 1] } }, 'slots.order', /must be 1/],
    [{ slots: { constructor: 1 } }, 'slots.constructor', /\[least, most\]/],
    [JSON.parse('{"slots":{"__proto__":1}}'), 'slots.__proto__', /\[least, most\]/],
    [{ metrics: { prototype: 'x' } }, 'metrics.prototype', /finite/],
    [{ metrics: names(30, 1), slots: { a: [0, 1], b: [0, 1], c: [0, 1] } }, 'slots', /32 names together/],
    [{ expires: SECOND }, 'expires', /ahead/],
    [{ expires: NOW }, 'expires', /milliseconds/],
    [{ expires: -1 }, 'expires', /unix seconds/],
    [{ expires: SECOND + 0.5 }, 'expires', /whole/],
    [{ expires: '2027-01-01' }, 'expires', /unix seconds/],
    [{ notBefore: NOW }, 'notBefore', /milliseconds/],
    [{ expires: SECOND + 5, notBefore: SECOND + 5 }, 'notBefore', /before expires/],
    [{ origins: [] }, 'origins', /1 to 20/],
    [{ origins: 'shop.example' }, 'origins', /list/],
    [{ origins: ['https://shop.example/cart'] }, 'origins', /without a path/],
    [{ origins: new Array(21).fill('a.example') }, 'origins', /20/],
    [{ allowMissing: true }, 'allowMissing', /beside origins/],
    [{ allowMissing: 'yes', origins: ['a.example'] }, 'allowMissing', /true or false/],
    [{ once: 'hour' }, 'once', /"day"/],
    [{ once: true }, 'once', /"day"/],
    [{ cap: 0 }, 'cap', /whole number from 1 to/],
    [{ cap: 1.5 }, 'cap', /whole number/],
    [{ cap: '5' }, 'cap', /whole number/],
    [{ cap: 1_000_000_001 }, 'cap', /1000000000/],
    [{ refuseBots: 1 }, 'refuseBots', /true or false/],
    [{ name: 'x'.repeat(101) }, 'name', /100/],
  ])('of %j does not: %s', (wish, field, message) => {
    expect(unfitOf(wish, NOW)).toEqual({ field, message: expect.stringMatching(message) })
  })

  test('becomes a pixel that says no more than it must, and is read as it was meant', () => {
    const wish = {
      type: 'order',
      slots: { order: 1 },
      once: 'day',
      cap: 3,
      origins: ['a.example'],
      refuseBots: false,
      allowMissing: null,
      name: 'thank-you page',
    }
    const pixel = pixelOf(wish)
    expect(pixel.options).toEqual({ origins: ['a.example'], once: 'day', cap: 3 })
    expect(readPixel(writePixel(pixel))).toEqual(pixel)
  })
})

describe('the address', () => {
  const base = 'https://count.example/p'

  test.each([
    [{}, '.gif'],
    [{ cap: 1 }, '.gif'],
    [{ once: 'day' }, '.once.gif'],
  ])('of a pixel with %j ends with %s', (wish, ending) => {
    expect(urlOf(base, 'EnABw', pixelOf(wish))).toBe(`${base}/EnABw${ending}`)
  })

  test.each([
    [{}, URL_CHARACTERS, undefined],
    [{}, 1_901, /1901 characters long, 0 of them/],
    [{ slots: { order: 1 } }, 1_829, undefined],
    [{ slots: { order: 1 } }, 1_830, /1901 characters long, 71 of them/],
    // &gr%C3%B6%C3%9Fe= and twenty-four for the number
    [{ slots: { größe: [0, 1] } }, 1_859, undefined],
    [{ slots: { größe: [0, 1] } }, 1_860, /1901/],
  ])('of a pixel with %j and %i characters leaves room for its slots', (wish, length, problem) => {
    const said = lengthProblem('x'.repeat(length), pixelOf(wish))
    if (problem) expect(said).toMatch(problem)
    else expect(said).toBeUndefined()
  })

  test.each([
    ['order', '<noscript><img src="URL" alt="" width="1" height="1"></noscript>'],
    [
      'pageview',
      '<noscript><img src="URL" alt="" width="1" height="1" referrerpolicy="no-referrer-when-downgrade"></noscript>',
    ],
  ])('of a pixel of type %s stands in a page as %s', (type, snippet) => {
    expect(noscriptOf('URL', pixelOf({ type }))).toBe(snippet)
  })
})
