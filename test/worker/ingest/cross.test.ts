import { describe, expect, test } from 'vitest'
import type { Dimensions, Event } from '../../../sdk/wire/event'
import { crossed } from '../../../worker/ingest/cross'
import { DEPTH, PATHS } from '../../../worker/ingest/limits'
import { clip } from '../../../worker/ingest/tree'
import { expand, keyOf } from '../../../worker/rollup/dimension'

const COUNTRY_DEVICE = ['country', 'device']

const eventOf = (dimensions: Dimensions): Event => ({ at: 0, type: 't', dimensions: clip(dimensions), metrics: {} })

const addedTo = (dimensions: Dimensions, combinations: readonly string[][]): string[] => {
  const event = eventOf(dimensions)
  const before = new Set(expand(event.dimensions).map(keyOf))
  return expand(crossed(event, combinations).dimensions)
    .filter((path) => !before.has(keyOf(path)))
    .map((path) => path.join(' › '))
}

describe('counts together', () => {
  test.each<[string, Dimensions, string[][], string[]]>([
    [
      'the first name below each dimension',
      { country: { SE: 'north' }, device: 'phone' },
      [COUNTRY_DEVICE],
      ['country*device', 'country*device › SE', 'country*device › SE › phone'],
    ],
    [
      'in the order that is asked',
      { country: 'SE', device: 'phone' },
      [['device', 'country']],
      ['device*country', 'device*country › phone', 'device*country › phone › SE'],
    ],
    [
      'three and more',
      { a: '1', b: '2', c: { 3: 'x' } },
      [['a', 'b', 'c']],
      ['a*b*c', 'a*b*c › 1', 'a*b*c › 1 › 2', 'a*b*c › 1 › 2 › 3'],
    ],
    ['nothing where one is missing', { country: 'SE' }, [COUNTRY_DEVICE], []],
    ['nothing where one has no value', { country: 'SE', device: null }, [COUNTRY_DEVICE], []],
    ['nothing of ready paths', [['country', 'SE'], ['device']], [COUNTRY_DEVICE], []],
    ['nothing that is not asked', { country: 'SE', device: 'phone' }, [], []],
    ['nothing of what every object has', { country: 'SE' }, [['country', 'constructor']], []],
  ])('%s', (_, dimensions, combinations, added) => {
    expect(addedTo(dimensions, combinations)).toEqual(added)
  })
})

test('leaves an event as it is where nothing is asked', () => {
  const event = eventOf({ country: 'SE' })
  expect(crossed(event)).toBe(event)
})

test('makes no event larger or deeper than events may be', () => {
  const names = Array.from({ length: PATHS - 4 }, (_, i) => [`x${i}`, ''] as const)
  for (const spare of [0, 1, 2, 3, 4, 5, 6]) {
    const dimensions = Object.fromEntries([...names.slice(spare), ['country', 'SE'], ['device', 'phone']])
    const event = crossed(eventOf(dimensions), [COUNTRY_DEVICE, ['device', 'country']])
    const paths = expand(event.dimensions)
    expect(paths.length).toBeLessThanOrEqual(PATHS)
    expect(Math.max(...paths.map((path) => path.length))).toBeLessThanOrEqual(DEPTH)
  }
})
