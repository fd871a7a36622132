import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { ARCHIVE_BYTES, decode, encode, extentOf, NewerChunk } from '../../../worker/rollup/archive'
import { visits } from './visits'

const START = Date.UTC(2026, 10, 21, 9)

const decoded = (chunks: readonly Uint8Array[]): Event[] => chunks.flatMap((chunk) => [...decode(chunk)])

/** Trees as lists of pairs: so that `__proto__`, the order of names and -0 are compared, and prototypes are not. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null) return value
  return { pairs: Object.entries(value).map(([name, below]) => [name, spelled(below)]) }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '', '_', 'SE', '日本', '😀', 'a'.repeat(300), '7'),
)
const { dimensions } = fc.letrec<{ dimensions: Dimensions }>((tie) => ({
  dimensions: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
    fc.array(tie('dimensions'), { maxLength: 3 }),
    fc.dictionary(text, tie('dimensions'), { maxKeys: 4 }),
  ),
}))
const numbers = fc.dictionary(text, fc.oneof(fc.integer({ min: -3, max: 40 }), fc.maxSafeInteger(), fc.double()), {
  maxKeys: 4,
})
const event: fc.Arbitrary<Event> = fc.record(
  {
    at: fc.oneof(fc.integer({ min: START, max: START + 90_000 }), fc.integer({ min: -1e14, max: 2.5e14 })),
    type: fc.constantFrom('pageview', 'request.sql', '_'),
    dimensions,
    metrics: numbers,
    gauges: numbers,
    visitor: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  },
  { requiredKeys: ['at', 'type', 'dimensions', 'metrics'] },
)

test('gives back every event as it was, in the order given', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(decoded(encode(events)).map(spelled)).toEqual(
        events.map(({ at, type, dimensions: given, metrics, gauges, visitor }) =>
          spelled({
            at,
            type,
            dimensions: given,
            metrics,
            ...(gauges && { gauges }),
            ...(visitor !== undefined && { visitor }),
          }),
        ),
      )
    }),
    { numRuns: 300 },
  )
})

test('tells apart what is alike in writing', () => {
  const alike: Dimensions[] = [
    0,
    -0,
    '0',
    [0],
    ['0'],
    [['0']],
    { a: 0 },
    { a: -0 },
    { a: '0' },
    { a: ['0'] },
    { a: { '0': null } },
  ]
  const events = [...alike, ...alike].map((each): Event => ({ at: START, type: '_', dimensions: each, metrics: {} }))
  expect(decoded(encode(events)).map(spelled)).toEqual(events.map(spelled))
})

test('keeps a byte order mark that a name begins with', () => {
  const event: Event = { at: START, type: '_', dimensions: { '\ufeffa': '\ufeff' }, metrics: { '\ufeff': 1 } }
  expect(decoded(encode([event])).map(spelled)).toEqual([spelled(event)])
})

describe('a visitor', () => {
  const said: Event = { at: START, type: 'pageview', dimensions: null, metrics: {}, visitor: 77 }

  test('that the site names is kept', () => {
    expect(decoded(encode([said]))[0]?.visitor).toBe(77)
  })

  test('that is hashed by the day is not, and nothing tells that there was one', () => {
    const { visitor, ...unsaid } = said
    const chunks = encode([{ ...said, daily: true }])
    expect(decoded(chunks)[0]).not.toHaveProperty('visitor')
    expect(decoded(chunks)[0]).not.toHaveProperty('daily')
    expect(chunks).toEqual(encode([unsaid]))
  })
})

describe('a chunk', () => {
  test('says from its first bytes between which times its events lie', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), (events) => {
        const times = events.map(({ at }) => at)
        const [chunk, ...more] = encode(events)
        expect(more).toEqual([])
        const extent = { first: Math.min(...times), last: Math.max(...times), events: events.length }
        expect(extentOf(chunk!)).toEqual(extent)
        expect(extentOf(chunk!.subarray(0, 32))).toEqual(extent)
      }),
    )
  })

  test('is read where it lies within other bytes', () => {
    const [chunk] = encode(visits(50, { start: START, perSecond: 1 }))
    const around = new Uint8Array(chunk!.length + 7)
    around.set(chunk!, 5)
    expect(decoded([around.subarray(5, 5 + chunk!.length)])).toEqual(decoded([chunk!]))
  })

  test('is the same bytes for the same events', () => {
    const events = visits(500, { start: START, perSecond: 1 })
    expect(encode(events)).toEqual(encode(decoded(encode(events))))
  })

  test('fits its row, whatever the events', () => {
    const large = (seed: number): Event => ({
      at: START + seed,
      type: 'pageview',
      dimensions: Array.from({ length: 63 }, (_, i) =>
        Array.from({ length: 8 }, (__, j) => `${seed}-${i}-${j}-`.padEnd(256, 'x')),
      ),
      metrics: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`${seed}-${i}`.padEnd(256, 'm'), 0.1 * i])),
      gauges: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`${seed}-${i}`.padEnd(256, 'g'), 0.1 * i])),
    })
    const events = Array.from({ length: 12 }, (_, i) => large(i))
    const chunks = encode(events)
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(ARCHIVE_BYTES)
    expect(chunks.length).toBeGreaterThan(1)
    expect(decoded(chunks).map(spelled)).toEqual(events.map(spelled))
  })

  test('fits its row with many small events, too', () => {
    const events = visits(60_000, { start: START, perSecond: 50 })
    const chunks = encode(events)
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(ARCHIVE_BYTES)
    expect(chunks.reduce((count, chunk) => count + extentOf(chunk).events, 0)).toBe(events.length)
  })

  test('of a newer release is refused by version', () => {
    const [chunk] = encode(visits(1, { start: START, perSecond: 1 }))
    chunk![0] = 2
    expect(() => extentOf(chunk!)).toThrow(NewerChunk)
    expect(() => decoded([chunk!])).toThrow('archive chunk of version 2; this release reads up to 1')
  })
})

test('has no chunk for no events', () => {
  expect(encode([])).toEqual([])
})

// A slice is closed after a minute or at 5,000 events; an hour of a small site's slices may be written anew as one.
test.each([
  [23, 0.4, 75],
  [1_400, 0.4, 25],
  [5_000, 100, 20],
])('takes %i events, %d a second, at no more than %i bytes each', (count, perSecond, most) => {
  const events = visits(count, { start: START, perSecond })
  const bytes = encode(events).reduce((sum, { length }) => sum + length, 0)
  expect(bytes / events.length).toBeLessThanOrEqual(most)
})
