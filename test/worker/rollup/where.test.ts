import { describe, expect, test } from 'vitest'
import { parseWhere } from '../../../worker/rollup/where'

const path = (...names: string[]) => ({ kind: 'path', path: names })
const metric = (name: string, is: string, than: number) => ({ kind: 'metric', name, is, than })
const all = (...of: object[]) => ({ kind: 'all', of })
const any = (...of: object[]) => ({ kind: 'any', of })
const not = (filter: object) => ({ kind: 'not', filter })

describe('a filter', () => {
  test.each<[string, unknown, object]>([
    ['a name', { country: 'SE' }, path('country', 'SE')],
    ['a number or a boolean as the name it is counted under', { a: 5 }, path('a', '5')],
    ['false', { a: false }, path('a', 'false')],
    ['a path', { country: ['SE', 'AB'] }, path('country', 'SE', 'AB')],
    ['any of some', { country: { in: ['SE', ['US', 'CA']] } }, any(path('country', 'SE'), path('country', 'US', 'CA'))],
    ['whether a name is there', { exists: 'campaign' }, path('campaign')],
    ['whether a path is there', { exists: ['not', 'a word of the language'] }, path('not', 'a word of the language')],
    ['several keys as all of them', { a: 'x', b: 'y' }, all(path('a', 'x'), path('b', 'y'))],
    ['all', { all: [{ a: 'x' }, { a: 'y' }] }, all(path('a', 'x'), path('a', 'y'))],
    ['any', { any: [{ a: 'x' }, { b: 'y', c: 'z' }] }, any(path('a', 'x'), all(path('b', 'y'), path('c', 'z')))],
    ['not', { not: { a: 'x', b: 'y' } }, not(all(path('a', 'x'), path('b', 'y')))],
    ['a comparison', { metric: { dollars: { gt: 10 } } }, metric('dollars', 'gt', 10)],
    [
      'comparisons as all of them',
      { metric: { a: { gte: 1, lt: 2.5 }, b: { eq: 0 } } },
      all(metric('a', 'gte', 1), metric('a', 'lt', 2.5), metric('b', 'eq', 0)),
    ],
    ['names of the prototype', JSON.parse('{"__proto__":"constructor"}'), path('__proto__', 'constructor')],
    ['8 levels', nested(7), Array.from({ length: 7 }).reduce<object>(not, path('a', 'x'))],
  ])('reads %s', (_, where, filter) => {
    expect(parseWhere(JSON.stringify(where))).toEqual(filter)
  })

  test.each<[unknown, string]>([
    ['SE', 'it must be a filter such as {"country":"SE"}, not "SE"'],
    [null, 'it must be a filter such as {"country":"SE"}, not null'],
    [{}, 'it is empty; it must be a filter such as {"country":"SE"}'],
    [{ not: {} }, 'not is empty; it must be a filter such as {"country":"SE"}'],
    [{ not: [] }, 'not must be a filter such as {"country":"SE"}, not []'],
    [{ all: { a: 'x' } }, 'all must be a list of filters, not {"a":"x"}'],
    [{ any: [] }, 'any must be a list of filters, not []'],
    [{ any: [{ a: 'x' }, 7] }, 'any[1] must be a filter such as {"country":"SE"}, not 7'],
    [{ country: null }, 'country must be a name or a list of names, not null'],
    [{ country: '' }, 'country is an empty name, under which nothing counts'],
    [{ '': 'x' }, 'a name is an empty name, under which nothing counts'],
    [{ country: [] }, 'country is an empty path; {"exists":"name"} asks for any'],
    [{ country: ['SE', ['AB']] }, 'country must be a name or a list of names, not ["AB"]'],
    [{ country: { is: 'SE' } }, 'country must be a name, a list of names, or {"in":[…]}, not {"is":"SE"}'],
    [
      { country: { in: ['SE'], or: 1 } },
      'country must be a name, a list of names, or {"in":[…]}, not {"in":["SE"],"or":1}',
    ],
    [{ country: { in: 'SE' } }, 'country.in must be a list of names or paths, not "SE"'],
    [{ not: { country: { in: ['SE', {}] } } }, 'not.country.in[1] must be a name or a list of names, not {}'],
    [{ exists: null }, 'exists must be a name or a list of names, not null'],
    [{ type: 'pageview' }, 'type is asked beside the filter, as the parameter type'],
    [{ not: { visitor: 'x' } }, 'not.visitor cannot be asked: raw events are not told apart by who sent them'],
    [{ metric: 'dollars' }, 'metric must be comparisons such as {"dollars":{"gt":10}}, not "dollars"'],
    [{ metric: { dollars: 10 } }, 'metric.dollars must be a comparison such as {"gt":10}, not 10'],
    [{ metric: { dollars: { above: 10 } } }, 'metric.dollars has "above", which is not one of gt, gte, lt, lte, eq'],
    [{ metric: { dollars: { gt: '10' } } }, 'metric.dollars.gt must be a finite number, not "10"'],
    [nested(8), 'not.not.not.not.not.not.not.not is nested deeper than 8'],
    [{ a: Array.from({ length: 8 }, () => 'x') }, 'a is a path deeper than 8'],
    [{ exists: Array.from({ length: 9 }, () => 'x') }, 'exists is a path deeper than 8'],
    [{ a: 'é'.repeat(129) }, 'a is longer than 256 bytes'],
    [{ ['é'.repeat(129)]: 'x' }, 'a name is longer than 256 bytes'],
    [{ a: { in: Array.from({ length: 65 }, (_, i) => i) } }, 'has more than 64 terms'],
  ])('%j is refused', (where, problem) => {
    expect(parseWhere(JSON.stringify(where))).toEqual({ problem })
  })

  test.each([
    ['{"country":', 'is not JSON'],
    ['{"metric":{"dollars":{"gt":1e999}}}', 'metric.dollars.gt must be a finite number, not null'],
    [`"${'x'.repeat(32 * 1024)}"`, 'is longer than 32768 characters'],
  ])('%.40s is refused', (text, problem) => {
    expect(parseWhere(text)).toEqual({ problem })
  })
})

/** `{"a":"x"}` behind so many `not`. */
function nested(levels: number): unknown {
  return levels === 0 ? { a: 'x' } : { not: nested(levels - 1) }
}
