import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Pixel,
  readPixel,
  readPlaintext,
  readShare,
  type Share,
  writePixel,
  writeShare,
} from '../../../sdk/wire/plaintext'

const beacon = (...sayings: unknown[]) => JSON.stringify([1_700_000_000_000, 'a.example/x', '', 1280, ...sayings])

describe("a beacon's text", () => {
  test('says when, where, whence, how wide and what', () => {
    expect(readPlaintext(`${beacon(['p', 3, 0, '', ''])}   `)).toEqual({
      ts: 1_700_000_000_000,
      page: 'a.example/x',
      referrer: '',
      width: 1280,
      sayings: [['p', 3, 0, '', '']],
    })
  })

  test('has whole milliseconds', () => {
    expect(readPlaintext('[1.9,"a/","",0]')?.ts).toBe(1)
  })

  test.each([
    ['a pageview', ['p', 1]],
    ['a pageview with all items', ['p', 16, 4.5, '/from', '/in']],
    ['a pageview with items of later versions', ['p', 1, 0, '', '', 'new']],
    ['a pageview of a clock that was set back', ['p', 1, -1]],
    ['a leave', ['e', 12, 80]],
    ['a loss', ['l', 7]],
    ['a download', ['d', '/a.pdf']],
    ['an outbound click', ['o', 'b.example/']],
    ['a count', ['c', { a: 1 }, { dollars: -2.5 }, 'sale']],
    ['a count of nothing but dimensions', ['c', 'services']],
  ])('may hold %s', (_, saying) => {
    expect(readPlaintext(beacon(saying))?.sayings).toEqual([saying])
  })

  test('may hold what only later versions know, which is left out', () => {
    expect(readPlaintext(beacon(['z', 1], ['e', 1, 2]))?.sayings).toEqual([['e', 1, 2]])
  })

  test.each([
    ['no list', '{}'],
    ['no JSON', '['],
    ['a time in words', '["now","a/","",0]'],
    ['an infinite time', '[1e999,"a/","",0]'],
    ['no page', '[1,null,"",0]'],
    ['no referrer', '[1,"a/"]'],
    ['flags with a fraction', beacon(['p', 1.5])],
    ['a path that is none', beacon(['p', 1, 0, 7])],
    ['negative seconds', beacon(['e', -1, 0])],
    ['a download of nothing', beacon(['d'])],
    ['a loss in words', beacon(['l', '5'])],
    ['a negative loss', beacon(['l', -5])],
    ['a saying that is no list', beacon('p')],
    ['a code that is a number', beacon([1])],
  ])('is refused with %s', (_, text) => {
    expect(readPlaintext(text)).toBeUndefined()
  })

  test.each([
    ['a metric in words', ['c', {}, { dollars: '5' }]],
    ['a metric that is not a number', ['c', {}, { dollars: Number.NaN }]],
    ['a metric list', ['c', {}, ['dollars']]],
    ['a type that is none', ['c', {}, {}, 5]],
  ])('leaves out what a page counts with %s, and that alone', (_, saying) => {
    expect(readPlaintext(beacon(saying, ['e', 1, 2]))?.sayings).toEqual([['e', 1, 2]])
  })

  test('leaves out an infinite metric with what it counts', () => {
    expect(readPlaintext(`[1,"a/","",0,["c",{},{"dollars":1e999}],["e",1,2]]`)?.sayings).toEqual([['e', 1, 2]])
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('ignores the code %s', (code) => {
    expect(readPlaintext(beacon([code, 1]))?.sayings).toEqual([])
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.json(), (text) => void readPlaintext(text)))
    fc.assert(fc.property(fc.array(fc.jsonValue()), (items) => void readPlaintext(beacon(...items))))
  })
})

describe('a pixel', () => {
  const pixel: Pixel = {
    expires: 2_000_000_000,
    notBefore: 0,
    type: 'sale',
    dimensions: { sku: '7' },
    metrics: { dollars: 12.5 },
    slots: { dollars: [0, 100], order: 1 },
    options: { name: 'thanks', origins: ['shop.example'], allowMissing: true, once: 'day', cap: 5, refuseBots: true },
  }

  test('comes back as it was written', () => {
    expect(readPixel(writePixel(pixel))).toEqual(pixel)
  })

  test('may say no more than its expiry', () => {
    expect(readPixel('[0]')).toEqual({
      expires: 0,
      notBefore: 0,
      type: '_',
      dimensions: {},
      metrics: {},
      slots: {},
      options: {},
    })
  })

  test.each(['{}', '[]', '["0"]', '[0,0,1]', '[0,0,"t",{},{"a":"1"}]', '[0,0,"t",{},{},[]]'])(
    'is refused as %s',
    (text) => {
      expect(readPixel(text)).toBeUndefined()
    },
  )

  test.each([
    { refuseBots: 1 },
    { name: 5 },
    { origins: 'shop.example' },
    { origins: [] },
    { origins: [5] },
    { allowMissing: 'yes' },
    { once: 'hour' },
    { once: true },
    { cap: 0 },
    { cap: -1 },
    { cap: 1.5 },
    { cap: '5' },
    { cap: null },
  ])('is refused with the options %j: what it may have meant as a limit is not passed over', (options) => {
    expect(readPixel(JSON.stringify([0, 0, 't', {}, {}, {}, options]))).toBeUndefined()
  })

  test('leaves alone what a later version adds', () => {
    expect(readPixel('[0,0,"t",{},{},{},{"colour":"red"},"later"]')?.options).toEqual({ colour: 'red' })
  })
})

describe('a share', () => {
  test('comes back as it was written', () => {
    const share: Share = {
      expires: 5,
      scope: {
        type: 'pageview',
        dimension: ['country'],
        metrics: ['hits'],
        periods: ['30d'],
        intervals: ['day'],
        origins: ['blog.example'],
        allowMissing: true,
      },
    }
    expect(readShare(writeShare(share))).toEqual(share)
  })

  test('may say more after its scope', () => {
    expect(readShare('[0,{},"later"]')).toEqual({ expires: 0, scope: {} })
  })

  test.each([
    '[]',
    '[1]',
    '["1",{}]',
    '[1,[]]',
    '[1,null]',
    '[1,{"type":5}]',
    '[1,{"dimension":"country"}]',
    '[1,{"metrics":[1]}]',
    '[1,{"periods":{}}]',
    '[1,{"allowMissing":false}]',
    '[1,{"allowMissing":1}]',
    // A limit of a later version cannot be kept by this one.
    '[1,{"visitors":["ann"]}]',
    '[1,{"__proto__":{}}]',
    '[1,{"constructor":{}}]',
  ])('is refused as %s', (text) => {
    expect(readShare(text)).toBeUndefined()
  })
})
