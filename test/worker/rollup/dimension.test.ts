import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dimensions } from '../../../sdk/wire/event'
import { expand, keyOf, pathOf, typesOf } from '../../../worker/rollup/dimension'

test.each<[string, Dimensions, string[][]]>([
  ['a name', 'services', [[], ['services']]],
  ['a number', 5, [[], ['5']]],
  ['zero', 0, [[], ['0']]],
  ['true', true, [[], ['true']]],
  ['a list', ['t', 'a', 'x'], [[], ['t'], ['t', 'a'], ['t', 'a', 'x']]],
  [
    'a tree',
    { a: 5, b: { x: 1, y: 2 } },
    [[], ['a'], ['a', '5'], ['b'], ['b', 'x'], ['b', 'x', '1'], ['b', 'y'], ['b', 'y', '2']],
  ],
  ['ready paths', [['t', 'a'], ['b']], [[], ['t', 'a'], ['b']]],
  ['ready paths twice', [['t', 'a'], ['t', 'a'], [], ['_']], [[], ['t', 'a']]],
  ['a list in a tree', { a: ['x', 'y'] }, [[], ['a'], ['a', 'x'], ['a', 'x', 'y']]],
  ['empty leaves', { a: null, b: '', c: {}, '': 'x' }, [[], ['a'], ['b'], ['c']]],
  ['false in a tree', { a: false }, [[], ['a'], ['a', 'false']]],
  ['null', null, [[]]],
  ['false', false, [[]]],
  ['an empty list', [], [[]]],
  ['an empty name', '', [[]]],
  ['the root by name', '_', [[]]],
  ['the root in a list', ['_'], [[]]],
  ['nothing', {}, [[]]],
])('expands %s', (_, dimensions, paths) => {
  expect(expand(dimensions)).toEqual(paths)
})

test('takes names of the prototype for names', () => {
  const hostile: Dimensions = JSON.parse('{"__proto__":{"constructor":"toString"},"hasOwnProperty":1}')
  expect(expand(hostile)).toEqual([
    [],
    ['__proto__'],
    ['__proto__', 'constructor'],
    ['__proto__', 'constructor', 'toString'],
    ['hasOwnProperty'],
    ['hasOwnProperty', '1'],
  ])
  const bare: Record<string, Dimensions> = Object.create(null)
  bare.a = 'b'
  expect(expand(bare)).toEqual([[], ['a'], ['a', 'b']])
})

const { tree } = fc.letrec<{ tree: Dimensions }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
  ),
}))

test('names each path once, the root first, and every prefix but those of ready paths', () => {
  fc.assert(
    fc.property(tree, (dimensions) => {
      const paths = expand(dimensions)
      const keys = paths.map((path) => JSON.stringify(path))
      expect(paths[0]).toEqual([])
      expect(new Set(keys).size).toBe(keys.length)
      if (Array.isArray(dimensions) && dimensions.some(Array.isArray)) return
      for (const path of paths.slice(1)) expect(keys).toContain(JSON.stringify(path.slice(0, -1)))
    }),
  )
})

test('finds the way from a path to its key and back', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\x1f'))
  fc.assert(
    fc.property(fc.array(name), (path) => {
      expect(pathOf(keyOf(path))).toEqual(path)
    }),
  )
  expect(keyOf([])).toBe('')
})

test.each([
  ['a.b.c', ['a', 'a.b', 'a.b.c']],
  ['pageview', ['pageview']],
  ['_', ['_']],
])('counts type %s as %j', (type, types) => {
  expect(typesOf(type)).toEqual(types)
})
