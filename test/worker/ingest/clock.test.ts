import { expect, test } from 'vitest'
import { judge } from '../../../worker/ingest/clock'

const NOW = Date.UTC(2026, 9, 21, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  ['now', 0, 0],
  ['a minute ago', -MINUTE, -MINUTE],
  ['72 hours ago', -72 * HOUR, -72 * HOUR],
  ['a moment more than 72 hours ago', -72 * HOUR - 1, 'late'],
  ['in 1970', -NOW, 'late'],
  ['ten minutes ahead', 10 * MINUTE, 10 * MINUTE],
  ['a moment more than ten minutes ahead', 10 * MINUTE + 1, 0],
  ['eight days ahead', 8 * DAY, 0],
  ['a moment more than eight days ahead', 8 * DAY + 1, 'ahead'],
  ['in the year 275760', 8.64e15 - NOW, 'ahead'],
])('judges an event %s', (_, offset, expected) => {
  expect(judge(NOW + offset, NOW)).toEqual(
    typeof expected === 'string' ? { refusal: expected } : { at: NOW + expected },
  )
})
