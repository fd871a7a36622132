/** Whatever is sent, what is wrong with it is said in this house's words, and never in those of the library beneath. */
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { unfitIn } from '../../../sdk/wire/member'
import { json } from '../../../worker/asked/words'
import { FAMILIES } from '../../../worker/reference/document'

const TEXTS = ['', ' ', 'x', '-1', '1.5', '9'.repeat(400), 'NaN', '[', '{}', '["a",["b"]]', 'x'.repeat(9_999), '\u001f']
const NUMBERS = [0, -1, 1.5, 1e300, true, false]
const LISTS = [[], [0], [''], ['x'.repeat(9_999)], [[]], Array(200).fill('a'), ['a', 'a']]
const MANY = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`n${i}`, 1]))
const NAMED = ['x', '', 1.5, [], [1], [0, 1], ['x', 'y'], {}, null].map((a) => ({ a }))
const OBJECTS = [{}, ...NAMED, { raw: 'x' }, { script: 5 }, { 'a/b': [0, 1] }, MANY]
const VALUES: unknown[] = [TEXTS, NUMBERS, LISTS, OBJECTS].flat()

interface Read extends v.GenericSchema {
  entries: v.ObjectEntries
}
const hasMembers = (schema: object | undefined): schema is Read => schema !== undefined && 'entries' in schema

const routes = FAMILIES.flatMap((family) => family.routes)
const queries = routes.flatMap(({ path, query }) => (query ? [[path, query, TEXTS] as const] : []))
const bodies = routes.flatMap(({ path, body }) => (hasMembers(body) ? [[path, body, VALUES] as const] : []))
// A slice comes from a program, which is told the member and no more.
const read = [...queries, ...bodies].filter(([path]) => path !== '/api/slices')

test.each(read)('%s', (_, schema, values) => {
  const said = Object.entries(schema.entries).flatMap(([name, member]) =>
    values.flatMap((value) => {
      const { issues } = v.safeParse(member, value, { abortEarly: true })
      return issues ? [`${name}: ${unfitIn(issues).message}`] : []
    }),
  )
  expect(said.filter((words) => /Invalid|Expected|received/.test(words))).toEqual([])
  expect(said.filter((words) => words.length > 400).map((words) => words.slice(0, 80))).toEqual([])
})

test('looks at all that is read', () => {
  expect(queries.length).toBeGreaterThan(12)
  expect(bodies.length).toBeGreaterThan(7)
})

test.each([
  [`["it's", "a"]`, ["it's", 'a']],
  [`['a', "it's"]`, ['a', "it's"]],
  [`{'spent': .5, 'earned': -.25}`, { spent: 0.5, earned: -0.25 }],
  [`{"spent":.50}`, { spent: 0.5 }],
  [`{"a": ".5", 'b': '.5', "c": 1.5}`, { a: '.5', b: '.5', c: 1.5 }],
  [`['say "no"', 'it\\'s']`, ['say "no"', "it's"]],
  [`{'a': {'b': ['c']}}`, { a: { b: ['c'] } }],
  [`['it's']`, undefined],
  [`{'a'`, undefined],
  ['[a]', undefined],
])('reads %s as JSON, or as HailWhale spelled it', (text, value) => {
  expect(json(text)).toEqual(value)
})
