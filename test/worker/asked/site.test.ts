import * as v from 'valibot'
import { expect, test } from 'vitest'
import { unfitIn } from '../../../sdk/wire/member'
import { NewSite, SiteChanges } from '../../../worker/asked/site'

const unfit = (given: object, schema: v.GenericSchema = SiteChanges) => {
  const { issues } = v.safeParse(schema, given, { abortEarly: true })
  return issues && unfitIn(issues)
}

test.each<[given: object, field: string, message: string]>([
  [{ colour: 1 }, 'colour', 'known are name, timezone, origins'],
  [{ constructor: 1 }, 'constructor', 'is not known here'],
  [{ name: '' }, 'name', 'must be a text'],
  [{ name: 'x'.repeat(101) }, 'name', 'longer than 100 characters'],
  [{ timezone: 'Mars/Olympus' }, 'timezone', '"Mars/Olympus" is not an IANA zone'],
  [{ origins: 'shop.example' }, 'origins', 'must be a list of texts'],
  [{ origins: ['shop.example', 'shop.example/a'] }, 'origins', '"shop.example/a", which must be a host'],
  [{ origins: Array(101).fill('a.example') }, 'origins', 'more than 100'],
  [{ static: 1 }, 'static', 'true or false'],
  [{ respect: 4 }, 'respect', '"gpc" and "dnt"'],
  [{ respect: ['gps'] }, 'respect', '"gpc" and "dnt"'],
  [{ shards: 65 }, 'shards', 'whole number from 1 to 64'],
  [{ shards: 1.5 }, 'shards', 'whole number from 1 to 64'],
  [{ prefixes: { page: 'x' } }, 'prefixes.page', 'known are script, pixel'],
  [{ prefixes: [] }, 'prefixes', 'must be a JSON object'],
  [{ cross: [['country', 'country']] }, 'cross', '2 to 4 different dimensions'],
  [{ metrics: { hits: { plus: ['a'] } } }, 'metrics', 'hits'],
  [{ keep: { months: 3 } }, 'keep.months', 'known are raw, hours, days'],
  [{ keep: { raw: 401 } }, 'keep.raw', 'from 0 to 400'],
  [{ keep: [] }, 'keep', 'must be a JSON object'],
  [{ rate: 19 }, 'rate', 'from 20 to 1000000, or false'],
  [{ allow: [] }, 'allow', 'an object of metrics'],
  [{ allow: { seats: [1] } }, 'allow.seats', '[least, most]'],
  [{ allow: { seats: [5, 1] } }, 'allow.seats', '[least, most]'],
  [{ allow: { 'a/b': [0, 1] } }, 'allow.a/b', 'no name of a metric'],
  [{ allow: { constructor: 1 } }, 'allow.constructor', '[least, most]'],
  [{ upstream: 5 }, 'upstream', 'write key'],
  [{ upstream: { constructor: 5 } }, 'upstream', 'write key'],
])('of the settings %j, %s is wrong: %s', (given, field, message) => {
  expect(unfit(given)).toEqual({ field, message: expect.stringContaining(message) })
})

test('a new site needs a name, and nothing else', () => {
  expect(unfit({}, NewSite)).toEqual({ field: 'name', message: 'is missing' })
  expect(unfit({ name: 'shop' }, NewSite)).toBeUndefined()
})

test('null is as good as a setting left out, but for the link, which it ends', () => {
  const names = Object.keys(SiteChanges.entries)
  const { output } = v.safeParse(SiteChanges, Object.fromEntries(names.map((name) => [name, null])))
  expect(output).toEqual(Object.fromEntries(names.map((name) => [name, null])))
  expect(v.parse(SiteChanges, {})).toEqual({})
})

test('settings are read into what a site holds', () => {
  const given = { respect: ['gpc', 'dnt'], allow: { seats: [0, 100] }, keep: { raw: 2 } }
  expect(v.parse(SiteChanges, given)).toEqual({
    respect: 3,
    allow: { seats: { least: 0, most: 100 } },
    keep: { raw: 2 },
  })
})
