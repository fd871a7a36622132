import { expect, test } from 'vitest'
import type { Event } from '../../../sdk/wire/event'
import type { Track } from '../../../sdk/wire/note'
import { parseForwarded } from '../../../worker/ingest/forwarded'

const NOW = 1_800_000_000_000
const DAY = 86_400_000

const good: Event = { at: NOW, type: 'sale.web', dimensions: { shop: { a: {} } }, metrics: { hits: 1, cents: -2.5 } }

const slice = (...events: unknown[]) => ({
  version: 1,
  source: '7@abc/0',
  generation: '0e1',
  from: 0,
  to: 9,
  via: ['7@abc'],
  entries: events.map((event) => [event]),
})

function read(...events: unknown[]) {
  const parsed = parseForwarded(slice(...events), NOW)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.slice
}

test.each<[string, Event]>([
  ['a tree', good],
  ['ready paths', { ...good, dimensions: [['way', 'north'], ['shelf']] }],
  ['nothing but the root', { ...good, dimensions: {} }],
  ['gauges', { ...good, gauges: { ms: 12 } }],
  ['a visitor of the day', { ...good, visitor: 2 ** 40 - 1, daily: true }],
  ['a visitor with a name', { ...good, visitor: 5 }],
  ['a type that there was no room for', { ...good, type: '…' }],
  ['two years of age', { ...good, at: NOW - 800 * DAY }],
  ['hits of its own', { ...good, metrics: { hits: 0, exits: -1 } }],
  ['what was tracked', { ...good, note: tracked() }],
  ['all numbers that an event of this house may have', { ...good, metrics: many(35) }],
])('keeps an event as it was told: %s', (_, event) => {
  expect(JSON.parse(JSON.stringify(read(event).entries))).toEqual([[event]])
})

function tracked(more: object = {}): Track {
  const named = { namespace: 'alephbet', experiment: 'a:b', variant: 'x', event: 'participate' }
  return { kind: 'track', ...named, uuid: 'AAECAwQFBgc', ...more }
}

test.each([
  ['a visitor of seven bytes', tracked({ uuid: 'AAECAwQFBg' })],
  ['a visitor in another spelling', tracked({ uuid: 'AAECAwQFBgd' })],
  ['a name that is none', tracked({ experiment: 7 })],
  ['half a character', tracked({ experiment: '\ud83d' })],
  ['a name too long', tracked({ variant: 'x'.repeat(129) })],
  ['a decision, which is its own deployment’s', { kind: 'outcome', decision: 'a', option: 'b', metrics: {} }],
])('leaves a note out that tells %s, and counts the event', (_, note) => {
  expect(JSON.parse(JSON.stringify(read({ ...good, note }).entries))).toEqual([[good]])
})

function many(count: number): Event['metrics'] {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i]))
}

test('leaves out what it does not know, and cuts names to the bounds of this house', () => {
  const { entries } = read({ ...good, mood: 'fine', dimensions: { [`${'x'.repeat(300)}`]: 'a\u0000b' }, visitor: 'me' })
  expect(JSON.parse(JSON.stringify(entries))).toEqual([[{ ...good, dimensions: { ['x'.repeat(256)]: 'ab' } }]])
})

test.each([
  ['null', null],
  ['a text', 'sale'],
  ['without a time', { ...good, at: undefined }],
  ['of half a millisecond', { ...good, at: NOW + 0.5 }],
  ['of before all time', { ...good, at: -1 }],
  ['of nine days ahead', { ...good, at: NOW + 9 * DAY }],
  ['without a type', { ...good, type: 7 }],
  ['with numbers that are none', { ...good, metrics: { cents: '1' } }],
  ['with a list of numbers', { ...good, metrics: [1] }],
  ['with too many numbers', { ...good, metrics: many(36) }],
  ['with gauges that are none', { ...good, gauges: 'high' }],
])('sets aside and counts an event that is none: %s', (_, event) => {
  const { entries, refused } = read(good, event)
  expect([entries.length, refused]).toEqual([1, 1])
})

test.each([
  ['source', { source: '' }],
  ['source', { source: 'a b' }],
  ['generation', { generation: undefined }],
  ['from', { from: -1 }],
  ['to', { to: 0 }],
  ['to', { to: 2 ** 60 }],
  ['via', { via: Array.from({ length: 10_001 }, (_, i) => `${i}`) }],
  ['gap', { gap: [1] }],
  ['entries', { entries: [good] }],
])('refuses a slice whose %s is wrong', (member, change) => {
  expect(parseForwarded({ ...slice(good), ...change }, NOW)).toEqual({ problem: expect.stringContaining(member) })
})

test('looks no further than the first thing that is wrong', () => {
  const entries = Object.defineProperty([5, 6], 1, { get: () => expect.unreachable() })
  expect(parseForwarded({ ...slice(good), entries }, NOW)).toEqual({ problem: expect.stringContaining('entries.0') })
})

test.each([[null], [7], ['{}'], [[]]])('refuses %j, which is no slice', (given) => {
  expect(parseForwarded(given, NOW)).toHaveProperty('problem')
})

test('takes the slice of a newer release', () => {
  expect(parseForwarded({ ...slice(good), version: 2, mood: 'fine' }, NOW)).toHaveProperty('slice.to', 9)
})
