import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dimensions } from '../../../sdk/wire/event'
import { DEPTH, LARGEST, NAME_BYTES, PATHS } from '../../../worker/ingest/limits'
import { withHits } from '../../../worker/ingest/metrics'
import { cleanMetric, cleanName, cleanType } from '../../../worker/ingest/name'
import { clip, merge, nest, sizeOf, type Tree, tree } from '../../../worker/ingest/tree'

const json = (value: unknown) => JSON.stringify(value)
const bytes = (text: string) => new TextEncoder().encode(text).length

describe('a name', () => {
  test.each([
    ['plain', 'plain'],
    ['two\nlines\u0000', 'twolines'],
    ['\u202eevil\u2066', 'evil'],
    ['half \ud83d', 'half \ufffd'],
    ['東京', '東京'],
  ])('%j is shown as %j', (name, clean) => {
    expect(cleanName(name)).toBe(clean)
  })

  test.each([
    ['letters', 'x'],
    ['two bytes each', 'é'],
    ['three bytes each', '東'],
    ['four bytes each', '🌨'],
  ])('of %s is cut at a character', (_, character) => {
    const clean = cleanName(character.repeat(300))
    expect(bytes(clean)).toBe(Math.floor(NAME_BYTES / bytes(character)) * bytes(character))
    expect(clean).toBe(character.repeat(Math.floor(NAME_BYTES / bytes(character))))
  })

  test('is never longer than the bound, and clean twice is clean once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const clean = cleanName(name)
        expect(bytes(clean)).toBeLessThanOrEqual(NAME_BYTES)
        expect(cleanName(clean)).toBe(clean)
      }),
    )
  })
})

test.each([
  ['sale', 'sale'],
  ['request.sql', 'request.sql'],
  ['a b/c:d', 'a_b_c_d'],
  ['.a..b.', 'a.b'],
  ['', '_'],
  ['...', '_'],
  ['köp', 'k_p'],
  ['a.b.c.d.e.f.g.h.i.j', 'a.b.c.d.e.f.g.h'],
  ['x'.repeat(999), 'x'.repeat(256)],
])('type "%s" is %s', (type, clean) => {
  expect(cleanType(type)).toBe(clean)
})

describe('metrics', () => {
  test.each([
    [{}, { hits: 1 }],
    [{ dollars: -2.5 }, { hits: 1, dollars: -2.5 }],
    [
      { hits: 0, 'a/b:c,d': 1 },
      { hits: 0, a_b_c_d: 1 },
    ],
    [
      { huge: 1e300, tiny: -1e300 },
      { hits: 1, huge: LARGEST, tiny: -LARGEST },
    ],
  ])('%j become %j', (given, expected) => {
    expect({ ...withHits(given) }).toEqual(expected)
  })

  test('named like parts of an object are metrics', () => {
    expect(json(withHits(JSON.parse('{"__proto__":2,"constructor":3}')))).toBe(
      '{"hits":1,"__proto__":2,"constructor":3}',
    )
  })

  test('are 32 at most, beside hits', () => {
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`m${i}`, i]))
    expect(Object.keys(withHits(many))).toHaveLength(33)
  })

  test('never have an empty name', () => {
    expect(cleanMetric('\n')).toBe('_')
  })
})

describe('nested names', () => {
  test.each([
    [['SE', 'AB', 'Umeå'], '{"SE":{"AB":"Umeå"}}'],
    [['SE'], '"SE"'],
    [[undefined], '"unknown"'],
    [['', undefined], '"unknown"'],
    [['SE', undefined, 'Umeå'], '{"SE":{"unknown":"Umeå"}}'],
    [[undefined, undefined, 'spring'], '{"unknown":{"unknown":"spring"}}'],
    [['__proto__', 'x'], '{"__proto__":"x"}'],
    [['\u0000'], '"unknown"'],
  ])('%j are %s', (names, text) => {
    expect(json(nest(names))).toBe(text)
  })
})

describe('chosen dimensions', () => {
  test.each<[string, string]>([
    ['{}', '{}'],
    ['null', '{}'],
    ['false', '{}'],
    ['""', '{}'],
    ['[]', '{}'],
    ['"_"', '{}'],
    ['["_"]', '{}'],
    ['"services"', '{"services":{}}'],
    ['7', '{"7":{}}'],
    ['["t","a","x"]', '{"t":{"a":"x"}}'],
    ['[["t","a"],["b"]]', '[["t","a"],["b"]]'],
    ['["a",["b",1],[]]', '[["a"],["b","1"]]'],
    ['{"a":5,"b":{"x":true,"y":false}}', '{"a":"5","b":{"x":"true","y":"false"}}'],
    ['{"a":null,"b":"","c":[]}', '{"a":{},"b":{},"c":{}}'],
    ['{"a":["x","y"]}', '{"a":{"x":"y"}}'],
    ['{"":1,"\\n":2,"c":3}', '{"c":"3"}'],
    ['{"__proto__":{"constructor":"x"}}', '{"__proto__":{"constructor":"x"}}'],
  ])('%s become %s', (given, expected) => {
    expect(json(clip(JSON.parse(given)))).toBe(expected)
  })

  test('leave Object.prototype alone', () => {
    clip(JSON.parse('{"__proto__":{"polluted":1}}'))
    expect('polluted' in {}).toBe(false)
  })

  const depthOf = (node: Tree | string): number =>
    typeof node === 'string' ? 1 : Math.max(0, ...Object.values(node).map((below) => 1 + depthOf(below)))

  test.each([
    ['maps', JSON.parse('{"a":'.repeat(5000) + '1' + '}'.repeat(5000))],
    ['a list', Array.from({ length: 5000 }, (_, i) => i)],
  ])('are cut at depth 8: %s', (_, deep) => {
    expect(depthOf(clip(deep) as Tree)).toBe(DEPTH)
  })

  test('have no more names than fit', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, { a: 1 }]))
    expect(sizeOf(clip(wide) as Tree)).toBe(PATHS - 1)
    const paths = Array.from({ length: 500 }, (_, i) => [`p${i}`])
    expect(clip(paths)).toHaveLength(PATHS - 1)
    expect(json(clip({ a: { b: 1 } }, 0))).toBe('{}')
  })

  test('of any JSON stay within all bounds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 12 }), (value) => {
        const clipped = clip(value as Dimensions)
        if (Array.isArray(clipped)) {
          expect(clipped.length).toBeLessThan(PATHS)
          for (const path of clipped) expect(path.length).toBeLessThanOrEqual(DEPTH)
          return
        }
        expect(sizeOf(clipped as Tree)).toBeLessThan(PATHS)
        expect(depthOf(clipped as Tree)).toBeLessThanOrEqual(DEPTH)
      }),
    )
  })
})

describe('two merged', () => {
  const derived = tree([
    ['country', nest(['SE', 'AB'])],
    ['browser', nest(['Chrome'])],
  ])

  test.each([
    ['{"country":"XX","sku":"7"}', '{"country":{"SE":"AB"},"browser":"Chrome","sku":"7"}'],
    ['"country"', '{"country":{"SE":"AB"},"browser":"Chrome"}'],
    ['"plain"', '{"country":{"SE":"AB"},"browser":"Chrome","plain":{}}'],
    ['{"__proto__":"x"}', '{"country":{"SE":"AB"},"browser":"Chrome","__proto__":"x"}'],
    [
      '[["browser","Mosaic"],["t","a"]]',
      '[["country"],["country","SE"],["country","SE","AB"],["browser"],["browser","Chrome"],["t","a"]]',
    ],
  ])('believe the first: %s', (chosen, expected) => {
    expect(json(merge(derived, clip(JSON.parse(chosen))))).toBe(expected)
  })
})
