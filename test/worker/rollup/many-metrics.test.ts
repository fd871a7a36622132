/** Names of metrics come from browsers too: a cell must not grow by each of them for ever. */
import { expect, test } from 'vitest'
import { MOST_METRICS, value } from '../../../worker/rollup/cell'
import { REST } from '../../../worker/rollup/dimension'
import { encode, Fragment } from '../../../worker/rollup/fragment'

/** As a browser says them: eight new names a saying. */
const saying = (i: number, lead = 'm') => ({
  at: 0,
  type: '_',
  dimensions: {},
  metrics: Object.fromEntries([['hits', 1], ...Array.from({ length: 8 }, (_, j) => [`${lead}${i}x${j}`, 1])]),
})

test('tells so many metrics apart, and counts the others together', () => {
  const fragment = new Fragment()
  for (let i = 0; i < 1_000; i++) fragment.add(saying(i))
  const [{ cell } = { cell: undefined }] = fragment.cells()
  expect(cell!.names).toHaveLength(MOST_METRICS + 1)
  expect(value(cell, 'hits')).toBe(1_000)
  expect(value(cell, REST)).toBe(8_000 - (MOST_METRICS - 1))
})

test('makes parts that fit a row, whatever names were sent', () => {
  const fragment = new Fragment()
  for (let i = 0; i < 1_200; i++) fragment.add(saying(i, 'x'.repeat(240)))
  for (const part of encode(fragment)) expect(part.length).toBeLessThan(1_000_000)
})
