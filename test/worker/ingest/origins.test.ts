import { expect, test } from 'vitest'
import { fits, sourcesOf } from '../../../worker/ingest/origins'

test('allows all where the site lists none', () => {
  expect(fits([], { origin: 'https://anyone.example', page: 'anyone.example' })).toBe(true)
})

test.each([
  [['a.example'], { origin: 'https://a.example', page: 'a.example' }, true],
  [['a.example'], { origin: 'http://a.example:8080', page: 'a.example:8080' }, true],
  [['A.Example'], { origin: 'https://a.example', page: 'A.EXAMPLE' }, true],
  [['a.example'], { origin: 'https://www.a.example', page: 'www.a.example' }, false],
  [['a.example'], { origin: 'https://a.example.evil', page: 'a.example' }, false],
  [['a.example'], { origin: 'https://evil.example', page: 'a.example' }, false],
  [['a.example'], { origin: 'https://a.example', page: 'evil.example' }, false],
  [['a.example'], { origin: 'null', page: 'a.example' }, false],
  [['a.example'], { referer: 'https://a.example/path?x=1', page: 'a.example' }, true],
  [['a.example'], { referer: 'https://evil.example/?a.example', page: 'a.example' }, false],
  [['a.example'], { origin: 'https://a.example', referer: 'https://evil.example/', page: 'a.example' }, true],
  [['a.example'], { origin: '', page: 'a.example' }, false],
  [['a.example'], { page: 'a.example' }, true],
  [['a.example'], { page: 'evil.example' }, false],
  [['a.example'], { page: '' }, false],
  [['a.example'], {}, true],
  [['https://a.example'], { origin: 'https://a.example', page: 'a.example' }, true],
  [['https://a.example'], { origin: 'http://a.example', page: 'a.example' }, false],
  [['https://a.example'], { origin: 'https://a.example:8443', page: 'a.example:8443' }, false],
  [['http://localhost:3000'], { origin: 'http://localhost:3000', page: 'localhost:3000' }, true],
  [['localhost:3000'], { origin: 'http://localhost:3001', page: 'localhost:3001' }, false],
  [['*.a.example'], { origin: 'https://x.y.a.example', page: 'x.y.a.example' }, true],
  [['*.a.example'], { origin: 'https://a.example', page: 'a.example' }, false],
  [['*.a.example'], { origin: 'https://evila.example', page: 'evila.example' }, false],
  [['https://*.a.example'], { origin: 'https://x.a.example', page: 'x.a.example' }, true],
  [['[::1]:8787'], { origin: 'http://[::1]:8787', page: '[::1]:8787' }, true],
  [['b.example', 'a.example'], { origin: 'https://a.example', page: 'b.example' }, true],
])('with %j judges %j: %s', (origins, claims, expected) => {
  expect(fits(origins, claims)).toBe(expected)
})

test.each([
  ['a.example', ['http://a.example:*', 'https://a.example:*']],
  ['A.Example:3000', ['http://a.example:3000', 'https://a.example:3000']],
  ['https://a.example', ['https://a.example']],
  ['http://localhost:3000', ['http://localhost:3000']],
  ['*.a.example', ['http://*.a.example:*', 'https://*.a.example:*']],
  ['https://a.example/ b', ['https://a.example']],
  ['; a', []],
])('tells a policy of %j as %j', (entry, sources) => {
  expect(sourcesOf(entry)).toEqual(sources)
})
